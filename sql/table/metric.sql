-- Calls by minute, and by hour after some hours. Calls that succeed write nothing for this: their audit rows say how long they took, and
-- ai_private.gather_metrics counts the rows of transactions that have ended since the last time. So nobody waits for a counter.
create table ai_private.metric (
  at timestamptz not null,
  -- '' where there is none, as in the key null could not be
  relation text not null,
  operation text not null,
  action text not null,
  -- the declaration that ran
  fingerprint text not null,
  -- SQLSTATE; '' for calls that succeeded
  code text not null,
  -- n: took up to 2^(n/4) microseconds and longer than 2^((n-1)/4); -1: not timed (errors, rows of a set)
  bucket smallint not null,
  calls bigint not null,
  elapsed_us bigint not null,
  longest_us bigint not null,
  constraint metric_pkey primary key (at, relation, operation, action, fingerprint, code, bucket)
);
comment on table ai_private.metric is 'Calls by time, operation, outcome and latency; ai.metrics sums them up';
grant select, insert, update, delete on ai_private.metric to ai_owner;

-- How far the audit trail is counted: every committed row of a transaction below the horizon. One row. Another cluster (a restored dump) counts its
-- transactions anew, and what happened before it is not counted there.
create table ai_private.metric_cursor (
  cluster text not null,
  since timestamptz not null,
  at timestamptz not null,
  horizon xid8 not null,
  only_one boolean not null default true,
  constraint metric_cursor_pkey primary key (only_one),
  constraint metric_cursor_only_one check (only_one)
);
comment on table ai_private.metric_cursor is 'How far the audit trail is counted';
grant select, insert, update, delete on ai_private.metric_cursor to ai_owner;
insert into ai_private.metric_cursor (cluster, since, at, horizon)
select c.system_identifier::text, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
from pg_catalog.pg_control_system() as c;
