-- One row for each mutation, written in the mutation's own transaction. Protected fields never reach it.
-- Owned by whoever installed pg_ai; ai_owner may only add, so no operation can change what is written.
create table ai.audit_log (
  id bigint not null generated always as identity,
  at timestamptz not null default pg_catalog.now(),
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  relation text not null,
  operation text not null,
  row_key jsonb,
  actor text not null,
  session_role text not null default session_user,
  client_address inet default pg_catalog.inet_client_addr(),
  fingerprint text not null,
  old_row jsonb,
  new_row jsonb,
  constraint audit_log_pkey primary key (id)
);
comment on table ai.audit_log is 'Who changed what and when; append-only for every caller';

grant select, insert on ai.audit_log to ai_owner;
grant select on ai.audit_log to ai_admin;
