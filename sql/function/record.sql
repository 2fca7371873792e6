-- Writes the audit row and the event row for operations that run with their caller's rights ("security": "invoker"), who may write neither.
-- Anyone who may call such an operation may execute this, so it must not be a way to forge entries: it looks at the call stack and works only
-- for its direct caller being a function in ai_gen, where nobody but the compiler can create one.
create function ai_private.record(
  entity text, operation_name text, row_key jsonb, actor text, fingerprint text, old_row jsonb, new_row jsonb
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
begin
  get diagnostics stack = pg_context;
  if split_part(stack, E'\n', 2) not like 'PL/pgSQL function ai\_gen.%' then
    raise exception using errcode = '42501', message = 'ai_private.record is called by generated functions only';
  end if;
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
  values (entity, operation_name, row_key, actor, fingerprint, old_row, new_row);
  insert into ai.event_log (topic, row_key, actor, payload)
  values (entity || '.' || operation_name, row_key, actor, coalesce(new_row, old_row));
  return actor;
end
$pg_ai$;
alter function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb) owner to ai_owner;
comment on function ai_private.record(text, text, jsonb, text, text, jsonb, jsonb) is 'Audit and event for operations with "security": "invoker"';
