-- Keeps the answer for a claimed key, in the transaction of the work.
create function ai_private.keep_answer(operation_key text, first_answer jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  stack text;
  -- the key of an encrypted field that this transaction has read or written: its value must not lie around here in the clear
  revealed constant text := nullif(current_setting('pg_ai.revealed', true), '');
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by_operation(stack) then
    raise exception using errcode = '42501', message = 'ai_private.keep_answer is called by generated functions only';
  end if;
  if revealed is null then
    update ai_private.idempotency i set answer = first_answer where i.scope = ai_private.caller_scope() and i.key = operation_key;
  else
    update ai_private.idempotency i set sealed = ai_gen._encrypt(revealed, first_answer::text) where i.scope = ai_private.caller_scope() and i.key = operation_key;
  end if;
  return first_answer;
end
$pg_ai$;
alter function ai_private.keep_answer(text, jsonb) owner to ai_owner;
comment on function ai_private.keep_answer(text, jsonb) is 'Keeps the answer for an idempotency key';
revoke all on function ai_private.keep_answer(text, jsonb) from public;
grant execute on function ai_private.keep_answer(text, jsonb) to ai_admin, ai_user;
