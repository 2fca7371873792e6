-- Actions: business logic by name. One row each; writing it compiles the action, in the same statement, and fails with every mistake at once.
-- The text of a template is inert: what runs is the function that was compiled from it.
create table ai.meta_actions (
  action_name text not null,
  -- SQL statements, PL/pgSQL, JavaScript, or steps as JSON text; parameters are written :name or {{name}}
  code_template text,
  -- null: steps where there are steps, else PL/pgSQL where the template begins like a block, else SQL
  language text,
  -- instead of a template: a list of steps
  steps jsonb,
  -- JSON Schema of the inputs; null: none but those that the template declares by itself ({{name: type}})
  input_schema jsonb,
  -- JSON Schema that the answer must fit; null: anything
  output_schema jsonb,
  -- what must hold before the body runs: SQL expressions and checks, each with a message of its own
  preconditions jsonb,
  -- what follows the body in the same transaction: calls, events, mails
  post_actions jsonb,
  -- who may call; null: ai_user
  roles text[],
  -- definer: as ai_owner; invoker: with the caller's own rights
  security text not null default 'definer',
  limits jsonb,
  enabled boolean not null default true,
  description text,
  -- where names without a schema are looked up: the path of the session that registered the action
  search_path text[] not null default pg_catalog.current_schemas(false),
  -- who wrote the row last: what this role may grant, ai_owner may be given for the action
  registered_by text not null default current_user,
  changed_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint meta_actions_pkey primary key (action_name),
  constraint meta_actions_name_fits check (pg_catalog.length(action_name) >= 1 and pg_catalog.length(action_name) <= 100 and action_name !~ '[[:cntrl:]]'),
  constraint meta_actions_language_known check (language in ('sql', 'plpgsql', 'javascript', 'steps')),
  constraint meta_actions_security_known check (security in ('definer', 'invoker'))
);
comment on table ai.meta_actions is 'Named actions; a row takes effect in the statement that writes it. ai.execute_action() runs them';
grant select on ai.meta_actions to ai_owner, ai_worker;
grant update on ai.meta_actions to ai_owner;
grant select, insert, update, delete on ai.meta_actions to ai_admin;
