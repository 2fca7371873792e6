-- After templates were written: the subscription that delivers what ai.send_email writes is there from the first template on, and is anyone's to change
-- or pause. Runs as whoever writes the template.
create function ai_private.serve_emails()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  -- pg_dump restores with function bodies unchecked: then the subscription comes with the dump.
  if current_setting('check_function_bodies')::boolean and not exists (select from ai.subscriptions s where s.name = 'ai.email') then
    -- A server may take its time to answer a message.
    insert into ai.subscriptions (name, topics, delivery, timeout_ms, description)
    values ('ai.email', '{ai.email.send}', 'email', 120000, 'what ai.send_email sends')
    on conflict do nothing;
  end if;
  return null;
end
$pg_ai$;
comment on function ai_private.serve_emails() is 'Trigger: makes the subscription that delivers mails';
revoke all on function ai_private.serve_emails() from public;
