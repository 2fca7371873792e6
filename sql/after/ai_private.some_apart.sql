-- Whether ai_private.apart would return something, for a relay that asks often. For ai_worker.
create function ai_private.some_apart()
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select exists (select from ai_private.subscription_cursor c where c.apart > 0 and c.retry_at <= clock_timestamp())
$pg_ai$;
alter function ai_private.some_apart() owner to ai_owner;
comment on function ai_private.some_apart() is 'Whether subscriptions are looked after by themselves';
revoke all on function ai_private.some_apart() from public;
grant execute on function ai_private.some_apart() to ai_worker;
