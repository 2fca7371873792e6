-- One row for each mutation, for those who act after commit. The transaction id lets a reader see only what can no longer be preceded
-- by a transaction that commits late (compare with pg_snapshot_xmin).
create table ai.event_log (
  id bigint not null generated always as identity,
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  at timestamptz not null default pg_catalog.now(),
  topic text not null,
  row_key jsonb,
  actor text,
  payload jsonb not null,
  constraint event_log_pkey primary key (id)
);
comment on table ai.event_log is 'What happened, in the order in which it was written; read by the relay after commit';

grant select, insert on ai.event_log to ai_owner;
grant select on ai.event_log to ai_worker, ai_admin;
