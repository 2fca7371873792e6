-- One round of the relay for what becomes jobs: takes new events and adds their jobs in the same transaction. Returns how many events were handed on and looked
-- at, and whether there is more at once; "whose" as of ai_private.take_events. Up to "tell" events are "told" themselves, as workers/runner/events.ts reads them,
-- where they are that few and not large: who takes their jobs next need not ask for them. Runs as its caller, a member of ai_worker, who needs the right to add
-- jobs.
create function ai_private.relay_jobs(
  most integer default 1000, whose text default null, tell integer default 0,
  out handed_on bigint, out looked_at bigint, out unfinished boolean, out told json
)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- In all that it calls: making plans anew for the numbers at hand took as long as the round.
set plan_cache_mode = force_generic_plan
-- which it compiles for some tenths of a second, for a round of milliseconds
set jit = off
as $pg_ai$
declare
  taken ai_private.taken_events[];
  one ai_private.taken_events;
  notes text[] = '{}';
  singles boolean = false;
  batches boolean = false;
  hurry text;
begin
  handed_on := 0;
  looked_at := 0;
  unfinished := false;
  -- What takes nothing ends here: many rounds do.
  for one in select * from ai_private.take_events('{job,email,webhook}', most, whose => whose, tell => tell) loop
    looked_at := greatest(looked_at, one.looked_at);
    unfinished := unfinished or one.unfinished;
    continue when one.ids = '{}';
    handed_on := handed_on + cardinality(one.ids);
    taken := taken || one;
    singles := singles or one.batch_size = 1;
    batches := batches or one.batch_size > 1;
    if handed_on <= tell then
      notes := notes || one.notes;
    end if;
  end loop;

  if found then
    -- Lost together with the cursors that it moves, what is handed on would be handed on again.
    hurry := set_config('synchronous_commit', 'off', true);
  end if;
  -- What both statements say of a job: graphile-worker counts attempts, but one that it gave up by itself would be lost in silence (32767), and whoever takes
  -- jobs by their moment takes them in the order of events (run_at).
  if singles then
    perform from graphile_worker.add_jobs(array(
      select row(
          'pg_ai.' || t.delivery || coalesce(':' || (t.settings ->> 'task'), ''),
          json_strip_nulls(json_build_object('subscription', t.subscription, 'event', e.id::text, 'at', e.at, 'queue', t.subscription || ':' || e.queue)),
          t.subscription || ':' || e.queue,
          t.run_from + make_interval(secs => (e.position - 1) / 1e6),
          32767,
          t.subscription || ':' || e.id,
          0,
          null::text[]
        )::graphile_worker.job_spec
      from unnest(taken) as t
      cross join lateral unnest(t.ids, t.times, t.queues) with ordinality as e (id, at, queue, position)
      where t.batch_size = 1
    ));
  end if;
  if batches then
    perform from graphile_worker.add_jobs(array(
      with lane as (
        -- Batches are cut out of what is in order already: all events or, where the order of rows counts, those of each queue.
        select t.subscription, t.delivery, t.settings, t.batch_size, t.run_from, null::text as queue_name, t.ids, t.times, null::bigint[] as positions
        from unnest(taken) as t
        where t.batch_size > 1 and t.queues = '{}'
        union all
        select t.subscription, t.delivery, t.settings, t.batch_size, t.run_from, t.subscription || ':' || q.queue, q.ids, q.times, q.positions
        from unnest(taken) as t
        cross join lateral (
          select e.queue, array_agg(e.id order by e.position) as ids, array_agg(e.at order by e.position) as times, array_agg(e.position order by e.position) as positions
          from unnest(t.ids, t.times, t.queues) with ordinality as e (id, at, queue, position)
          group by e.queue
        ) as q
        where t.batch_size > 1 and t.queues <> '{}'
      )
      select row(
          'pg_ai.' || l.delivery || coalesce(':' || (l.settings ->> 'task'), ''),
          json_strip_nulls(json_build_object('subscription', l.subscription, 'events', to_json(l.ids[n : n + l.batch_size - 1]::text[]),
            'from', span.first, 'until', span.last, 'queue', l.queue_name)),
          l.queue_name,
          l.run_from + make_interval(secs => (coalesce(l.positions[n], n) - 1) / 1e6),
          32767,
          l.subscription || ':' || l.ids[n],
          0,
          null::text[]
        )::graphile_worker.job_spec
      from lane l
      cross join lateral generate_series(1, cardinality(l.ids), l.batch_size) as n
      cross join lateral (select min(x) as first, max(x) as last from unnest(l.times[n : n + l.batch_size - 1]) as x) as span
      order by l.subscription, coalesce(l.positions[n], n)
    ));
  end if;
  told := '[' || array_to_string(notes, ',') || ']';
end
$pg_ai$;
comment on function ai_private.relay_jobs(integer, text, integer) is 'One round of the relay for what becomes jobs';
revoke all on function ai_private.relay_jobs(integer, text, integer) from public;
grant execute on function ai_private.relay_jobs(integer, text, integer) to ai_worker;
