-- Writes an action's row as a revision had it, for whoever registered it last. Nothing is compiled by it.
create function ai_private.write_action(name text, source jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- what makes a row take effect by itself looks at this
set check_function_bodies = off
as $pg_ai$
begin
  update ai.meta_actions m
  set code_template = r.code_template, language = r.language, steps = r.steps, input_schema = r.input_schema, output_schema = r.output_schema,
      preconditions = r.preconditions, post_actions = r.post_actions, roles = r.roles, security = r.security, limits = r.limits, enabled = r.enabled,
      description = r.description, search_path = r.search_path, changed_at = clock_timestamp()
  from jsonb_populate_record(null::ai.meta_actions, source) as r
  where m.action_name = name;
end
$pg_ai$;
comment on function ai_private.write_action(text, jsonb) is 'Writes an action''s row as a revision had it';
revoke all on function ai_private.write_action(text, jsonb) from public;
grant execute on function ai_private.write_action(text, jsonb) to ai_owner;
