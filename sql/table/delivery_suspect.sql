-- Deliveries that a worker has locked before and died. Each start of one is counted here before it is made, because the next death may be its doing: one
-- that has killed several workers is given up. What was merely locked when a worker died is not counted.
create table ai_private.delivery_suspect (
  subscription text not null,
  event_id bigint not null,
  starts integer not null default 1,
  constraint delivery_suspect_pkey primary key (subscription, event_id)
);
comment on table ai_private.delivery_suspect is 'Deliveries that may have killed their worker';

grant select, insert, update, delete on ai_private.delivery_suspect to ai_worker;
grant select on ai_private.delivery_suspect to ai_owner, ai_admin;
