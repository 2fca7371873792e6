-- The number of an operation by the usual spellings of its table, under the caller's search_path; -1 for everything else, which
-- ai_private.reroute looks at. It runs as the caller under the caller's search_path, so every name and operator is written out.
--
-- It reads a table and yet calls itself immutable, so that the planner asks it once for a plan. That is sound because a number is never given to
-- another operation, an operation whose table gets another name gets another number, and the router knows those that are gone: a plan that is out
-- of date is led to ai_private.reroute, never to another function. A plan made under another search_path is not used. So that plans do not stay
-- out of date, whatever compiles (ai_private.renew_plans) touches ai_private.route, and PostgreSQL makes the plans that call it anew.
create function ai_private.operation_number(operation_name text, table_name text)
returns integer
language plpgsql
immutable
security invoker
as $pg_ai$
#variable_conflict use_variable
declare
  number pg_catalog.int4;
begin
  if pg_catalog.strpos(table_name, '.') operator(pg_catalog.>) 0 then
    -- Found by name: the caller needs no rights on the table's schema.
    select o.dispatch into number
    from ai.operation as o
    where o.qualified_name operator(pg_catalog.=) table_name and o.operation operator(pg_catalog.=) operation_name
      and o.state operator(pg_catalog.=) 'ready' and pg_catalog.has_function_privilege(o.function_oid, 'EXECUTE') is not false;
  elsif table_name operator(pg_catalog.~) '^[a-z_][a-z0-9_]*$' then
    select o.dispatch into number
    from ai.operation as o
    where o.relation operator(pg_catalog.=) pg_catalog.to_regclass(table_name)::pg_catalog.oid and o.operation operator(pg_catalog.=) operation_name
      and o.state operator(pg_catalog.=) 'ready' and pg_catalog.has_function_privilege(o.function_oid, 'EXECUTE') is not false;
  end if;
  return coalesce(number, -1);
end
$pg_ai$;
comment on function ai_private.operation_number(text, text) is 'Number of an operation that is ready and that the caller may call, or -1';
revoke all on function ai_private.operation_number(text, text) from public;
grant execute on function ai_private.operation_number(text, text) to ai_owner, ai_admin, ai_user;
