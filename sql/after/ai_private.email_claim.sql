-- Before a mail is sent: says whether it may be (state "claimed", with the number of this attempt), and records that it is about to be. Any other
-- state is the end of it. new_id: its Message-ID, where it has none yet. in_doubt: "resend" a mail of which nobody knows whether the server took it, or "hold" it. doubtful: it is such a one.
create function ai_private.email_claim(subscription text, event_id bigint, recipient text, template text, locale text, new_id text, in_doubt text)
returns table (state text, attempt integer, at timestamptz, message_id text, doubtful boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  suppressed constant boolean := exists (select from ai.email_suppressions s where s.address = lower(recipient));
  before ai.email_log;
begin
  loop
    select l.* into before from ai.email_log l
    where l.subscription = email_claim.subscription and l.event_id = email_claim.event_id and l.recipient = email_claim.recipient
    for update;
    if before.subscription is not null then
      exit;
    end if;
    insert into ai.email_log as l (subscription, event_id, recipient, template, locale, message_id, state)
    values (subscription, event_id, recipient, template, locale, new_id, case when suppressed then 'suppressed' else 'claimed' end)
    on conflict on constraint email_log_pkey do nothing
    returning l.state, l.attempts, l.at, l.message_id, false into state, attempt, at, message_id, doubtful;
    if found then
      return next;
      return;
    end if;
  end loop;
  doubtful := before.state in ('handed_over', 'in_doubt');
  state := case
    when before.state = 'sent' then 'sent'
    when doubtful and in_doubt = 'hold' then 'in_doubt'
    when suppressed then 'suppressed'
    else 'claimed' end;
  if state <> before.state or state = 'claimed' then
    update ai.email_log l set state = email_claim.state, attempts = l.attempts + 1, changed_at = clock_timestamp()
    where l.subscription = email_claim.subscription and l.event_id = email_claim.event_id and l.recipient = email_claim.recipient;
    before.attempts := before.attempts + 1;
  end if;
  attempt := before.attempts;
  at := before.at;
  message_id := before.message_id;
  return next;
end
$pg_ai$;
alter function ai_private.email_claim(text, bigint, text, text, text, text, text) owner to ai_owner;
comment on function ai_private.email_claim(text, bigint, text, text, text, text, text) is 'Whether a mail may be sent, recorded before it is';
revoke all on function ai_private.email_claim(text, bigint, text, text, text, text, text) from public;
grant execute on function ai_private.email_claim(text, bigint, text, text, text, text, text) to ai_worker;
