-- Dead letters that are to be tried again, until the relay comes by.
create table ai_private.redelivery (
  subscription text not null,
  event_id bigint not null,
  event_at timestamptz not null,
  constraint redelivery_pkey primary key (subscription, event_id),
  constraint redelivery_subscription_fkey foreign key (subscription) references ai.subscriptions (name) on delete cascade
);
comment on table ai_private.redelivery is 'Dead letters that are to be tried again';
grant select, insert, delete on ai_private.redelivery to ai_owner;
