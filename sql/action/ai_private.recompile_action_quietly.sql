-- As ai_private.recompile_quietly: DDL never fails because of an action; one that cannot be compiled any more is taken out of force.
create function ai_private.recompile_action_quietly(name text, anyway boolean default false)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb;
begin
  begin
    select ai_private.declare_action(name, anyway) into problems;
  exception
    when transaction_rollback or lock_not_available or insufficient_resources or operator_intervention or system_error then
      raise;
    when others then
      problems := jsonb_build_array(jsonb_build_object('severity', 'error', 'path', 'action ' || name, 'reason', sqlerrm));
      perform ai_private.give_up_action(name, problems);
  end;
  if ai_private.has_errors(problems) then
    raise warning using errcode = 'PI003',
      message = ai_private.message('PI003.action.warning', jsonb_build_object('action', name, 'problem', problems #>> '{0,reason}')),
      hint = ai_private.message('PI003.action.hint', jsonb_build_object('action', name));
  end if;
end
$pg_ai$;
comment on function ai_private.recompile_action_quietly(text, boolean) is 'Recompiles an action after a change; marks it inconsistent where that fails';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.recompile_action_quietly(text, boolean) to public;
