-- Seals make tampering with the audit trail evident. A seal covers up to 5,000 audit rows of one month that are committed and that no seal
-- covers yet; the digest of each stands in ai.audit_leaf, and the seal's root covers them and the seal before it. Writers never wait: sealing comes
-- later, in batches (ai.seal_audit), and is keyed when the sealer gives a secret, which the database does not keep.
create table ai.audit_seal (
  seal bigint not null,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  month timestamptz not null,
  row_count integer not null,
  -- The cluster that sealed, and the transaction id below which every committed row is in this seal or one before it. Another cluster
  -- (a restored dump) counts its transactions anew.
  cluster text not null,
  horizon xid8 not null,
  keyed boolean not null,
  root bytea not null,
  constraint audit_seal_pkey primary key (seal)
);
comment on table ai.audit_seal is 'Chained digests of audit rows; ai.verify_audit() compares';
grant select, insert on ai.audit_seal to ai_owner;
grant select on ai.audit_seal to ai_admin, ai_worker;
