-- Notes a call of an action that runs with its caller's rights, who may not write here.
create function ai_private.note_call(action text, fingerprint text, elapsed_us bigint)
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
  if not ai_private.called_by(stack, 'ai_gen.') then
    raise exception using errcode = '42501', message = 'ai_private.note_call is called by generated functions only';
  end if;
  if not current_setting('transaction_read_only')::boolean then
    insert into ai_private.action_call (action, fingerprint, elapsed_us) values (action, fingerprint, elapsed_us);
  end if;
  return null;
end
$pg_ai$;
alter function ai_private.note_call(text, text, bigint) owner to ai_owner;
comment on function ai_private.note_call(text, text, bigint) is 'Notes that an action has succeeded';
revoke all on function ai_private.note_call(text, text, bigint) from public;
grant execute on function ai_private.note_call(text, text, bigint) to ai_admin, ai_user;
