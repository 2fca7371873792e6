create function ai_private.history(table_name text, wanted jsonb, path name[])
returns table (at timestamptz, operation text, actor text, changes jsonb, audit_id bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  masks jsonb;
  name constant text := ai_private.table_by_name(table_name, path);
begin
  select o.plan -> 'masks' into masks from ai.operation o where o.qualified_name = name and o.plan ? 'masks' limit 1;
  return query
  select a.at, a.operation, a.actor, ai_private.masked_changes(ai_private.row_changes(a.old_row, a.new_row), masks), a.id
  from ai.audit_log a
  where a.relation = name and a.row_key = wanted
  order by a.id;
end
$pg_ai$;
alter function ai_private.history(text, jsonb, name[]) owner to ai_owner;
comment on function ai_private.history(text, jsonb, name[]) is 'Behind ai.history: the caller''s search_path as an argument';
revoke all on function ai_private.history(text, jsonb, name[]) from public;
grant execute on function ai_private.history(text, jsonb, name[]) to ai_admin;
