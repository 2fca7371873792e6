-- The digest of each sealed audit row.
create table ai.audit_leaf (
  audit_id bigint not null,
  seal bigint not null,
  digest bytea not null,
  constraint audit_leaf_pkey primary key (audit_id)
);
create index audit_leaf_by_seal on ai.audit_leaf (seal);
comment on table ai.audit_leaf is 'Digest of each sealed audit row';
grant select, insert on ai.audit_leaf to ai_owner;
grant select on ai.audit_leaf to ai_admin, ai_worker;
