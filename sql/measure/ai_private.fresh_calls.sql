-- Calls that are not gathered yet, as rows of ai_private.metric: audit rows of transactions from the horizon up to "below", or of all that are
-- visible where that is null. A transaction that lasted longer than a day is not counted: then the months before need not be looked at.
create function ai_private.fresh_calls(c ai_private.metric_cursor, below xid8)
returns setof ai_private.metric
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select date_trunc('minute', a.at), a.relation, a.operation, coalesce(a.action, ''), a.fingerprint, '',
    ai_private.bucket(a.elapsed_us),
    count(*), coalesce(sum(a.elapsed_us), 0)::bigint, coalesce(max(a.elapsed_us), 0)
  from ai.audit_log a
  where a.transaction::text::bigint >= c.horizon::text::bigint
    and (below is null or a.transaction::text::bigint < below::text::bigint)
    and a.at >= greatest(c.since, c.at - interval '1 day')
  group by 1, 2, 3, 4, 5, 7
$pg_ai$;
comment on function ai_private.fresh_calls(ai_private.metric_cursor, xid8) is 'Calls since the last gathering';
revoke all on function ai_private.fresh_calls(ai_private.metric_cursor, xid8) from public;
grant execute on function ai_private.fresh_calls(ai_private.metric_cursor, xid8) to ai_owner;
