-- The answer of an action with what a post hook adds to it. Raises PI302 where the hook answers something else, or the action's answer is no object.
create function ai_private.added_answer(hook text, action text, operation text, answer jsonb, result jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  added constant jsonb := ai_private.hook_result(hook, action, operation, answer);
begin
  if added = '{}' then
    return result;
  elsif jsonb_typeof(coalesce(result, 'null')) not in ('object', 'null') then
    perform ai_private.refuse_hook_answer(hook, action, operation, answer, format('(the action answers with %s)', jsonb_typeof(result)));
  end if;
  return coalesce(nullif(result, 'null'), '{}') || added;
end
$pg_ai$;
comment on function ai_private.added_answer(text, text, text, jsonb, jsonb) is 'The answer of an action with what a post hook adds to it';
revoke all on function ai_private.added_answer(text, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.added_answer(text, text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
