-- Compiles a table, or an action, because a row of ai.hooks or ai.policies ("part") has changed, and refuses that where it is the row's fault that it
-- does not compile. "before" is the state until then, "written" a regular expression for what names the row, null where it is deleted.
create function ai_private.take_up(target oid, action_name text, before text, part text, name text, written text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  in_force constant boolean := before in ('ready', 'disabled');
  problems jsonb;
begin
  begin
    if action_name is null then
      select ai_private.declare_table(target) into problems;
    else
      select ai_private.declare_action(action_name) into problems;
    end if;
  exception
    when transaction_rollback or lock_not_available or insufficient_resources or operator_intervention or system_error then
      raise;
    when others then
      if in_force then
        raise;
      end if;
      return;
  end;
  if not ai_private.has_errors(problems) then
    perform ai_private.warn(problems);
  elsif exists (select from jsonb_array_elements(problems) as p where p ->> 'severity' = 'error' and p ->> 'path' ~ written)
    or in_force and ai_private.fits_without(target, action_name, part, name)
  then
    if action_name is null then
      perform ai_private.refuse_declaration(target, problems, true);
    else
      perform ai_private.refuse_program('action', action_name, problems);
    end if;
  elsif in_force and action_name is null then
    raise warning using errcode = 'PI003',
      message = ai_private.message('PI003.warning', jsonb_build_object('table', target::regclass::text, 'problem', problems #>> '{0,reason}')),
      hint = ai_private.message('PI003.hint', jsonb_build_object('table', target::regclass::text));
    perform ai_private.recompile_action_quietly(a) from ai_private.actions_of_table(target) as a;
  elsif in_force then
    raise warning using errcode = 'PI003',
      message = ai_private.message('PI003.action.warning', jsonb_build_object('action', action_name, 'problem', problems #>> '{0,reason}')),
      hint = ai_private.message('PI003.action.hint', jsonb_build_object('action', action_name));
  end if;
end
$pg_ai$;
comment on function ai_private.take_up(oid, text, text, text, text, text) is 'Compiles what a hook or a policy is about, and refuses the row where it is its fault that this fails';
revoke all on function ai_private.take_up(oid, text, text, text, text, text) from public;
grant execute on function ai_private.take_up(oid, text, text, text, text, text) to ai_admin;
