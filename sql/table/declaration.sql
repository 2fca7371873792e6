-- One row for each table that declares operations: what it was compiled from and whether that still holds.
-- Every change of it is kept in ai.revision.
create table ai.declaration (
  relation regclass not null,
  -- 'schema.table', quoted where SQL needs it: calls that name the schema are found by it without rights on that schema.
  qualified_name text not null,
  -- md5 of the catalog snapshot and the compiler: equal means that nothing has to be compiled.
  fingerprint text,
  state text not null,
  -- What is wrong or waiting, as the compiler's diagnostics.
  problems jsonb not null default '[]',
  -- What ai_owner needs to run the operations, for the table's owner to grant.
  privileges jsonb not null default '[]',
  -- Policies that ask for row-level security, for ai.row_level_security().
  row_security jsonb not null default '[]',
  changed_at timestamptz not null default pg_catalog.now(),
  constraint declaration_pkey primary key (relation),
  -- ready: compiled and current. pending: changed, waits for a compiler. inconsistent: cannot be compiled as it stands.
  constraint declaration_state_known check (state in ('ready', 'pending', 'inconsistent'))
);
comment on table ai.declaration is 'Tables that declare operations, and whether what was compiled from them is current';

grant select on ai.declaration to ai_owner, ai_admin, ai_worker;
grant insert, update, delete on ai.declaration to ai_owner;
-- so that a caller is told that a table waits, and not that it declares nothing
grant select (qualified_name, state) on ai.declaration to ai_user;
