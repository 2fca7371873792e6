-- What is older than a moment, as one sum at the beginning of time, so that counters never go back.
create function ai_private.fold_metrics(before timestamptz)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with old as (
    delete from ai_private.metric m where m.at < before and m.at > '-infinity' returning m.*
  )
  insert into ai_private.metric as m
  select '-infinity', o.relation, o.operation, o.action, '', o.code, o.bucket, sum(o.calls)::bigint, sum(o.elapsed_us)::bigint, max(o.longest_us)
  from old o
  group by o.relation, o.operation, o.action, o.code, o.bucket
  on conflict (at, relation, operation, action, fingerprint, code, bucket) do update
  set calls = m.calls + excluded.calls, elapsed_us = m.elapsed_us + excluded.elapsed_us, longest_us = greatest(m.longest_us, excluded.longest_us)
$pg_ai$;
alter function ai_private.fold_metrics(timestamptz) owner to ai_owner;
comment on function ai_private.fold_metrics(timestamptz) is 'Sums up the metrics before a moment';
revoke all on function ai_private.fold_metrics(timestamptz) from public;
