-- What an action needs: one being applied, else one in force.
create function ai_private.action_privileges(name text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(
    (select r.compiled -> 'privileges' from ai_private.prepared_action r where r.action_name = name),
    (select a.privileges from ai.action a where a.action_name = name),
    '[]')
$pg_ai$;
alter function ai_private.action_privileges(text) owner to ai_owner;
comment on function ai_private.action_privileges(text) is 'Privileges that an action needs';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.action_privileges(text) to public;

