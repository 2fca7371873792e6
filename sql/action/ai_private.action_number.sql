-- The number of an action that is in force and that the caller may call, or -1. Immutable for the same reasons, and as soundly, as
-- ai_private.operation_number.
create function ai_private.action_number(name text)
returns integer
language plpgsql
immutable
security invoker
as $pg_ai$
#variable_conflict use_variable
declare
  number pg_catalog.int4;
begin
  select a.dispatch into number
  from ai.action as a
  where a.action_name operator(pg_catalog.=) name and a.state operator(pg_catalog.=) 'ready' and pg_catalog.has_function_privilege(a.function_oid, 'EXECUTE') is not false;
  return coalesce(number, -1);
end
$pg_ai$;
comment on function ai_private.action_number(text) is 'Number of an action that is ready and that the caller may call, or -1';
revoke all on function ai_private.action_number(text) from public;
grant execute on function ai_private.action_number(text) to ai_owner, ai_admin, ai_user;
