-- Deliveries of ordered subscriptions that have to be tried again, or that wait for one which has: later events of the same row wait for them. A job queue
-- alone does not keep this order: it passes over a job that failed.
create table ai_private.delivery_held (
  subscription text not null,
  entity text not null,
  row_key text not null,
  event_id bigint not null,
  until timestamptz not null,
  constraint delivery_held_pkey primary key (subscription, entity, row_key, event_id)
);
comment on table ai_private.delivery_held is 'Deliveries for which later events of the same row wait';

grant select, insert, update, delete on ai_private.delivery_held to ai_worker;
grant select on ai_private.delivery_held to ai_owner, ai_admin;
