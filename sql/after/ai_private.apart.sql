-- The subscriptions that are looked after by themselves because their filters take long, and are not waiting for another attempt. For the relay (ai_worker).
create function ai_private.apart(deliveries text[])
returns table (subscription text, delivery text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select s.name, s.delivery
  from ai_private.subscription_cursor c
  join ai.subscriptions s on s.name = c.subscription
  where c.apart > 0 and not s.paused and s.delivery = any (deliveries) and c.retry_at <= clock_timestamp()
  order by c.moved_at
$pg_ai$;
alter function ai_private.apart(text[]) owner to ai_owner;
comment on function ai_private.apart(text[]) is 'The subscriptions that are looked after by themselves';
revoke all on function ai_private.apart(text[]) from public;
grant execute on function ai_private.apart(text[]) to ai_worker;
