-- One round of the relay for what becomes notifications: takes new events and notifies their channels in the same transaction. Returns how
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
declare
  taken ai_private.taken_events[];
  one ai_private.taken_events;
  hurry text;
begin
  handed_on := 0;
  looked_at := 0;
  unfinished := false;
  -- What takes nothing ends here: many rounds do.
  for one in select * from ai_private.take_events('{notify}', most, whose => whose) loop
    looked_at := greatest(looked_at, one.looked_at);
    unfinished := unfinished or one.unfinished;
    continue when one.ids = '{}';
    handed_on := handed_on + cardinality(one.ids);
    taken := taken || one;
  end loop;

  if found then
    -- Lost together with the cursors that it moves, what is handed on would be handed on again.
    hurry := set_config('synchronous_commit', 'off', true);
  end if;
  if handed_on > 0 then
    perform pg_notify(n.channel, n.note)
    from (
      select t.settings ->> 'channel' as channel, e.note
      from unnest(taken) as t
      cross join lateral unnest(t.ids, t.notes) as e (id, note)
      order by e.id
    ) as n;
  end if;
end
$pg_ai$;
comment on function ai_private.relay_notifications(integer, text) is 'One round of the relay for what becomes notifications';
revoke all on function ai_private.relay_notifications(integer, text) from public;
grant execute on function ai_private.relay_notifications(integer, text) to ai_worker;
