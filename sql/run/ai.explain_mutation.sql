-- Tells what a call would do, and does nothing: the checks in order with their outcome, the statement with its plan, the row's changes, what would
-- be audited and which events would be written, or why it would be refused. The call is really made and taken back, so triggers and constraints
-- speak for themselves; "side_effects" names the sequences that advance all the same.
-- Errors: PI101 to PI003 as ai.generate_mutation, 42501 when the caller may not call the operation. A refused call is an answer, not an error.
create function ai.explain_mutation(operation text, table_name text, inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return ai_private.explain(ai_private.find_operation(operation, table_name, pg_catalog.current_schemas(true)), inputs, options);
end
$pg_ai$;
comment on function ai.explain_mutation(text, text, jsonb, jsonb) is 'What a call would check, change, audit and emit, without doing it';
revoke all on function ai.explain_mutation(text, text, jsonb, jsonb) from public;
grant execute on function ai.explain_mutation(text, text, jsonb, jsonb) to ai_admin, ai_user;
