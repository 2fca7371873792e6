-- Writes the audit row and the event row for operations that run with their caller's rights ("security": "invoker"), who may write neither.
create function ai_private.record(
  entity text, operation_name text, row_key jsonb, actor text, fingerprint text, old_row jsonb, new_row jsonb, elapsed_us bigint
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  stack text;
  audit_id bigint;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by_operation(stack) then
    raise exception using errcode = '42501', message = 'ai_private.record is called by generated functions only';
  end if;
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
  values (entity, operation_name, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
  returning id into audit_id;
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  values (audit_id, entity || '.' || operation_name, entity, operation_name, row_key, actor, coalesce(new_row, old_row));
  return actor;
end
$pg_ai$;
alter function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb, bigint) owner to ai_owner;
comment on function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb, bigint) is 'Audit and event for operations with "security": "invoker"';
revoke all on function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb, bigint) from public;
grant execute on function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb, bigint) to ai_admin, ai_user;
