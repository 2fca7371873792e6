-- Calls since a moment (to the minute, and to the hour where that lies more than three hours back), one row for each operation and action:
--   calls, succeeded, failed     committed calls and failed ones; a call that succeeded in a transaction that was rolled back is neither
--   errors                       {"PI100": 3, …}: failed calls by SQLSTATE
--   refused                      of these, by policy: class PI2 and 42501
--   rows                         rows that the operation itself wrote; of an action, those of operations in it
--   mean_ms … max_ms             of the calls that succeeded; percentiles to within a tenth
--   latency                      {"128": 7, …}: how many took up to so many microseconds, upper bounds a factor of 2^(1/4) apart
-- Fetches that succeed leave no trace and are not counted. For ai_admin and ai_worker.
create function ai.metrics_since(since timestamptz)
returns table (
  relation text, operation text, action text, calls bigint, succeeded bigint, failed bigint, errors jsonb, refused bigint, rows bigint,
  mean_ms float8, p50_ms float8, p95_ms float8, p99_ms float8, max_ms float8, latency jsonb
)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with m as materialized (
    select * from ai_private.metric_rows(since)
  ), by_code as (
    select m.relation, m.operation, m.action, m.code, sum(m.calls)::bigint as calls from m where m.code <> '' group by 1, 2, 3, 4
  ), errors as (
    select c.relation, c.operation, c.action, jsonb_object_agg(c.code, c.calls) as errors from by_code c group by 1, 2, 3
  ), by_bucket as (
    select m.relation, m.operation, m.action, m.bucket, sum(m.calls)::bigint as calls from m where m.bucket >= 0 group by 1, 2, 3, 4
  ), rising as (
    select b.*, sum(b.calls) over (partition by b.relation, b.operation, b.action order by b.bucket) as up_to,
      sum(b.calls) over (partition by b.relation, b.operation, b.action) as of_all
    from by_bucket b
  ), latency as (
    select r.relation, r.operation, r.action,
      jsonb_object_agg(round(2 ^ (r.bucket / 4.0))::bigint, r.calls) as latency,
      min(r.bucket) filter (where r.up_to >= 0.50 * r.of_all) as p50,
      min(r.bucket) filter (where r.up_to >= 0.95 * r.of_all) as p95,
      min(r.bucket) filter (where r.up_to >= 0.99 * r.of_all) as p99
    from rising r
    group by 1, 2, 3
  ), total as (
    select m.relation, m.operation, m.action, sum(m.calls)::bigint as calls,
      coalesce(sum(m.calls) filter (where m.code = ''), 0)::bigint as succeeded,
      coalesce(sum(m.calls) filter (where m.code <> ''), 0)::bigint as failed,
      coalesce(sum(m.calls) filter (where m.code like 'PI2%' or m.code = '42501'), 0)::bigint as refused,
      sum(m.elapsed_us) filter (where m.bucket >= 0) / nullif(sum(m.calls) filter (where m.bucket >= 0), 0) as mean_us,
      max(m.longest_us) filter (where m.bucket >= 0) as longest_us
    from m
    group by 1, 2, 3
  )
  select nullif(t.relation, ''), nullif(t.operation, ''), nullif(t.action, ''), t.calls, t.succeeded, t.failed, coalesce(e.errors, '{}'), t.refused,
    -- an action has written what operations in it have
    case when t.relation <> '' or t.action = '' then t.succeeded
      else coalesce((select sum(x.succeeded) from total x where x.action = t.action and x.relation <> ''), 0)::bigint end,
    round(t.mean_us / 1000, 3)::float8,
    -- the middle of the bucket, and never more than the longest
    round(least(2 ^ ((l.p50 - 0.5) / 4), t.longest_us) / 1000, 3)::float8,
    round(least(2 ^ ((l.p95 - 0.5) / 4), t.longest_us) / 1000, 3)::float8,
    round(least(2 ^ ((l.p99 - 0.5) / 4), t.longest_us) / 1000, 3)::float8,
    round(t.longest_us / 1000.0, 3)::float8,
    coalesce(l.latency, '{}')
  from total t
  left join errors e on e.relation = t.relation and e.operation = t.operation and e.action = t.action
  left join latency l on l.relation = t.relation and l.operation = t.operation and l.action = t.action
  order by t.relation, t.operation, t.action
$pg_ai$;
alter function ai.metrics_since(timestamptz) owner to ai_owner;
comment on function ai.metrics_since(timestamptz) is 'Calls, errors and latencies since a moment, by operation and action';
revoke all on function ai.metrics_since(timestamptz) from public;
grant execute on function ai.metrics_since(timestamptz) to ai_admin, ai_worker;
