-- All that is counted, and what is not gathered yet.
create function ai_private.metric_rows(since timestamptz)
returns setof ai_private.metric
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select m.* from ai_private.metric m where m.at >= date_trunc('minute', since)
  union all
  select f.* from ai_private.metric_cursor c cross join lateral ai_private.fresh_calls(c, null) as f where f.at >= date_trunc('minute', since)
  union all
  select * from ai_private.action_calls_since(since)
  union all
  select date_trunc('minute', clock_timestamp()), n.relation, n.operation, n.action, n.fingerprint, n.code, (-1)::smallint, x.fresh, 0::bigint, 0::bigint
  from ai_private.error_cells() as x
  cross join lateral ai_private.error_named(x.subject) as n
  where x.fresh > 0
$pg_ai$;
comment on function ai_private.metric_rows(timestamptz) is 'Calls by time, operation, outcome and latency, up to now';
revoke all on function ai_private.metric_rows(timestamptz) from public;
grant execute on function ai_private.metric_rows(timestamptz) to ai_owner;
