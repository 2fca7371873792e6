-- What a pre hook makes of the inputs. Its answer is {"inputs": {…}}, put over those that are there, and {"remove": ["…"]}, taken away; either may
-- be left out. Anything else is a mistake of the hook: PI302.
create function ai_private.hook_inputs(hook text, table_name text, operation text, answer jsonb, inputs jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if answer = 'null' then
    return inputs;
  elsif jsonb_typeof(answer -> 'refuse') = 'object' then
    perform ai_private.refuse_by_hook(hook, table_name, operation, answer -> 'refuse');
  elsif jsonb_typeof(answer) <> 'object' or answer - '{inputs,remove}'::text[] <> '{}'
    or jsonb_typeof(answer -> 'inputs') <> 'object' or jsonb_typeof(answer -> 'remove') <> 'array'
  then
    perform ai_private.refuse_hook_answer(hook, table_name, operation, answer, '{"inputs": {…}, "remove": ["…"]}');
  end if;
  return (inputs || coalesce(answer -> 'inputs', '{}')) - array(select jsonb_array_elements_text(answer -> 'remove'));
end
$pg_ai$;
comment on function ai_private.hook_inputs(text, text, text, jsonb, jsonb) is 'The inputs as a pre hook wants them';
revoke all on function ai_private.hook_inputs(text, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.hook_inputs(text, text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
