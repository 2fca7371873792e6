-- Every change of a declaration or of an action, in order: the text it was made from, who made it, and what became of it.
-- The audit trail names the fingerprint that was in force, which leads here.
create table ai.revision (
  revision bigint not null generated always as identity,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  made_by text not null default session_user,
  -- 'table': the declaration of the table qualified_name; 'action': the action of that name
  kind text not null default 'table',
  qualified_name text not null,
  fingerprint text,
  state text not null,
  declaration jsonb,
  problems jsonb not null default '[]',
  -- of a table that was in force: its comments, hooks and policies as they were written, for ai.rollback
  source jsonb,
  -- the revision that this one was put in place of because it was rolled back, and why
  instead_of bigint,
  reason text,
  constraint revision_pkey primary key (revision)
);
create index revision_by_name on ai.revision (qualified_name, revision);
create index revision_by_fingerprint on ai.revision (fingerprint);
comment on table ai.revision is 'History of declarations: what was declared, when and by whom';

grant select on ai.revision to ai_owner, ai_admin, ai_worker;
grant insert, update (instead_of, reason) on ai.revision to ai_owner;
