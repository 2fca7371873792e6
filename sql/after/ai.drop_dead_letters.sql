-- Forgets dead letters of a subscription, one or all. Their events stay in the log. Returns how many. For ai_admin and ai_worker. Errors: PI403.
create function ai.drop_dead_letters(subscription text, event_id bigint default null)
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
  delete from ai.dead_letters d where d.subscription = subscription and (event_id is null or d.event_id = event_id);
  get diagnostics count = row_count;
  return count;
end
$pg_ai$;
alter function ai.drop_dead_letters(text, bigint) owner to ai_owner;
comment on function ai.drop_dead_letters(text, bigint) is 'Forgets dead letters, one or all of a subscription';
revoke all on function ai.drop_dead_letters(text, bigint) from public;
grant execute on function ai.drop_dead_letters(text, bigint) to ai_admin, ai_worker;
