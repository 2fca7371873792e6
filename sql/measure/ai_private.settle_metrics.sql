-- Minutes become hours when they are a few hours old.
create function ai_private.settle_metrics()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with old as (
    delete from ai_private.metric m
    where m.at < date_trunc('hour', clock_timestamp()) - interval '3 hours' and m.at <> date_trunc('hour', m.at) and m.at > '-infinity'
    returning m.*
  )
  insert into ai_private.metric as m
  select date_trunc('hour', o.at), o.relation, o.operation, o.action, o.fingerprint, o.code, o.bucket, sum(o.calls)::bigint, sum(o.elapsed_us)::bigint, max(o.longest_us)
  from old o
  group by 1, 2, 3, 4, 5, 6, 7
  on conflict (at, relation, operation, action, fingerprint, code, bucket) do update
  set calls = m.calls + excluded.calls, elapsed_us = m.elapsed_us + excluded.elapsed_us, longest_us = greatest(m.longest_us, excluded.longest_us)
$pg_ai$;
alter function ai_private.settle_metrics() owner to ai_owner;
comment on function ai_private.settle_metrics() is 'Sums up the minutes of hours that are past';
revoke all on function ai_private.settle_metrics() from public;
grant execute on function ai_private.settle_metrics() to ai_admin, ai_worker;
