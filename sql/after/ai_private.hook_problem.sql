-- Why the function of a hook cannot be called as ai_owner; null where it can. The compiler says the same where a table is compiled; what acts after commit is
-- called later, when the function may have become another, and hooks of actions are compiled with no table.
create function ai_private.hook_problem(h ai.hooks)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  routine constant jsonb := ai_private.routine_snapshot(h.function);
  name constant text := routine ->> 'qualified';
begin
  return case
    when h.function is null then null
    when routine is null then format('there is no function %s(jsonb)', h.function)
    when routine ->> 'kind' <> 'f' or routine ? 'set' or routine ->> 'returns' <> 'jsonb' then format('%s is not a function that returns one jsonb', name)
    when routine ->> 'schema' in ('ai_private', 'ai_gen') then format('%s is pg_ai''s own', routine ->> 'schema')
    when routine ? 'untrustedOwner' then format('its owner must be a member of ai_admin, and %s is not', routine ->> 'untrustedOwner')
    when routine ? 'definer' and not h.settings @> '{"security": "definer"}' then format('%s is SECURITY DEFINER, and the hook''s settings do not say so', name)
    when not has_schema_privilege('ai_owner', (select n.oid from pg_namespace n where n.nspname = routine ->> 'schema'), 'usage')
      or not has_function_privilege('ai_owner', name || '(jsonb)', 'execute') then format('ai_owner may not execute %s', name)
  end;
end
$pg_ai$;
comment on function ai_private.hook_problem(ai.hooks) is 'Why the function of a hook cannot be called as ai_owner';
revoke all on function ai_private.hook_problem(ai.hooks) from public;
grant execute on function ai_private.hook_problem(ai.hooks) to ai_owner, ai_admin;
