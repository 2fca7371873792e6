-- Wakes sleeping relays because somebody has changed what they have to do: rare, so it is not asked whether one sleeps.
create function ai_private.ring()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if pg_notification_queue_usage() < 0.5 and current_setting('max_prepared_transactions')::integer = 0 then
    perform pg_notify('pg_ai_events', '');
  end if;
end
$pg_ai$;
comment on function ai_private.ring() is 'Wakes sleeping relays';
revoke all on function ai_private.ring() from public;
grant execute on function ai_private.ring() to ai_owner;
