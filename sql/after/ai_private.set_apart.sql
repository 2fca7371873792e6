-- Notes that a subscription's filter has been stopped, because it took too long or too much memory, and of how many events at the most. From now on it is looked after
-- apart from the others, fewer events at a time: so those are found that are to blame. Where one event alone is too much, it is tried again after
-- pauses as after other failures (ai_private.put_off), and at last becomes a dead letter. False where it has no filter: something else took long.
-- For the relay (ai_worker).
create function ai_private.set_apart(subscription_name text, reason text, most integer)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  c ai_private.subscription_cursor;
  asked_for integer;
begin
  select u.* into c
  from ai_private.subscription_cursor u
  join ai.subscriptions s on s.name = u.subscription
  where u.subscription = subscription_name and s.filter is not null
  for update of u;
  if c.subscription is null then
    return false;
  end if;
  asked_for := greatest(1, case when c.apart > 0 then least(c.apart, most) else most end);
  if asked_for = 1 then
    perform ai_private.put_off(subscription_name, ai_private.message('filter.stopped', jsonb_build_object('reason', reason)));
  else
    update ai_private.subscription_cursor u set moved_at = clock_timestamp(), error = ai_private.message('filter.stopped', jsonb_build_object('reason', reason))
    where u.subscription = subscription_name;
  end if;
  update ai_private.subscription_cursor u set apart = greatest(1, asked_for / 8) where u.subscription = subscription_name;
  return true;
end
$pg_ai$;
alter function ai_private.set_apart(text, text, integer) owner to ai_owner;
comment on function ai_private.set_apart(text, text, integer) is 'Notes that a subscription''s filter takes too long, and looks after it by itself';
revoke all on function ai_private.set_apart(text, text, integer) from public;
grant execute on function ai_private.set_apart(text, text, integer) to ai_worker;
