-- Counts a failed call where its rollback does not reach. Generated functions call it from their handlers, and what it does must never be in the way
-- of the error itself: it waits for nobody longer than a few milliseconds, and its own failure is not told. What is only
-- asked for is not counted, nor is anything in a read-only transaction, where no sequence may be moved.
create function ai_private.count_error(entity text, operation_name text, action_name text, code text)
returns jsonb
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
  if not (ai_private.called_by(stack, 'ai_gen.') or ai_private.called_by(stack, 'ai_private.find_operation(') or ai_private.called_by(stack, 'ai_private.find_action(')) then
    raise exception using errcode = '42501', message = 'ai_private.count_error is called by generated functions only';
  end if;
  if not ai_private.counts(stack) then
    return null;
  end if;
  begin
    perform ai_private.add_error(ai_private.subject_number(entity, operation_name, action_name), code);
  exception when others or query_canceled then
    -- The time was up just here, say.
    perform nextval('ai_private.error_elsewhere');
  end;
  return null;
end
$pg_ai$;
alter function ai_private.count_error(text, text, text, text) owner to ai_owner;
comment on function ai_private.count_error(text, text, text, text) is 'Counts a failed call';
revoke all on function ai_private.count_error(text, text, text, text) from public;
grant execute on function ai_private.count_error(text, text, text, text) to ai_admin, ai_worker, ai_user;
