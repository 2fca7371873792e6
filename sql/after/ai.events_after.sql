-- Events after a position, oldest first: up to "most" of the topics. "after" is 'beginning', what ai.event_position() gave, or the "position" of the last event that was
-- read; then nothing is skipped, however late it commits. The id of an event is taken, too: then what has a lower id and commits later is skipped. No row: nothing new.
-- For ai_admin and ai_worker; READ COMMITTED only. Errors: PI401, PI404, PI407.
create function ai.events_after(after text, topics text[] default '{**}', most integer default 1000)
returns table (
  id bigint, at timestamptz, topic text, entity text, operation text, action text, row_key jsonb, actor text, payload jsonb, trace_id text, "position" text
)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  batch record;
  from_here text := after;
begin
  loop
    select r.ids, r.times, r.next, r.head, r.unfinished into batch from ai_private.read_events(from_here, topics, most) as r;
    return query
      select e.id, e.at, e.topic, e.entity, e.operation, e.action, e.row_key, e.actor, e.payload, e.trace_id,
        case when w.n = cardinality(batch.ids) then batch.next else batch.head || e.id end
      from unnest(batch.ids, batch.times) with ordinality as w (id, at, n)
      join ai.event_log e on e.id = w.id and e.at = w.at
      order by w.n;
    -- Many events and none of these topics: go on to where there is one, or to the end.
    exit when cardinality(batch.ids) > 0 or not batch.unfinished;
    from_here := batch.next;
  end loop;
end
$pg_ai$;
comment on function ai.events_after(text, text[], integer) is 'Events after a position, oldest first and without gaps';
revoke all on function ai.events_after(text, text[], integer) from public;
grant execute on function ai.events_after(text, text[], integer) to ai_admin, ai_worker;
