-- Puts a prepared action in force: functions, their grants, the registry and the router. Returns the problems; those with severity error mean that
-- the action is not in force.
create function ai_private.apply_action(name text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  waiting ai_private.prepared_action;
  problems jsonb;
begin
  perform ai_private.lock_compiler();
  delete from ai_private.prepared_action p where p.action_name = name returning p.* into waiting;
  if waiting.action_name is null then
    return '[]';
  end if;
  if waiting.fingerprint is distinct from ai_private.fingerprint(ai_private.action_snapshot(name)) then
    return jsonb_build_array(jsonb_build_object('severity', 'error', 'path', 'action ' || name,
      'reason', 'something that it is about has changed since it was compiled', 'suggestion', 'compile it again'));
  end if;
  problems := waiting.compiled -> 'diagnostics';
  problems := problems || ai_private.failed_probes(waiting.compiled -> 'probes', ai_private.has_errors(problems));
  if exists (select from ai.action a where a.function_name = waiting.compiled ->> 'functionName' and a.action_name <> name) then
    problems := problems || jsonb_build_object('severity', 'error', 'path', 'action ' || name,
      'reason', 'its function belongs to another action already', 'suggestion', 'give it another name');
  end if;
  if ai_private.has_errors(problems) then
    perform ai_private.mark_action(name, waiting.fingerprint, 'inconsistent', problems);
    return problems;
  end if;
  perform ai_private.put_action_in_force(name, waiting.fingerprint, waiting.compiled, problems);
  return problems;
end
$pg_ai$;
alter function ai_private.apply_action(text) owner to ai_owner;
comment on function ai_private.apply_action(text) is 'Puts a prepared action in force';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.apply_action(text) to public;
