-- Puts an action with its own hooks and policies back to what it was at a revision (the number in ai.revision), default the last one before the present that was in force. It is a change
-- like any other: checked, compiled and recorded. Returns the revision.
-- Errors: PI101 when the action has no such revision that was in force, PI007 when it cannot be in force any more, 42501. For ai_admin.
create function ai.restore_action(action_name text, revision bigint default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  present constant jsonb := ai_private.action_source(action_name);
  chosen ai.revision;
begin
  select r.* into chosen
  from ai.revision r
  where r.kind = 'action' and r.qualified_name = restore_action.action_name and r.state = 'ready'
    and (restore_action.revision is null and r.declaration is distinct from present or r.revision = restore_action.revision)
  order by r.revision desc
  limit 1;
  if chosen.revision is null then
    raise exception using
      errcode = 'PI101',
      message = ai_private.message(case when restore_action.revision is null then 'PI101.earlier' else 'PI101.revision' end, jsonb_build_object('action', action_name, 'revision', restore_action.revision)),
      hint = ai_private.message('PI101.revision.hint', jsonb_build_object('action', action_name));
  end if;
  perform ai_private.put_back_action_program(action_name, chosen.declaration);
  insert into ai.meta_actions as m
  select x.* from jsonb_populate_record(null::ai.meta_actions, chosen.declaration || jsonb_build_object('action_name', action_name, 'registered_by', current_user, 'changed_at', clock_timestamp())) as x
  on conflict on constraint meta_actions_pkey do update
  set code_template = excluded.code_template, language = excluded.language, steps = excluded.steps, input_schema = excluded.input_schema,
      output_schema = excluded.output_schema, preconditions = excluded.preconditions, post_actions = excluded.post_actions, roles = excluded.roles,
      security = excluded.security, limits = excluded.limits, enabled = excluded.enabled, description = excluded.description, search_path = excluded.search_path;
  return chosen.revision;
end
$pg_ai$;
comment on function ai.restore_action(text, bigint) is 'Puts an action back to what it was at a revision';
revoke all on function ai.restore_action(text, bigint) from public;
grant execute on function ai.restore_action(text, bigint) to ai_admin;
