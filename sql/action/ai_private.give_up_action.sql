-- Takes an action out of force because compiling it again failed. Public like ai_private.prepare_action, so it first makes sure that something has changed.
-- The fingerprint stays empty: the next compilation looks at it again.
create function ai_private.give_up_action(name text, problems jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if not exists (
    select from ai.action a
    where a.action_name = name and a.fingerprint is distinct from ai_private.fingerprint(ai_private.action_snapshot(name))
      and (a.state = 'ready' or pg_has_role(session_user, 'ai_admin', 'MEMBER') or pg_has_role(session_user, 'ai_worker', 'MEMBER'))
  ) then
    return;
  end if;
  perform ai_private.lock_compiler();
  delete from ai_private.prepared_action p where p.action_name = name;
  perform ai_private.mark_action(name, null, 'inconsistent', give_up_action.problems);
end
$pg_ai$;
alter function ai_private.give_up_action(text, jsonb) owner to ai_owner;
comment on function ai_private.give_up_action(text, jsonb) is 'Marks an action inconsistent after it could not be compiled again';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.give_up_action(text, jsonb) to public;
