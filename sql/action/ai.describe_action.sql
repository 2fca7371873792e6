-- What can be executed: for each action its inputs and outputs as JSON Schema, its roles, its policies and hooks, and its function. Without a name: an object by action.
-- Errors: PI101 when there is no such action.
create function ai.describe_action(action_name text default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  described jsonb;
begin
  select coalesce(jsonb_object_agg(a.action_name, jsonb_strip_nulls(jsonb_build_object('description', a.description, 'state', a.state, 'roles', a.roles,
      'language', a.language, 'security', a.security, 'function', 'ai_gen.' || quote_ident(a.function_name))) || jsonb_build_object('inputs', a.input_schema, 'outputs', a.output_schema) || a.described), '{}')
  into described
  from ai.action a
  where describe_action.action_name is null or a.action_name = describe_action.action_name;
  if describe_action.action_name is null then
    return described;
  end if;
  if described = '{}' then
    perform ai_private.find_action(action_name);
  end if;
  return described -> describe_action.action_name;
end
$pg_ai$;
comment on function ai.describe_action(text) is 'Actions with their inputs and outputs as JSON Schema';
revoke all on function ai.describe_action(text) from public;
grant execute on function ai.describe_action(text) to ai_admin, ai_worker, ai_user;
