-- Who registered an action: what they may not grant, nobody gives ai_owner on their behalf.
create function ai_private.registrar(name text)
returns oid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select r.oid from ai.meta_actions m join pg_roles r on r.rolname = m.registered_by where m.action_name = name
$pg_ai$;
alter function ai_private.registrar(text) owner to ai_owner;
comment on function ai_private.registrar(text) is 'Role that wrote an action last';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.registrar(text) to public;
