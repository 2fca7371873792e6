-- The call. The planner puts this body in place of the call, and where operation and table are literals it finds the operation's number once for
-- a plan, so that a prepared call goes straight to the router. It runs as the caller: PostgreSQL's own EXECUTE privilege on the operation's
-- function decides who may call.
-- Errors: PI100 inputs, PI101 no such table or operation, PI102 options, PI103 no row, PI104 changed meanwhile, PI105 suppressed by a trigger,
-- PI002 and PI003 declaration not in force, 23xxx constraints, 42501 not allowed.
create function ai.generate_mutation(operation text, table_name text, inputs jsonb, options jsonb default '{}')
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
  select ai_private.route(ai_private.operation_number(operation, table_name), operation, table_name, inputs, options)
$pg_ai$;
comment on function ai.generate_mutation(text, text, jsonb, jsonb) is
  'Runs an operation that a table declares: operation, table_name (by search_path or schema.table), inputs as a JSON object, options. Returns the row.';
revoke all on function ai.generate_mutation(text, text, jsonb, jsonb) from public;
-- to ai_owner, because actions run as it
grant execute on function ai.generate_mutation(text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
