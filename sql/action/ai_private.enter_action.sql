-- The same for actions that run with their caller's rights, who may not sign: called by the function of that action alone.
create function ai_private.enter_action(name text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if ai_private.called_by(stack, (select format('ai_gen.%I(jsonb,jsonb)', a.function_name) from ai.action a where a.action_name = name)) is not true then
    raise exception using errcode = '42501', message = 'ai_private.enter_action is called by actions only';
  end if;
  return ai_private.signed_action(name);
end
$pg_ai$;
alter function ai_private.enter_action(text) owner to ai_owner;
comment on function ai_private.enter_action(text) is 'Signs the name of an action for its own function';
revoke all on function ai_private.enter_action(text) from public;
grant execute on function ai_private.enter_action(text) to ai_admin, ai_user;
