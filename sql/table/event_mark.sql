-- Events of transactions from "boundary" on have ids above "id". By these marks a reader knows from which id on to look for the events of transactions
-- that were running when it read last.
create table ai_private.event_mark (
  boundary xid8 not null,
  id bigint not null,
  constraint event_mark_pkey primary key (boundary)
);
comment on table ai_private.event_mark is 'From which id on the events of later transactions lie';
grant select, insert, update, delete on ai_private.event_mark to ai_owner;
