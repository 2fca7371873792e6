-- The error as an on_error hook wants it told: {"error": {"code", "message", "detail", "hint"}}, each put over what it was.
create function ai_private.hook_error(hook text, table_name text, operation text, answer jsonb, error jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if answer is null or answer = 'null' then
    return error;
  elsif jsonb_typeof(answer -> 'refuse') = 'object' then
    perform ai_private.refuse_by_hook(hook, table_name, operation, answer -> 'refuse');
  elsif jsonb_typeof(answer) <> 'object' or answer - 'error' <> '{}' or jsonb_typeof(answer -> 'error') <> 'object'
    or (answer -> 'error') - '{code,message,detail,hint}'::text[] <> '{}'
    -- success, warnings and what is pg_ai's own are nobody's to raise
    or coalesce(answer #>> '{error,code}', 'PI301') !~ '^[0-9A-Z]{5}$' or coalesce(answer #>> '{error,code}', 'PI301') ~ '^0[0-3]|^PI[^3]'
  then
    perform ai_private.refuse_hook_answer(hook, table_name, operation, answer, '{"error": {"code": "PI3…", "message": "…", "detail": …, "hint": "…"}}');
  end if;
  return error || coalesce(answer -> 'error', '{}');
end
$pg_ai$;
comment on function ai_private.hook_error(text, text, text, jsonb, jsonb) is 'The error of a call as an on_error hook wants it told';
revoke all on function ai_private.hook_error(text, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.hook_error(text, text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
