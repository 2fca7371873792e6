-- One row for each registered action: what was compiled from ai.meta_actions and whether that still holds. ai.execute_action finds the action
-- here; "dispatch" is its number in the router that operations have, too.
create table ai.action (
  action_name text not null,
  -- null until it is compiled for the first time
  dispatch integer,
  state text not null,
  function_name text,
  function_oid oid,
  -- further functions of the action: its body, and the operations of its own
  helpers text[] not null default '{}',
  language text,
  security text not null default 'definer',
  input_schema jsonb not null default '{}',
  output_schema jsonb not null default '{}',
  roles text[] not null default '{}',
  description text,
  -- md5 of what the compiler read, and the compiler
  fingerprint text,
  problems jsonb not null default '[]',
  -- what ai_owner needs for it
  privileges jsonb not null default '[]',
  -- what a call may cost, as operations have it in their plan
  limits jsonb not null default '{}',
  -- its policies and hooks, as ai.describe_action tells them
  described jsonb not null default '{}',
  -- tables that it was compiled against, and actions that it calls: a change of these compiles it again
  relations regclass[] not null default '{}',
  calls text[] not null default '{}',
  changed_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint action_pkey primary key (action_name),
  constraint action_dispatch_key unique (dispatch),
  constraint action_function_name_key unique (function_name),
  -- as for declarations; disabled: switched off in ai.meta_actions
  constraint action_state_known check (state in ('ready', 'pending', 'inconsistent', 'disabled'))
);
comment on table ai.action is 'Registered actions with their inputs and outputs as JSON Schema, and whether they are in force';

grant select on ai.action to ai_owner, ai_admin, ai_worker;
grant insert, update, delete on ai.action to ai_owner;
-- not what it was compiled from, nor what is wrong with it
grant select (action_name, dispatch, state, function_name, function_oid, language, security, input_schema, output_schema, roles, description, described) on ai.action to ai_user;
