create function ai_private.last_audit_id()
returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when s.is_called then s.last_value else s.last_value - 1 end from ai.audit_id as s
$pg_ai$;
alter function ai_private.last_audit_id() owner to ai_owner;
comment on function ai_private.last_audit_id() is 'The newest id of the audit trail, committed or not';
revoke all on function ai_private.last_audit_id() from public;
grant execute on function ai_private.last_audit_id() to ai_admin, ai_user;
