-- Notes why a subscription's events could not be taken or handed on, and when it is tried again: after a second, and twice as long each time, at most five minutes.
-- ai.status() tells of it. For the relay (ai_worker).
create function ai_private.put_off(subscription_name text, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  update ai_private.subscription_cursor c
  set error = reason, failures = c.failures + 1, moved_at = clock_timestamp(),
    retry_at = clock_timestamp() + make_interval(secs => least(2 ^ least(c.failures, 10), 300))
  where c.subscription = subscription_name;
end
$pg_ai$;
alter function ai_private.put_off(text, text) owner to ai_owner;
comment on function ai_private.put_off(text, text) is 'Notes why a subscription fails, and when it is tried again';
revoke all on function ai_private.put_off(text, text) from public;
grant execute on function ai_private.put_off(text, text) to ai_worker;
