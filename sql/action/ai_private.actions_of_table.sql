-- Actions that a table's change may concern.
create function ai_private.actions_of_table(target oid)
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select a.action_name from ai.action a where target::regclass = any (a.relations) order by a.action_name
$pg_ai$;
alter function ai_private.actions_of_table(oid) owner to ai_owner;
comment on function ai_private.actions_of_table(oid) is 'Actions compiled against a table';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.actions_of_table(oid) to public;
