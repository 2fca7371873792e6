-- Writes the function by which the relay takes a subscription's events: topics, filter and order as static SQL. It looks at up to "most" events after
-- "after_id" that are seen from "until" and not from "seen", in the order of their ids, and tells which of them are wanted. Only ai_owner may call it.
-- "judge" false leaves the filter out, to get past an event on which it fails; "tell" true notes the events themselves, but large ones. Runs as ai_owner, after
-- ai_private.check_subscription.
create function ai_private.write_taker(s ai.subscriptions)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  name constant text := format('ai_gen.%I', 'taker:' || s.name);
  parameters constant text := 'pg_snapshot, xid8, bigint, pg_snapshot, xid8, bigint, bigint, integer, boolean, boolean';
begin
  execute format($create$
create or replace function %1$s(
  seen pg_snapshot, seen_boundary xid8, seen_id bigint, until pg_snapshot, until_boundary xid8, until_id bigint, after_id bigint, most integer, judge boolean, tell boolean,
  out ids bigint[], out times timestamptz[], out queues integer[], out notes text[], out last_id bigint, out looked_at integer
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- the primary keys give the order, whatever statistics say
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off%3$s
as %2$L$create$, name, format($body$
-- Compiled from the row %1$s of ai.subscriptions. Change the row, not this function.
#variable_conflict use_column
begin
  select coalesce(array_agg(l.id) filter (where l.wanted), '{}'), coalesce(array_agg(l.at) filter (where l.wanted), '{}'), %7$s, %8$s,
    max(l.id), count(*)
  into ids, times, queues, notes, last_id, looked_at
  from (
    select event.id, event.at, %2$s as queue, %5$s as note,
      case when %3$s then %4$s else false end as wanted
    from %6$s as event
    -- ai_private.is_seen, written out
    where event.id > $7
      and (pg_visible_in_snapshot(event.transaction, $4) or event.transaction >= $5 and event.id <= $6)
      and not (pg_visible_in_snapshot(event.transaction, $1) or event.transaction >= $2 and event.id <= $3)
    order by event.id
    limit $8
  ) as l;
end
$body$, quote_literal(s.name),
    case when s.ordered then '(hashtextextended(event.entity || '' '' || coalesce(event.row_key::text, ''''), 0) & 1023)::integer' else 'null::integer' end,
    ai_private.topic_condition(s.topics),
    case when s.filter is null then 'true' else format(E'not $9 or coalesce((%s\n), false)', s.filter) end,
    case s.delivery
      -- ai_private.notification of what is short, written out: calling it takes longer than all the rest
      when 'notify' then $$case when octet_length(concat(event.topic, event.entity, event.operation, event.row_key)) < 1000
        then json_strip_nulls(json_build_object('id', event.id::text, 'at', event.at, 'topic', event.topic, 'entity', event.entity, 'operation', event.operation, 'key', event.row_key))::text
        else ai_private.notification(event.id, event.at, event.topic, event.entity, event.operation, event.row_key) end$$
      when 'broker' then 'null::text'
      -- as workers/runner/events.ts reads them
      else $$case when $10 and pg_column_size(event.payload) < 2000 then json_build_object('id', event.id::text, 'entity', event.entity, 'operation', event.operation,
        'payload', event.payload::text, 'rest', json_build_array(event.at, event.transaction::text, event.topic, event.action, event.row_key::text, event.actor, event.trace_id)::text)::text end$$
    end,
    case when s.filter is null then 'ai.event_log' else ai_private.event_source('ai.event_log') end,
    -- none rather than as many nulls
    case when s.ordered then $$coalesce(array_agg(l.queue) filter (where l.wanted), '{}')$$ else $$'{}'$$ end,
    case s.delivery when 'broker' then $$'{}'$$ else $$coalesce(array_agg(l.note) filter (where l.wanted and l.note is not null), '{}')$$ end),
    -- what a filter writes as text means the same in every session
    case when s.filter is not null then E'\nset timezone = ''UTC''\nset datestyle = ''ISO, MDY''' end);
  execute format('revoke all on function %s(%s) from public', name, parameters);
  execute format('comment on function %s(%s) is %L', name, parameters,
    format('Takes events for the subscription %s from the log. Compiled by pg_ai.', s.name));
end
$pg_ai$;
comment on function ai_private.write_taker(ai.subscriptions) is 'Writes the function by which the relay takes a subscription''s events';
revoke all on function ai_private.write_taker(ai.subscriptions) from public;
grant execute on function ai_private.write_taker(ai.subscriptions) to ai_owner;
