-- The number by which errors and broken limits name an operation; -1 where it has none.
create function ai_private.subject_number(entity text, operation_name text, action_name text)
returns integer
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  number integer;
begin
  if subject_number.action_name is null then
    select o.dispatch into number from ai.operation o where o.qualified_name = entity and o.operation = operation_name;
  else
    select a.dispatch into number from ai.action a where a.action_name = subject_number.action_name;
  end if;
  return coalesce(number, -1);
end
$pg_ai$;
comment on function ai_private.subject_number(text, text, text) is 'Number of an operation or an action';
revoke all on function ai_private.subject_number(text, text, text) from public;
grant execute on function ai_private.subject_number(text, text, text) to ai_owner;
