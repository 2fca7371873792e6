-- Has dead letters of a subscription tried again, one or all: the relay delivers them as if they were new; steps that are done stay done. Returns how many.
-- For ai_admin and ai_worker. Errors: PI403.
create function ai.retry_dead_letters(subscription text, event_id bigint default null)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  count bigint;
begin
  perform ai_private.require_subscription(subscription);
  with dead as (
    delete from ai.dead_letters d
    where d.subscription = subscription and (event_id is null or d.event_id = event_id)
    returning d.subscription, d.event_id, d.event_at
  )
  insert into ai_private.redelivery (subscription, event_id, event_at)
  select dead.subscription, dead.event_id, dead.event_at from dead
  on conflict on constraint redelivery_pkey do nothing;
  get diagnostics count = row_count;
  perform ai_private.ring();
  return count;
end
$pg_ai$;
alter function ai.retry_dead_letters(text, bigint) owner to ai_owner;
comment on function ai.retry_dead_letters(text, bigint) is 'Has dead letters tried again, one or all of a subscription';
revoke all on function ai.retry_dead_letters(text, bigint) from public;
grant execute on function ai.retry_dead_letters(text, bigint) to ai_admin, ai_worker;
