-- Many calls of one operation at once: inputs_array is a JSON array of inputs. Compiled set-based, so that a row costs a fraction of a call.
-- All or nothing by default: the answer is an array of rows in the order of the inputs, or PI110 with the errors of every wrong row by index.
-- options: on_error "skip" keeps the good rows and answers {"results": [row or null, …], "errors": [{"index", "sqlstate", "message", "errors"}, …],
-- "succeeded", "failed"}; idempotency_key and dry_run as in ai.generate_mutation.
-- Errors: PI110, PI111 (not an array), and those of ai.generate_mutation.
create function ai.generate_mutations(operation text, table_name text, inputs_array jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return ai_private.bulk(ai_private.find_operation(operation, table_name, pg_catalog.current_schemas(true)), inputs_array, options);
end
$pg_ai$;
comment on function ai.generate_mutations(text, text, jsonb, jsonb) is
  'Runs an operation for an array of inputs: all or nothing, or with {"on_error": "skip"} the good rows and the errors of the others';
revoke all on function ai.generate_mutations(text, text, jsonb, jsonb) from public;
grant execute on function ai.generate_mutations(text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
