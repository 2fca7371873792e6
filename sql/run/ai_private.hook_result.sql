-- What a post hook adds to the answer: {"result": {…}}. Anything else is a mistake of the hook: PI302.
create function ai_private.hook_result(hook text, table_name text, operation text, answer jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if answer = 'null' then
    return '{}';
  elsif jsonb_typeof(answer -> 'refuse') = 'object' then
    perform ai_private.refuse_by_hook(hook, table_name, operation, answer -> 'refuse');
  elsif jsonb_typeof(answer) <> 'object' or answer - 'result' <> '{}' or jsonb_typeof(answer -> 'result') <> 'object' then
    perform ai_private.refuse_hook_answer(hook, table_name, operation, answer, '{"result": {…}}');
  end if;
  return coalesce(answer -> 'result', '{}');
end
$pg_ai$;
comment on function ai_private.hook_result(text, text, text, jsonb) is 'What a post hook adds to the answer';
revoke all on function ai_private.hook_result(text, text, text, jsonb) from public;
grant execute on function ai_private.hook_result(text, text, text, jsonb) to ai_owner, ai_admin, ai_user;
