-- A new secret: 32 bytes. gen_random_uuid draws on the server's source of strong random numbers, 122 bits at a time, and needs no extension.
create function ai_private.new_webhook_secret()
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$pg_ai$;
comment on function ai_private.new_webhook_secret() is 'A new secret for signing webhooks';
revoke all on function ai_private.new_webhook_secret() from public;
grant execute on function ai_private.new_webhook_secret() to ai_owner;
