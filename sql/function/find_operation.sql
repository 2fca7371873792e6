-- The slow way to an operation: any spelling of the name, and a reason when there is none. "path" is the caller's search_path.
create function ai_private.find_operation(operation_name text, table_name text, path name[])
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  parts text[];
  found_name text;
  wanted ai.operation;
  known text;
  problem text;
begin
  if table_name is null or operation_name is null then
    raise exception using errcode = 'PI101', message = ai_private.message('PI101.null', '{}'), hint = ai_private.message('PI101.null.hint', '{}');
  end if;
  begin
    parts := parse_ident(table_name);
  exception when others then
    parts := '{}';
  end;
  if cardinality(parts) = 3 and parts[1] = current_database() then
    parts := parts[2:];
  end if;
  if cardinality(parts) = 2 then
    found_name := format('%I.%I', parts[1], parts[2]);
  elsif cardinality(parts) = 1 then
    -- the first relation of that name along the caller's search_path, as PostgreSQL itself finds it
    select format('%I.%I', p.name, parts[1]) into found_name
    from unnest(path) with ordinality as p (name, position)
    join pg_namespace n on n.nspname = p.name
    join pg_class c on c.relnamespace = n.oid and c.relname = parts[1]
    order by p.position
    limit 1;
  end if;
  select o.* into wanted from ai.operation o where o.qualified_name = found_name and o.operation = operation_name;
  if wanted.state = 'ready' then
    return wanted.dispatch;
  end if;
  select string_agg(o.operation, ', ' order by o.operation) into known from ai.operation o where o.qualified_name = found_name;
  problem := case
    when wanted.state = 'pending' then 'PI002'
    when wanted.state = 'inconsistent' then 'PI003'
    when known is null then 'PI101.table'
    else 'PI101'
  end;
  raise exception using
    errcode = left(problem, 5),
    message = ai_private.message(problem, jsonb_build_object('table', coalesce(found_name, table_name), 'operation', operation_name)),
    detail = jsonb_build_object('table', coalesce(found_name, table_name), 'operation', operation_name, 'operations', to_jsonb(string_to_array(known, ', ')))::text,
    hint = ai_private.message(problem || '.hint', jsonb_build_object('table', coalesce(found_name, table_name), 'known', known));
end
$pg_ai$;
comment on function ai_private.find_operation(text, text, name[]) is 'Number of an operation by any spelling of its table, or the reason why there is none';
