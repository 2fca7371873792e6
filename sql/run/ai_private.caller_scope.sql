-- Keys of different callers never meet: the login, the role set and the actor make the scope. An actor may be longer than an index can hold: then a digest does.
create function ai_private.caller_scope()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when length(s.scope) > 400 then encode(sha256(convert_to(s.scope, 'UTF8')), 'hex') else s.scope end
  from (select jsonb_build_array(session_user, nullif(current_setting('role', true), 'none'), nullif(current_setting('pg_ai.actor', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::text) as s (scope)
$pg_ai$;
comment on function ai_private.caller_scope() is 'Whose idempotency keys these are';
revoke all on function ai_private.caller_scope() from public;
grant execute on function ai_private.caller_scope() to ai_owner;
