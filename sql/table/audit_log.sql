-- One row for each mutation, written in the mutation's own transaction. Protected fields never reach it.
-- Owned by whoever installed pg_ai; ai_owner may only add, so no operation can change what is written.
-- Partitioned by month. The extension brings only the rest partition: ai.maintain() moves its rows into months and makes those to come, so that
-- a dump restores months as ordinary tables whatever month it is then.
create sequence ai.audit_id as bigint;
grant usage, select on sequence ai.audit_id to ai_owner;

create table ai.audit_log (
  id bigint not null default pg_catalog.nextval('ai.audit_id'),
  at timestamptz not null default pg_catalog.now(),
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  relation text not null,
  operation text not null,
  -- the named action that ran the operation, if any
  action text,
  row_key jsonb,
  actor text not null,
  session_role text not null default session_user,
  client_address inet default pg_catalog.inet_client_addr(),
  -- the declaration in force: see ai.revision
  fingerprint text not null,
  old_row jsonb,
  new_row jsonb,
  -- From the beginning of the call to this row; null for rows of a set. Metrics read it; seals do not cover it.
  elapsed_us bigint
) partition by range (at);
comment on table ai.audit_log is 'Who changed what and when; append-only for every caller';

-- Keys and indexes stand on each partition and not on the whole: a dump restores months as tables of their own with their indexes, and
-- attaching them to a table that the extension had brought with indexes would make these a second time.
create table ai_private.audit_log_rest partition of ai.audit_log (
  constraint audit_log_rest_pkey primary key (id, at)
) default;
-- Rows arrive nearly in the order of their transactions, so a block range index finds the new ones for sealing at almost no cost.
-- (There are none for xid8 itself.)
create index audit_log_rest_by_transaction on ai_private.audit_log_rest using brin ((transaction::text::bigint)) with (pages_per_range = 32);
create index audit_log_rest_by_row on ai_private.audit_log_rest (relation, row_key);
comment on table ai_private.audit_log_rest is 'Audit rows of months that have no partition yet';

grant select, insert on ai.audit_log to ai_owner;
grant select on ai.audit_log to ai_admin;
