-- Puts a subscription back to an event of the log: that one and all after it are delivered again, also what is done or was given up. Under way it may be
-- delivered once more than that. For ai_admin and ai_worker. Errors: PI403, PI404.
create function ai.replay(subscription text, from_event bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
begin
  perform ai_private.require_subscription(subscription);
  -- An event that was looked for and not found must not mean the whole log.
  if from_event is null then
    raise exception using errcode = 'PI404', message = ai_private.message('PI404', jsonb_build_object('position', null)), hint = ai_private.message('PI404.hint', '{}');
  end if;
  perform ai_private.place_cursor(subscription, greatest(from_event, 0)::text);
  delete from ai_private.delivery_done d where d.subscription = subscription and d.event_id >= from_event;
  delete from ai.dead_letters d where d.subscription = subscription and d.event_id >= from_event;
  delete from ai_private.redelivery r where r.subscription = subscription and r.event_id >= from_event;
  perform ai_private.ring();
end
$pg_ai$;
alter function ai.replay(text, bigint) owner to ai_owner;
comment on function ai.replay(text, bigint) is 'Delivers an event, and all after it, again to a subscription';
revoke all on function ai.replay(text, bigint) from public;
grant execute on function ai.replay(text, bigint) to ai_admin, ai_worker;
