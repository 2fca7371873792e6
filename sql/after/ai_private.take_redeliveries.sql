-- Takes the dead letters of a subscription that are to be tried again, without those that are taken anyway. One whose event is gone becomes a dead letter again.
create function ai_private.take_redeliveries(
  subscription_name text, most integer, besides bigint[], out ids bigint[], out times timestamptz[], out queues integer[], out notes text[]
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  ids := '{}';
  times := '{}';
  queues := '{}';
  notes := '{}';
  if not exists (select from ai_private.redelivery r where r.subscription = subscription_name) then
    return;
  end if;
  with taken as (
    delete from ai_private.redelivery r
    where r.subscription = subscription_name
      and r.event_id in (select n.event_id from ai_private.redelivery n where n.subscription = subscription_name order by n.event_id limit most)
    returning r.event_id, r.event_at
  ), found as (
    select t.event_id, t.event_at, e.id is null as gone,
      case when s.ordered then (hashtextextended(e.entity || ' ' || coalesce(e.row_key::text, ''), 0) & 1023)::integer end as queue,
      case when s.delivery = 'notify' then ai_private.notification(e.id, e.at, e.topic, e.entity, e.operation, e.row_key) end as note
    from taken t
    join ai.subscriptions s on s.name = subscription_name
    left join ai.event_log e on e.id = t.event_id and e.at = t.event_at
    where not t.event_id = any (besides)
  ), lost as (
    insert into ai.dead_letters (subscription, event_id, event_at, attempts, error)
    select subscription_name, f.event_id, f.event_at, 0, 'the event is no longer in the log'
    from found f where f.gone
    on conflict on constraint dead_letters_pkey do nothing
  )
  select coalesce(array_agg(f.event_id order by f.event_id), '{}'), coalesce(array_agg(f.event_at order by f.event_id), '{}'),
    coalesce(array_agg(f.queue order by f.event_id), '{}'), coalesce(array_agg(f.note order by f.event_id), '{}')
  into ids, times, queues, notes
  from found f
  where not f.gone;
end
$pg_ai$;
comment on function ai_private.take_redeliveries(text, integer, bigint[]) is 'Takes dead letters that are to be tried again';
revoke all on function ai_private.take_redeliveries(text, integer, bigint[]) from public;
grant execute on function ai_private.take_redeliveries(text, integer, bigint[]) to ai_owner;
