-- The name of an action with a digest that only ai_owner can make, for the setting pg_ai.action. The digest is of the moment at which the client's
-- statement began, too: what somebody reads of it while an action runs is worth nothing in their next statement.
create function ai_private.signed_action(name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select encode(sha256(convert_to(s.secret || pg_backend_pid() || ' ' || extract(epoch from statement_timestamp()) || name || s.secret, 'UTF8')), 'hex') || name
  from ai_private.action_secret as s
$pg_ai$;
comment on function ai_private.signed_action(text) is 'The setting pg_ai.action for a running action';
revoke all on function ai_private.signed_action(text) from public;
grant execute on function ai_private.signed_action(text) to ai_owner;
