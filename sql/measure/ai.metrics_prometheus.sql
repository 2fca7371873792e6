-- The same as text in Prometheus' exposition format 0.0.4, for a scraper: counters of calls by outcome ("ok" or the SQLSTATE) and of rows, and a
-- histogram of latencies whose bounds are powers of two of a microsecond. Counters only grow: what ai.prune drops stays in their sums.
-- For ai_admin and ai_worker.
create function ai.metrics_prometheus()
returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with m as materialized (
    select x.*, format('table="%s",operation="%s",action="%s"', ai_private.prometheus_label(x.relation), x.operation, ai_private.prometheus_label(x.action)) as labels
    from ai_private.metric_rows('-infinity') as x
  ), timed as (
    select m.labels, sum(m.calls) as calls, sum(m.elapsed_us) as elapsed_us from m where m.bucket >= 0 group by 1
  ), bound as (
    -- 128 µs to 16.8 s
    select 4 * n as bucket, (2 ^ n / 1000000)::float8 as seconds from generate_series(7, 24) as n
  ), line as (
    select 1 as part, '' as labels, null::integer as bucket, E'# HELP pg_ai_calls_total Calls that have ended, by outcome.\n# TYPE pg_ai_calls_total counter\n' as text
    union all
    select 2, m.labels, null, format(E'pg_ai_calls_total{%s,code="%s"} %s\n', m.labels, coalesce(nullif(m.code, ''), 'ok'), sum(m.calls)) from m group by m.labels, m.code
    union all
    select 3, '', null, E'# HELP pg_ai_rows_total Rows that calls have written.\n# TYPE pg_ai_rows_total counter\n'
    union all
    select 4, m.labels, null, format(E'pg_ai_rows_total{%s} %s\n', m.labels, sum(m.calls)) from m where m.code = '' and m.relation <> '' group by m.labels
    union all
    select 5, '', null, E'# HELP pg_ai_call_duration_seconds Time that calls took which succeeded.\n# TYPE pg_ai_call_duration_seconds histogram\n'
    union all
    select 6, t.labels, b.bucket, format(E'pg_ai_call_duration_seconds_bucket{%s,le="%s"} %s\n', t.labels, b.seconds,
      (select coalesce(sum(m.calls), 0) from m where m.labels = t.labels and m.bucket between 0 and b.bucket))
    from timed t cross join bound b
    union all
    select 6, t.labels, 1000, format(E'pg_ai_call_duration_seconds_bucket{%s,le="+Inf"} %s\npg_ai_call_duration_seconds_sum{%s} %s\npg_ai_call_duration_seconds_count{%s} %s\n',
      t.labels, t.calls, t.labels, t.elapsed_us / 1000000.0, t.labels, t.calls)
    from timed t
  )
  select string_agg(l.text, '' order by l.part, l.labels, l.bucket, l.text) from line l
$pg_ai$;
alter function ai.metrics_prometheus() owner to ai_owner;
comment on function ai.metrics_prometheus() is 'Calls, errors and latencies in Prometheus'' text format';
revoke all on function ai.metrics_prometheus() from public;
grant execute on function ai.metrics_prometheus() to ai_admin, ai_worker;
