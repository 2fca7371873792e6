-- The call. Finds the operation by one index look-up under the caller's search_path and hands over to the generated router.
-- It runs as the caller, so PostgreSQL's own EXECUTE privilege on the operation's function decides who may call (asked for here only to say
-- so in better words), and since the caller's
-- search_path holds, every name and operator is written out.
-- Errors: PI100 inputs, PI101 no such table or operation, PI102 options, PI103 no row, PI104 changed meanwhile, PI105 suppressed by a trigger,
-- PI002 and PI003 declaration not in force, 23xxx constraints, 42501 not allowed.
create function ai.generate_mutation(operation text, table_name text, inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
#variable_conflict use_variable
declare
  dispatch integer;
  state pg_catalog.text;
  allowed pg_catalog.bool;
begin
  if pg_catalog.strpos(table_name, '.') operator(pg_catalog.>) 0 then
    -- Found by name: the caller needs no rights on the table's schema.
    select o.dispatch, o.state, pg_catalog.has_function_privilege(o.function_oid, 'EXECUTE') into dispatch, state, allowed
    from ai.operation as o
    where o.qualified_name operator(pg_catalog.=) table_name and o.operation operator(pg_catalog.=) operation;
  elsif table_name operator(pg_catalog.~) '^[a-z_][a-z0-9_]*$' then
    select o.dispatch, o.state, pg_catalog.has_function_privilege(o.function_oid, 'EXECUTE') into dispatch, state, allowed
    from ai.operation as o
    where o.relation operator(pg_catalog.=) pg_catalog.to_regclass(table_name)::pg_catalog.oid and o.operation operator(pg_catalog.=) operation;
  end if;
  if state operator(pg_catalog.=) 'ready' and allowed is not false then
    return ai_gen.route(dispatch, inputs, options);
  end if;
  -- Rare spellings ("Shop"."Users", SHOP.users) and everything that is wrong.
  -- Two statements: before the first declaration there is no router yet to be named in one with the search.
  dispatch := ai_private.find_operation(operation, table_name, pg_catalog.current_schemas(true));
  return ai_gen.route(dispatch, inputs, options);
end
$pg_ai$;
comment on function ai.generate_mutation(text, text, jsonb, jsonb) is
  'Runs an operation that a table declares: operation, table_name (by search_path or schema.table), inputs as a JSON object, options. Returns the row.';
revoke all on function ai.generate_mutation(text, text, jsonb, jsonb) from public;
grant execute on function ai.generate_mutation(text, text, jsonb, jsonb) to ai_admin, ai_user;
