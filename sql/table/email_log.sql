-- Each mail and how far it has come. A row is claimed before anything is sent, so that who comes after a crash knows what may have happened. The
-- states, and who may follow whom:
--   claimed      a worker is at it; the server has not been told that the message is complete, so it has not taken it
--   handed_over  the end of the message was about to be sent; until the answer is recorded nobody knows whether it was taken
--   sent         the server took it. For good
--   failed       the server did not take it, or was not reached; the next attempt sends it
--   refused      the server will not take it, today or tomorrow; only a dead letter that is retried sends it again
--   suppressed   the address is in ai.email_suppressions
--   in_doubt     was handed over, and its subscription says to hold such mails rather than to send them twice
-- What is deleted here is forgotten: a replay of its event sends it again.
create table ai.email_log (
  subscription text not null,
  event_id bigint not null,
  recipient text not null,
  template text not null,
  locale text not null,
  message_id text not null,
  state text not null default 'claimed',
  attempts integer not null default 1,
  -- the Date of the mail, in each attempt
  at timestamptz not null default pg_catalog.clock_timestamp(),
  changed_at timestamptz not null default pg_catalog.clock_timestamp(),
  -- what the server said last
  response text,
  constraint email_log_pkey primary key (subscription, event_id, recipient),
  constraint email_log_state_known check (state in ('claimed', 'handed_over', 'sent', 'failed', 'refused', 'suppressed', 'in_doubt'))
);
create index email_log_by_time on ai.email_log (changed_at);
comment on table ai.email_log is 'Each mail and how far it has come';
grant select, insert, update on ai.email_log to ai_owner;
grant select on ai.email_log to ai_worker;
grant select, delete on ai.email_log to ai_admin;
