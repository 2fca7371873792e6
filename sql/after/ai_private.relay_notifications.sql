-- One round of the relay for what becomes notifications: takes new events and notifies their channels in the same transaction, all by one statement. Returns how
-- many events were handed on and looked at, and whether there is more at once; "whose" as of ai_private.take_events. For ai_worker.
create function ai_private.relay_notifications(most integer default 1000, whose text default null, out handed_on bigint, out looked_at bigint, out unfinished boolean)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- In all that it calls: making plans anew for the numbers at hand took as long as the round.
set plan_cache_mode = force_generic_plan
-- which it compiles for some tenths of a second, for a round of milliseconds
set jit = off
as $pg_ai$
begin
  -- Lost together with the cursors that it moves, what is handed on would be handed on again.
  perform set_config('synchronous_commit', 'off', true);
  with taken as materialized (
    select t.* from ai_private.take_events('{notify}', most, whose => whose) as t
  ), note as (
    select t.settings ->> 'channel' as channel, e.note
    from taken t
    cross join lateral unnest(t.ids, t.notes) with ordinality as e (id, note, position)
    order by e.id
  ), told as (
    select count(*) as notes from (select pg_notify(n.channel, n.note) from note n) as x
  )
  select coalesce(sum(cardinality(t.ids)), 0), coalesce(max(t.looked_at), 0), coalesce(bool_or(t.unfinished), false)
  into handed_on, looked_at, unfinished
  from taken t
  where (select told.notes from told) >= 0;
end
$pg_ai$;
comment on function ai_private.relay_notifications(integer, text) is 'One round of the relay for what becomes notifications';
revoke all on function ai_private.relay_notifications(integer, text) from public;
grant execute on function ai_private.relay_notifications(integer, text) to ai_worker;
