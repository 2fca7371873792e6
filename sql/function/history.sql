-- The life of one row, oldest first: who did what, and which fields changed. row_key: the primary key as JSON, {"id": 7}.
-- Protected fields were never recorded. Callable by ai_admin.
create function ai.history(table_name text, row_key jsonb)
returns table (at timestamptz, operation text, actor text, changes jsonb, audit_id bigint)
language plpgsql
stable
security invoker
as $pg_ai$
begin
  return query
  select h.at, h.operation, h.actor, h.changes, h.audit_id
  from ai_private.history(table_name, row_key, pg_catalog.current_schemas(true)) as h;
end
$pg_ai$;
comment on function ai.history(text, jsonb) is 'What happened to one row, oldest first';
revoke all on function ai.history(text, jsonb) from public;
grant execute on function ai.history(text, jsonb) to ai_admin;

create function ai_private.history(table_name text, wanted jsonb, path name[])
returns table (at timestamptz, operation text, actor text, changes jsonb, audit_id bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  name constant text := ai_private.table_by_name(table_name, path);
begin
  return query
  select a.at, a.operation, a.actor, ai_private.row_changes(a.old_row, a.new_row), a.id
  from ai.audit_log a
  where a.relation = name and a.row_key = wanted
  order by a.id;
end
$pg_ai$;
alter function ai_private.history(text, jsonb, name[]) owner to ai_owner;
comment on function ai_private.history(text, jsonb, name[]) is 'Behind ai.history: the caller''s search_path as an argument';

-- {"field": {"old": …, "new": …}} for the fields that differ; all of them when the row came or went.
create function ai_private.row_changes(old_row jsonb, new_row jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(k,
    case when old_row is null then jsonb_build_object('new', new_row -> k)
         when new_row is null then jsonb_build_object('old', old_row -> k)
         else jsonb_build_object('old', old_row -> k, 'new', new_row -> k) end), '{}')
  from jsonb_object_keys(coalesce(old_row, '{}') || coalesce(new_row, '{}')) as k
  where old_row -> k is distinct from new_row -> k
$pg_ai$;
comment on function ai_private.row_changes(jsonb, jsonb) is 'Fields that differ between two rows';

-- schema.table for any spelling of a name, along a search_path; the name itself when there is no such table.
create function ai_private.table_by_name(table_name text, path name[])
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  parts text[];
begin
  begin
    parts := parse_ident(table_name);
  exception when others then
    return table_name;
  end;
  if cardinality(parts) = 3 and parts[1] = current_database() then
    parts := parts[2:];
  end if;
  if cardinality(parts) = 2 then
    return format('%I.%I', parts[1], parts[2]);
  end if;
  -- the first relation of that name along the path, as PostgreSQL itself finds it
  return coalesce((
    select format('%I.%I', p.name, parts[1])
    from unnest(path) with ordinality as p (name, position)
    join pg_namespace n on n.nspname = p.name
    join pg_class c on c.relnamespace = n.oid and c.relname = parts[1]
    order by p.position
    limit 1), table_name);
end
$pg_ai$;
comment on function ai_private.table_by_name(text, name[]) is 'A table''s full name by any spelling';
