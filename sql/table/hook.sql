-- Hooks: what runs before, after or in place of the failure of an operation. One row each; inserting it compiles the tables concerned again,
-- and fails where the hook cannot stand.
create table ai.hooks (
  name text not null,
  -- null: every table that declares operations
  relation regclass,
  -- null: every operation
  operation text,
  -- a hook on a named action; relation and operation are null then
  action text,
  phase text not null,
  -- hooks of a phase run in this order, then by name
  position integer not null default 100,
  enabled boolean not null default true,
  -- SQL that is true where the hook runs, over the variables inputs, row, old (jsonb), actor and operation (text)
  condition text,
  -- a function (ctx jsonb) returns jsonb, or code and its language
  function text,
  code text,
  language text,
  settings jsonb not null default '{}',
  description text,
  changed_at timestamptz not null default pg_catalog.now(),
  constraint hooks_pkey primary key (name),
  constraint hooks_name_plain check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint hooks_operation_known check (operation in ('create', 'update', 'delete', 'upsert', 'fetch')),
  constraint hooks_phase_known check (phase in ('pre', 'post', 'post_commit', 'on_error')),
  constraint hooks_language_known check (language in ('sql', 'plpgsql', 'javascript')),
  constraint hooks_on_table_or_action check (action is null or (relation is null and operation is null)),
  constraint hooks_function_or_code check ((function is null) <> (code is null) and (code is null) = (language is null))
);
create index hooks_by_relation on ai.hooks (relation);
comment on table ai.hooks is 'What runs before and after operations; a row takes effect in the statement that writes it';
grant select on ai.hooks to ai_owner, ai_worker;
grant insert, update, delete on ai.hooks to ai_owner;
grant select, insert, update, delete on ai.hooks to ai_admin;
