-- Deliveries that were given up: the last attempt has failed, or another one would be in vain. ai.retry_dead_letters and ai.drop_dead_letters settle them.
create table ai.dead_letters (
  subscription text not null,
  event_id bigint not null,
  event_at timestamptz not null,
  attempts integer not null,
  error text not null,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint dead_letters_pkey primary key (subscription, event_id),
  constraint dead_letters_subscription_fkey foreign key (subscription) references ai.subscriptions (name) on delete cascade
);
comment on table ai.dead_letters is 'Deliveries that were given up, with the last error';
grant select, insert, update, delete on ai.dead_letters to ai_owner, ai_worker;
grant select on ai.dead_letters to ai_admin;
