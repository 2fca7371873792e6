-- Who has still to see how many events of a month: subscriptions and listeners that have not come so far, deliveries that wait as jobs, dead letters. Runs as who
-- owns the tables.
create function ai_private.unseen_events(month_name text)
returns table (subscription text, listener text, events bigint)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  c record;
  count bigint;
begin
  for c in
    select k.subscription, null::text as listener, s.topics, p.*
    from ai_private.subscription_cursor k
    join ai.subscriptions s on s.name = k.subscription
    cross join lateral ai_private.parse_position(ai_private.cursor_position(k)) as p
    union all
    select null, l.name, l.topics, p.*
    from ai.listeners l
    cross join lateral ai_private.parse_position(l.position) as p
  loop
    execute format($sql$
      select count(*) from ai_private.%I as event
      where %s and event.id > $1 and not ai_private.is_seen(event.transaction, event.id, $2, $3, $4)
        -- of the window at hand what is done already
        and ($6 is null or not (event.id <= $5 and ai_private.is_seen(event.transaction, event.id, $6, $7, $8)))$sql$,
      month_name, ai_private.topic_condition(c.topics))
    into count
    using c.floor_id, c.seen, c.seen_boundary, c.seen_id, c.after_id, c.until, c.until_boundary, c.until_id;
    if c.subscription is not null then
      count := count + ai_private.waiting_deliveries(month_name, c.subscription);
    end if;
    if count > 0 then
      subscription := c.subscription;
      listener := c.listener;
      events := count;
      return next;
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.unseen_events(text) is 'Who has still to see how many events of a month';
revoke all on function ai_private.unseen_events(text) from public;
