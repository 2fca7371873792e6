-- What can be called, as JSON: for each operation its inputs and outputs as JSON Schema, its roles and its functions.
-- With a table: only its operations. With an operation too: that one's description alone.
-- Errors: PI101 when there is no such table or operation.
create function ai.describe(table_name text default null, operation text default null)
returns jsonb
language plpgsql
stable
security invoker
as $pg_ai$
begin
  return ai_private.describe(table_name, operation, pg_catalog.current_schemas(true));
end
$pg_ai$;
comment on function ai.describe(text, text) is 'Operations with their inputs and outputs as JSON Schema';
revoke all on function ai.describe(text, text) from public;
grant execute on function ai.describe(text, text) to ai_admin, ai_worker, ai_user;
