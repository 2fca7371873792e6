-- The same after the event with an id. For ai_admin and ai_worker.
create function ai.events_after(after bigint, topics text[] default '{**}', most integer default 1000)
returns table (
  id bigint, at timestamptz, topic text, entity text, operation text, action text, row_key jsonb, actor text, payload jsonb, trace_id text, "position" text
)
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select e.* from ai.events_after(after::text, topics, most) as e
$pg_ai$;
comment on function ai.events_after(bigint, text[], integer) is 'Events after the one with an id';
revoke all on function ai.events_after(bigint, text[], integer) from public;
grant execute on function ai.events_after(bigint, text[], integer) to ai_admin, ai_worker;
