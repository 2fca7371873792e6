-- Calls of actions that have succeeded, until they are counted (ai_private.gather_metrics). Only ever added to, so callers do not meet; unlogged, and so
-- gone after a crash of the server.
create unlogged table ai_private.action_call (
  action text not null,
  fingerprint text not null,
  at timestamptz not null default pg_catalog.now(),
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  elapsed_us bigint not null
);
comment on table ai_private.action_call is 'Calls of actions that are not counted yet';
grant select, insert, delete on ai_private.action_call to ai_owner;
