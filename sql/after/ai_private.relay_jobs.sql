-- One round of the relay for what becomes jobs: takes new events and adds their jobs in the same transaction, all by one statement. Returns how many events
-- were handed on and looked at, whether there is more at once, and, where they are few, which ones ("few": ids, from, until), so that whoever does the jobs can
-- read them already while it takes the jobs; "whose" as of ai_private.take_events. Runs as its caller, a member of ai_worker, who needs the right to add jobs.
create function ai_private.relay_jobs(most integer default 1000, whose text default null, out handed_on bigint, out looked_at bigint, out unfinished boolean, out few jsonb)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- In all that it calls: making plans anew for the numbers at hand took as long as the round.
set plan_cache_mode = force_generic_plan
-- which it compiles for some tenths of a second, for a round of milliseconds
set jit = off
as $pg_ai$
begin
  -- Lost together with the cursors that it moves, what is handed on would be handed on again.
  perform set_config('synchronous_commit', 'off', true);
  with taken as materialized (
    select t.* from ai_private.take_events('{job,email,webhook}', most, whose => whose) as t
  ), single as (
    -- Not the arrays themselves: each event would carry those of all.
    select t.subscription, t.delivery, t.settings, t.run_from, t.subscription || ':' || e.queue as queue_name, e.id, e.position,
      jsonb_build_object('subscription', t.subscription, 'event', e.id::text, 'at', e.at) as payload
    from taken t
    cross join lateral unnest(t.ids, t.times, t.queues) with ordinality as e (id, at, queue, position)
    where t.batch_size = 1
  ), lane as (
    -- Batches are cut out of what is in order already: all events or, where the order of rows counts, those of each queue.
    select t.subscription, t.delivery, t.settings, t.batch_size, t.run_from, null::text as queue_name, t.ids, t.times, null::bigint[] as positions
    from taken t
    where t.batch_size > 1 and t.queues = '{}'
    union all
    select t.subscription, t.delivery, t.settings, t.batch_size, t.run_from, t.subscription || ':' || q.queue, q.ids, q.times, q.positions
    from taken t
    cross join lateral (
      select e.queue, array_agg(e.id order by e.position) as ids, array_agg(e.at order by e.position) as times, array_agg(e.position order by e.position) as positions
      from unnest(t.ids, t.times, t.queues) with ordinality as e (id, at, queue, position)
      group by e.queue
    ) as q
    where t.batch_size > 1 and t.queues <> '{}'
  ), batch as (
    select l.subscription, l.delivery, l.settings, l.run_from, l.queue_name, l.ids[n] as id, coalesce(l.positions[n], n) as position,
      jsonb_build_object('subscription', l.subscription, 'events', to_jsonb(l.ids[n : n + l.batch_size - 1]::text[]), 'from', span.first, 'until', span.last) as payload
    from lane l
    cross join lateral generate_series(1, cardinality(l.ids), l.batch_size) as n
    cross join lateral (select min(x) as first, max(x) as last from unnest(l.times[n : n + l.batch_size - 1]) as x) as span
  ), job as (
    select * from single
    union all
    select * from batch
  ), spec as (
    select array_agg(row(
        'pg_ai.' || j.delivery || coalesce(':' || (j.settings ->> 'task'), ''),
        (case when j.queue_name is null then j.payload else j.payload || jsonb_build_object('queue', j.queue_name) end)::json,
        j.queue_name,
        -- whoever takes jobs by their moment takes them in the order of events
        j.run_from + make_interval(secs => (j.position - 1) / 1e6),
        -- The runner counts attempts. A job that graphile-worker itself gave up would be lost in silence.
        32767,
        j.subscription || ':' || j.id,
        0,
        null::text[]
      )::graphile_worker.job_spec order by j.subscription, j.position) as specs
    from job j
  ), added as (
    select count(*) as jobs from spec s cross join lateral graphile_worker.add_jobs(s.specs) as a where s.specs is not null
  )
  select coalesce(sum(cardinality(t.ids)), 0), coalesce(max(t.looked_at), 0), coalesce(bool_or(t.unfinished), false),
    case when sum(cardinality(t.ids)) between 1 and 16 then (
      select jsonb_build_object('ids', jsonb_agg(distinct e.id::text), 'from', min(e.at), 'until', max(e.at))
      from taken f cross join lateral unnest(f.ids, f.times) as e (id, at)
    ) end
  into handed_on, looked_at, unfinished, few
  from taken t
  where (select a.jobs from added a) >= 0;
end
$pg_ai$;
comment on function ai_private.relay_jobs(integer, text) is 'One round of the relay for what becomes jobs';
revoke all on function ai_private.relay_jobs(integer, text) from public;
grant execute on function ai_private.relay_jobs(integer, text) to ai_worker;
