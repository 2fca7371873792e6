-- As ai_private.prepare, for an action: reads what it is about and compiles; the result waits in ai_private.prepared_action.
-- Returns what is to be done: unchanged, gone (there is no such row any more), prepared, pending (no compiler here).
create function ai_private.prepare_action(name text, anyway boolean default false)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  snapshot jsonb;
  print text;
  known ai.action;
  output text;
  again constant boolean := anyway and pg_has_role(session_user, 'ai_admin', 'MEMBER');
begin
  for attempt in 1..2 loop
    snapshot := ai_private.action_snapshot(name);
    if snapshot is null then
      perform ai_private.forget_action(name);
      return 'gone';
    end if;
    print := ai_private.fingerprint(snapshot);
    select a.* into known from ai.action a where a.action_name = name;
    if known.fingerprint = print and not again
      and known.state = (select case when m.enabled then 'ready' else 'disabled' end from ai.meta_actions m where m.action_name = name)
    then
      return 'unchanged';
    end if;
    perform ai_private.lock_compiler();
  end loop;
  if to_regprocedure('ai_private.compile_text(text)') is null then
    perform ai_private.mark_action(name, print, 'pending', '[]');
    return 'pending';
  end if;
  -- never from a simple expression: see ai_private.prepare
  select ai_private.compile_text(jsonb_build_object('action', snapshot, 'fingerprint', print)::text) into output;
  perform ai_private.store_action(name, print, output::jsonb);
  return 'prepared';
end
$pg_ai$;
alter function ai_private.prepare_action(text, boolean) owner to ai_owner;
comment on function ai_private.prepare_action(text, boolean) is 'Compiles an action inside the database, up to applying it';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.prepare_action(text, boolean) to public;
