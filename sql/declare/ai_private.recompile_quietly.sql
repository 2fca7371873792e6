-- Ordinary DDL never fails because of pg_ai: what cannot be compiled any more is taken out of force. A conflict with another transaction says
-- nothing about the table, so it fails like any other: trying again succeeds.
create function ai_private.recompile_quietly(target oid)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb;
begin
  begin
    select ai_private.declare_table(target) into problems;
  exception
    when transaction_rollback or lock_not_available or insufficient_resources or operator_intervention or system_error then
      raise;
    when others then
      problems := jsonb_build_array(jsonb_build_object('severity', 'error', 'path', target::regclass::text, 'reason', sqlerrm));
      perform ai_private.give_up(target, problems);
  end;
  if ai_private.has_errors(problems) then
    raise warning using errcode = 'PI003',
      message = ai_private.message('PI003.warning', jsonb_build_object('table', target::regclass::text, 'problem', problems #>> '{0,reason}')),
      hint = ai_private.message('PI003.hint', jsonb_build_object('table', target::regclass::text));
    perform ai_private.recompile_action_quietly(a) from ai_private.actions_of_table(target) as a;
  end if;
end
$pg_ai$;
comment on function ai_private.recompile_quietly(oid) is 'Recompiles a table after DDL; marks it inconsistent where that fails';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.recompile_quietly(oid) to public;
