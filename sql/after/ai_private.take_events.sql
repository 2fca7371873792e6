-- Takes what is new for subscriptions with the deliveries, up to "most" events each, and moves their cursors, not too many in one transaction: whoever calls has to
-- hand the events on in the same one. Several may call at once: a cursor is moved by one at a time, and who finds it taken passes it by. Returns a row for each subscription that
-- was looked after: its events in order, and "run_from", the first of as many moments, a microsecond apart, of which none was given out before.
-- "whose" names the one subscription that is looked after; without it those are left out whose filters take long (ai_private.set_apart), which are for "whose".
-- Where no more than "tell" events may be new, those that become jobs are noted themselves, for whoever does the jobs.
-- For the relay (ai_worker); READ COMMITTED only.
--
-- A cursor sees what its snapshot sees. A window is opened up to a newer snapshot, and what the one sees and the other does not is handed on in the order of
-- ids; then the window is closed and the cursor takes over the newer snapshot. So a transaction that commits late is late, and neither skipped nor
-- waited for. Two events of the same row are in order: the second transaction could write only after the first had committed, so each snapshot that sees the
-- second sees the first, and ids are given out as rows are written.
create function ai_private.take_events(deliveries text[], most integer, most_subscriptions integer default 50, whose text default null, tell integer default 0)
returns setof ai_private.taken_events
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  here text;
  last_id bigint;
  mark record;
  snapshot pg_snapshot;
  due text[];
  found record;
  c ai_private.subscription_cursor;
  taken record;
  again record;
  run_from timestamptz;
  looked_at integer;
  unfinished boolean;
  given ai_private.taken_events;
  total bigint := 0;
  started constant timestamptz := clock_timestamp();
  began timestamptz;
  failed integer;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using errcode = 'PI401', message = ai_private.message('PI401', '{}');
  end if;
  -- Looking costs no transaction id. All by one statement: each has a price of its own, and many looks end here.
  select array_agg(c.subscription), min(h.cluster), min(e.last_id) into due, here, last_id
  from (select p.system_identifier::text as cluster from pg_control_system() as p) as h
  -- ai_private.last_event_id, written out
  cross join (select case when n.is_called then n.last_value else n.last_value - 1 end as last_id from ai.event_id as n) as e
  cross join ai_private.subscription_cursor c
  join ai.subscriptions s on s.name = c.subscription
  where not s.paused and s.delivery = any (deliveries) and c.retry_at <= clock_timestamp()
    and case when whose is null then c.apart = 0 else c.subscription = whose end
    and (c.until is not null or c.cluster <> h.cluster or e.last_id > c.seen_id
      -- ai_private.may_be_news, written out: it is asked for each subscription at each look
      or pg_snapshot_xmax(c.seen) < c.seen_boundary and pg_snapshot_xmax(pg_current_snapshot()) > pg_snapshot_xmax(c.seen)
      or exists (select from pg_snapshot_xip(c.seen) as x where pg_visible_in_snapshot(x, pg_current_snapshot()))
      or exists (select from ai_private.redelivery r where r.subscription = c.subscription));
  if due is null then
    return;
  end if;

  mark := ai_private.leave_mark(last_id);
  for found in
    select c as cursor, s.delivery, s.settings, s.batch_size, s.max_attempts, s.filter is not null as filters,
      exists (select from ai_private.redelivery r where r.subscription = c.subscription) as redelivers
    from ai_private.subscription_cursor c
    join ai.subscriptions s on s.name = c.subscription
    -- again, as it may have been put off since
    where c.subscription = any (due) and c.retry_at <= clock_timestamp()
    order by c.moved_at
    limit most_subscriptions
    for update of c skip locked
  loop
    exit when total >= 10 * most or clock_timestamp() - started > interval '1 second';
    -- After the cursor is locked, so that it is not ahead, and after the mark.
    snapshot := pg_current_snapshot();
    c := found.cursor;
    if c.cluster <> here then
      c.cluster := here;
      c.seen := '1:1:';
      c.seen_boundary := '1';
      c.seen_id := c.floor_id;
      c.until := null;
    end if;
    if c.until is null then
      c.until := snapshot;
      c.until_boundary := mark.boundary;
      c.until_id := mark.id;
      -- Where nothing was under way, nothing was late.
      c.after_id := case when pg_snapshot_xmin(c.seen) = pg_snapshot_xmax(c.seen) and pg_snapshot_xmax(c.seen) >= c.seen_boundary then c.seen_id
        else ai_private.first_new_id(c.seen, c.seen_boundary, c.seen_id, c.floor_id, snapshot) end;
    end if;
    c.moved_at := clock_timestamp();

    began := clock_timestamp();
    taken := ai_private.take_carefully(c, case when c.apart > 0 then least(c.apart, most) else most end, c.until_id - c.after_id <= tell);
    if taken.error is not null then
      perform ai_private.put_off(c.subscription, taken.error);
      continue;
    end if;
    -- The next one is judged again; where it takes as long, this one's pause goes on.
    failed := case when taken.passed_over then c.failures - 1 when c.apart > 0 and taken.looked_at = 0 then c.failures else 0 end;
    if found.filters and not taken.passed_over and clock_timestamp() - began > interval '250 milliseconds' then
      c.apart := greatest(1, taken.asked_for / 2);
    elsif c.apart > 0 and taken.looked_at > 0 and not taken.passed_over then
      c.apart := case when 2 * c.apart >= most then 0 else 2 * c.apart end;
    end if;

    looked_at := taken.looked_at;
    if found.redelivers then
      again := ai_private.take_redeliveries(c.subscription, most, taken.ids);
      looked_at := looked_at + cardinality(again.ids);
      taken.ids := again.ids || taken.ids;
      taken.times := again.times || taken.times;
      taken.queues := again.queues || taken.queues;
      taken.notes := again.notes || taken.notes;
    end if;
    unfinished := taken.looked_at >= taken.asked_for;
    run_from := greatest(c.moved_at - make_interval(secs => cardinality(taken.ids) / 1e6), c.ordered_at + interval '1 microsecond');
    total := total + looked_at;
    if unfinished then
      c.after_id := taken.last_id;
    else
      c.seen := c.until;
      c.seen_boundary := c.until_boundary;
      c.seen_id := c.until_id;
      c.floor_id := greatest(c.floor_id, case when pg_snapshot_xmin(c.seen) >= c.seen_boundary then c.seen_id
        else ai_private.seen_floor(c.seen, c.seen_boundary, c.seen_id) end);
      c.until := null;
      c.until_boundary := null;
      c.until_id := null;
      c.after_id := c.seen_id;
    end if;
    update ai_private.subscription_cursor u
    set cluster = c.cluster, seen = c.seen, seen_boundary = c.seen_boundary, seen_id = c.seen_id,
      until = c.until, until_boundary = c.until_boundary, until_id = c.until_id, after_id = c.after_id, floor_id = c.floor_id,
      ordered_at = run_from + make_interval(secs => cardinality(taken.ids) / 1e6), taken = u.taken + cardinality(taken.ids), moved_at = c.moved_at,
      error = case when failed > 0 then u.error end, failures = failed, retry_at = '-infinity', apart = c.apart
    where u.subscription = c.subscription;
    given := row(c.subscription, found.delivery, found.settings, found.batch_size, found.max_attempts,
      taken.ids, taken.times, taken.queues, taken.notes, run_from, looked_at, unfinished);
    return next given;
  end loop;
end
$pg_ai$;
alter function ai_private.take_events(text[], integer, integer, text, integer) owner to ai_owner;
comment on function ai_private.take_events(text[], integer, integer, text, integer) is 'Takes new events for subscriptions and moves their cursors';
revoke all on function ai_private.take_events(text[], integer, integer, text, integer) from public;
grant execute on function ai_private.take_events(text[], integer, integer, text, integer) to ai_worker;
