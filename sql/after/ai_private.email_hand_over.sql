-- Before the end of a message is sent: from here on nobody but the server knows whether it has it. False where the mail is no longer this attempt's.
create function ai_private.email_hand_over(subscription text, event_id bigint, recipient text, attempt integer)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
begin
  update ai.email_log l set state = 'handed_over', changed_at = clock_timestamp()
  where l.subscription = email_hand_over.subscription and l.event_id = email_hand_over.event_id and l.recipient = email_hand_over.recipient
    and l.attempts = attempt and l.state = 'claimed';
  return found;
end
$pg_ai$;
alter function ai_private.email_hand_over(text, bigint, text, integer) owner to ai_owner;
comment on function ai_private.email_hand_over(text, bigint, text, integer) is 'Records that the end of a message is about to be sent';
revoke all on function ai_private.email_hand_over(text, bigint, text, integer) from public;
grant execute on function ai_private.email_hand_over(text, bigint, text, integer) to ai_worker;
