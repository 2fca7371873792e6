-- The highest id that an event may have so far.
create function ai_private.last_event_id()
returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when s.is_called then s.last_value else s.last_value - 1 end from ai.event_id s
$pg_ai$;
comment on function ai_private.last_event_id() is 'The highest id that an event may have so far';
revoke all on function ai_private.last_event_id() from public;
grant execute on function ai_private.last_event_id() to ai_owner;
