-- Claims an idempotency key for this call. Null: the call is the first with the key and shall do its work. Else the first call's answer, as
-- {"answer": …}. Raises PI106 when the key was used with other inputs. A second call at the same time waits in the INSERT until the first commits
-- or fails; when it fails, its row is gone with it and the key is free.
create function ai_private.claim_key(operation_key text, request text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  stack text;
  caller constant text := ai_private.caller_scope();
  claimed boolean;
  first ai_private.idempotency;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by_operation(stack) then
    raise exception using errcode = '42501', message = 'ai_private.claim_key is called by generated functions only';
  end if;
  insert into ai_private.idempotency as i (scope, key, request)
  values (caller, operation_key, md5(request))
  on conflict (scope, key) do nothing
  returning true into claimed;
  if claimed then
    return null;
  end if;
  select i.* into first from ai_private.idempotency i where i.scope = caller and i.key = operation_key;
  if first.request is distinct from md5(request) then
    raise exception using
      errcode = 'PI106',
      message = ai_private.message('PI106', jsonb_build_object('key', operation_key)),
      detail = jsonb_build_object('idempotency_key', operation_key, 'first_used', first.at)::text,
      hint = ai_private.message('PI106.hint', '{}');
  end if;
  if first.sealed is not null then
    first.answer := ai_gen._decrypt(first.sealed)::jsonb;
  end if;
  return jsonb_build_object('answer', first.answer);
end
$pg_ai$;
alter function ai_private.claim_key(text, text) owner to ai_owner;
comment on function ai_private.claim_key(text, text) is 'Claims an idempotency key, or gives the first answer';
revoke all on function ai_private.claim_key(text, text) from public;
grant execute on function ai_private.claim_key(text, text) to ai_admin, ai_user;
