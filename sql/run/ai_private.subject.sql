-- How DETAIL names what was called: table and operation, or an action, for which the operation is "action".
create function ai_private.subject(table_name text, operation text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case operation when 'action' then jsonb_build_object('action', table_name) else jsonb_build_object('table', table_name, 'operation', operation) end
$pg_ai$;
comment on function ai_private.subject(text, text) is 'How DETAIL names what was called';
revoke all on function ai_private.subject(text, text) from public;
grant execute on function ai_private.subject(text, text) to ai_owner, ai_admin, ai_user;
