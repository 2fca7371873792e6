create function ai_private.describe(table_name text, operation_name text, path name[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
declare
  found_name text;
  described jsonb;
begin
  if table_name is not null then
    found_name := ai_private.table_by_name(table_name, path);
    if not exists (select from ai.operation o where o.qualified_name = found_name) then
      perform ai_private.find_operation(coalesce(operation_name, ''), table_name, path);
    end if;
  end if;
  select coalesce(jsonb_object_agg(t.qualified_name, t.operations), '{}') into described
  from (
    select o.qualified_name, jsonb_object_agg(o.operation, jsonb_strip_nulls(jsonb_build_object(
      'description', o.description, 'state', o.state, 'roles', o.roles, 'policies', o.plan -> 'policies',
      'function', format('ai_gen.%I', regexp_replace(o.function_name, '__json$', '')))) || jsonb_build_object('inputs', o.input_schema, 'outputs', o.output_schema)) as operations
    from ai.operation o
    where found_name is null or o.qualified_name = found_name
    group by o.qualified_name
  ) as t;
  if operation_name is not null and found_name is not null then
    if described #> array[found_name, operation_name] is null then
      perform ai_private.find_operation(operation_name, found_name, path);
    end if;
    return described #> array[found_name, operation_name];
  end if;
  return case when found_name is null then described else described -> found_name end;
end
$pg_ai$;
comment on function ai_private.describe(text, text, name[]) is 'Behind ai.describe: the caller''s search_path as an argument';
revoke all on function ai_private.describe(text, text, name[]) from public;
grant execute on function ai_private.describe(text, text, name[]) to ai_owner, ai_admin, ai_worker, ai_user;
