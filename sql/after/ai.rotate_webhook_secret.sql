-- Gives an endpoint a new secret and returns it, this once. Until keep_for is over messages are signed with the older ones as well, so the receiver can take
-- its time to change. Errors: PI421 no such endpoint. For ai_admin.
create function ai.rotate_webhook_secret(endpoint text, keep_for interval default '1 day')
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  fresh constant text := ai_private.new_webhook_secret();
begin
  update ai.webhook_endpoints e
  -- those that are retired already do not come back, and rotating often does not pile them up
  set secrets = fresh || (case when e.retire_at <= now() then e.secrets[1:1] else e.secrets[1:4] end), retire_at = now() + coalesce(keep_for, interval '1 day')
  where e.name = endpoint;
  if not found then
    raise exception using
      errcode = 'PI421',
      message = ai_private.message('PI421', jsonb_build_object('endpoint', endpoint)),
      hint = ai_private.message('PI421.hint', jsonb_build_object('known', (select coalesce(jsonb_agg(e.name order by e.name), '["none"]') from ai.webhook_endpoints e)));
  end if;
  return fresh;
end
$pg_ai$;
alter function ai.rotate_webhook_secret(text, interval) owner to ai_owner;
comment on function ai.rotate_webhook_secret(text, interval) is 'Gives a webhook endpoint a new secret and returns it';
revoke all on function ai.rotate_webhook_secret(text, interval) from public;
grant execute on function ai.rotate_webhook_secret(text, interval) to ai_admin;
