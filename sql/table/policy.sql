-- Policies: security as code. One row each; inserting it compiles the tables concerned again, and fails where the policy cannot hold.
create table ai.policies (
  name text not null,
  -- null: every table that declares operations
  relation regclass,
  -- null: every operation
  operation text,
  -- a policy on a named action; relation and operation are null then
  action text,
  kind text not null,
  position integer not null default 100,
  enabled boolean not null default true,
  definition jsonb not null,
  description text,
  changed_at timestamptz not null default pg_catalog.now(),
  constraint policies_pkey primary key (name),
  constraint policies_name_plain check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint policies_operation_known check (operation in ('create', 'update', 'delete', 'upsert', 'fetch')),
  constraint policies_kind_known check (kind in ('access', 'rate_limit', 'input', 'data', 'limit')),
  constraint policies_on_table_or_action check (action is null or (relation is null and operation is null))
);
create index policies_by_relation on ai.policies (relation);
comment on table ai.policies is 'Who may do what and how often, and what becomes of values; a row takes effect in the statement that writes it';
grant select on ai.policies to ai_owner, ai_worker;
grant insert, update, delete on ai.policies to ai_owner;
grant select, insert, update, delete on ai.policies to ai_admin;
