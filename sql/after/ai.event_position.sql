-- The position behind all that has happened so far, for ai.events_after: take it, LISTEN, and nothing from here on is missed. For ai_admin and ai_worker.
create function ai.event_position()
returns text
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select r.next from ai_private.read_events('now', '{**}', 1) as r
$pg_ai$;
comment on function ai.event_position() is 'The position in the event log behind all that has happened so far';
revoke all on function ai.event_position() from public;
grant execute on function ai.event_position() to ai_admin, ai_worker;
