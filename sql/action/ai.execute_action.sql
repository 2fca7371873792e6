-- Runs a registered action. As ai.generate_mutation: the planner puts this body in place of the call, and PostgreSQL's own EXECUTE privilege on the
-- action's function decides who may call.
-- Errors: PI100 inputs, PI101 no such action, PI102 options, PI310 a precondition does not hold, PI311 an assertion does not hold, PI312 no such row,
-- PI313 and PI314 the answer is not what the action promises, PI002 and PI003 not in force, 42501 not allowed, and whatever the action does.
create function ai.execute_action(action_name text, inputs jsonb default '{}', options jsonb default '{}')
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
  select ai_private.route(ai_private.action_number(action_name), 'action', action_name, inputs, options)
$pg_ai$;
comment on function ai.execute_action(text, jsonb, jsonb) is 'Runs a registered action: its name, inputs as a JSON object, options. Returns what the action answers.';
revoke all on function ai.execute_action(text, jsonb, jsonb) from public;
grant execute on function ai.execute_action(text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
