-- After an attempt: what became of the mail. bounced: there is no such mailbox, so nothing more is sent there.
create function ai_private.email_settle(subscription text, event_id bigint, recipient text, attempt integer, state text, response text, bounced boolean)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
begin
  update ai.email_log l set state = email_settle.state, response = email_settle.response, changed_at = clock_timestamp()
  where l.subscription = email_settle.subscription and l.event_id = email_settle.event_id and l.recipient = email_settle.recipient
    and l.attempts = attempt and l.state in ('claimed', 'handed_over');
  if found and bounced then
    insert into ai.email_suppressions (address, reason, detail) values (lower(recipient), 'bounce', response) on conflict do nothing;
  end if;
  return found;
end
$pg_ai$;
alter function ai_private.email_settle(text, bigint, text, integer, text, text, boolean) owner to ai_owner;
comment on function ai_private.email_settle(text, bigint, text, integer, text, text, boolean) is 'Records what became of a mail';
revoke all on function ai_private.email_settle(text, bigint, text, integer, text, text, boolean) from public;
grant execute on function ai_private.email_settle(text, bigint, text, integer, text, text, boolean) to ai_worker;
