-- The action that is running, or null. The setting alone proves nothing: the digest in it must be right.
create function ai_private.current_action()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  said constant text := current_setting('pg_ai.action', true);
begin
  if said = ai_private.signed_action(substr(said, 65)) then
    return substr(said, 65);
  end if;
  return null;
end
$pg_ai$;
comment on function ai_private.current_action() is 'Name of the running action';
revoke all on function ai_private.current_action() from public;
grant execute on function ai_private.current_action() to ai_owner;
