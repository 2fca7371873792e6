-- One row for each mutation, for those who act after commit. The transaction id lets a reader see only what can no longer be preceded
-- by a transaction that commits late (compare with pg_snapshot_xmin). Partitioned like the audit trail.
create sequence ai.event_id as bigint;
grant usage on sequence ai.event_id to ai_owner;

create table ai.event_log (
  id bigint not null default pg_catalog.nextval('ai.event_id'),
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  at timestamptz not null default pg_catalog.now(),
  topic text not null,
  entity text not null,
  operation text not null,
  action text,
  row_key jsonb,
  actor text,
  -- the row as it is now; after a delete, as it was
  payload jsonb not null,
  trace_id text default nullif(pg_catalog.current_setting('pg_ai.trace_id', true), ''),
  -- the audit row of the same mutation: what is in the one and not in the other has been tampered with
  audit_id bigint
) partition by range (at);
comment on table ai.event_log is 'What happened, in the order in which it was written; read by the relay after commit';

-- Keys stand on each partition, as in the audit trail.
create table ai_private.event_log_rest partition of ai.event_log (
  constraint event_log_rest_pkey primary key (id, at)
) default;
comment on table ai_private.event_log_rest is 'Events of months that have no partition yet';

grant select, insert on ai.event_log to ai_owner;
grant select on ai.event_log to ai_worker, ai_admin;
