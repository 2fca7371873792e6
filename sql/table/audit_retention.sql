-- What retention has dropped, so that verification does not take it for tampering.
create table ai.audit_retention (
  month timestamptz not null,
  dropped_at timestamptz not null default pg_catalog.clock_timestamp(),
  dropped_by text not null default session_user,
  constraint audit_retention_pkey primary key (month)
);
comment on table ai.audit_retention is 'Months of the audit trail that ai.prune() has dropped';
grant select on ai.audit_retention to ai_owner, ai_admin, ai_worker;
