-- One row for each mutation and each emitted event, for those who act after commit. Partitioned like the audit trail.
-- A transaction gets its id before its events get theirs (columns are filled in order). So what has an id up to the sequence's value at some
-- moment belongs to a transaction that had begun by then; reading without gaps relies on it (ai_private.is_seen), and on a sequence without cache.
create sequence ai.event_id as bigint;
grant usage, select on sequence ai.event_id to ai_owner;

create table ai.event_log (
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  id bigint not null default pg_catalog.nextval('ai.event_id'),
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
  audit_id bigint,
  -- The doorbell: a relay that sleeps holds the lock, so whoever cannot share it wakes the relay, and then this is true. While it is awake, or there is none, or it
  -- cannot listen, nobody notifies: that would make all commits wait for each other. Where the queue of notifications fills up, or PREPARE TRANSACTION would
  -- refuse one, the relay is left to its own clock.
  rang boolean default case
    when pg_catalog.pg_try_advisory_lock_shared(pg_catalog.hashtextextended('pg_ai.doorbell', 0))
      then nullif(pg_catalog.pg_advisory_unlock_shared(pg_catalog.hashtextextended('pg_ai.doorbell', 0)), true)
    when pg_catalog.pg_notification_queue_usage() < 0.5 and pg_catalog.current_setting('max_prepared_transactions')::integer = 0
      then pg_catalog.pg_notify('pg_ai_events', '') is not null
  end
) partition by range (at);
comment on table ai.event_log is 'What happened, in the order in which it was written; read by the relay after commit';

-- Keys stand on each partition, as in the audit trail.
create table ai_private.event_log_rest partition of ai.event_log (
  constraint event_log_rest_pkey primary key (id, at)
) default;
comment on table ai_private.event_log_rest is 'Events of months that have no partition yet';

grant select, insert on ai.event_log to ai_owner;
grant select on ai.event_log to ai_worker, ai_admin;
