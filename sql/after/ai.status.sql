-- What waits, one row each:
--   declaration    a table whose declaration is pending (waits for a compiler) or inconsistent
--   subscription   "waiting": events that are still to be looked at, at most; "since": when the cursor moved last. running, paused, or failing with "problem"
--   listener       the same for a service that reads by itself
--   dead letters   "waiting": how many of a subscription; "since": the oldest; "problem": the last error
-- For ai_admin and ai_worker.
create function ai.status()
returns table (about text, name text, state text, waiting bigint, since timestamptz, problem text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select 'declaration', d.qualified_name, d.state, null::bigint, d.changed_at, d.problems #>> '{0,reason}'
  from ai.declaration d
  where d.state <> 'ready'
  union all
  (select 'subscription', s.name, case when s.paused then 'paused' when c.error is not null then 'failing' else 'running' end,
    greatest(ai_private.last_event_id() - case when c.until is null then c.seen_id else c.after_id end, 0)
      + (select count(*) from ai_private.redelivery r where r.subscription = s.name),
    c.moved_at,
    coalesce(c.error, case when c.apart > 0 then ai_private.message('filter.slow', '{}') end,
      case when c.lost > 0 then ai_private.message('PI405.lost', jsonb_build_object('count', c.lost)) end)
  from ai.subscriptions s
  join ai_private.subscription_cursor c on c.subscription = s.name
  order by s.name)
  union all
  (select 'listener', l.name, 'reading', greatest(ai_private.last_event_id() - coalesce(p.after_id, p.seen_id), 0), l.moved_at,
    case when l.lost > 0 then ai_private.message('PI405.lost', jsonb_build_object('count', l.lost)) end
  from ai.listeners l
  cross join lateral ai_private.parse_position(l.position) as p
  order by l.name)
  union all
  (select 'dead letters', d.subscription, 'given up', count(*), min(d.at), (array_agg(d.error order by d.at desc))[1]
  from ai.dead_letters d
  group by d.subscription
  order by d.subscription)
$pg_ai$;
alter function ai.status() owner to ai_owner;
comment on function ai.status() is 'What waits: declarations, events, dead letters';
revoke all on function ai.status() from public;
grant execute on function ai.status() to ai_admin, ai_worker;
