-- What has been done for an event, so that it is not done again: the delivery itself (key '') and single steps of it, with what they returned. Written in the
-- transaction of the work.
create table ai_private.delivery_done (
  subscription text not null,
  event_id bigint not null,
  key text not null,
  result jsonb,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint delivery_done_pkey primary key (event_id, subscription, key)
);
comment on table ai_private.delivery_done is 'Deliveries, and steps of them, that are done';
grant select, insert, delete on ai_private.delivery_done to ai_owner, ai_worker;
