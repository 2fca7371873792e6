-- Who is told of which events, and how. A row takes effect in the statement that writes it, and is refused with all that is wrong with it
-- (ai_private.check_subscription). Topics and filter become a function in ai_gen; how far a subscription has got is in ai_private.subscription_cursor.
create table ai.subscriptions (
  name text not null,
  -- patterns over event_log.topic: '*' stands for one label, '**' at the end for any rest: 'public.users.create', 'public.*.delete', '**'
  topics text[] not null,
  -- SQL that is true for the events that are wanted, over the event's columns and nothing else
  filter text,
  -- job: a handler in a worker. email, webhook: what the worker sends. notify: NOTIFY on a channel. broker: a message.
  delivery text not null,
  -- job: {"task"}, or {"hook"} where it serves one (ai_private.serve_hook); email: {"template", …}; webhook: {"endpoint"}; notify: {"channel"}; broker: {"subject"}
  settings jsonb not null default '{}',
  -- where it begins: 'now', 'beginning', or the id of the first event that it wants
  start_at text not null default 'now',
  -- events of the same row (entity and row_key) are delivered one after the other
  ordered boolean not null default false,
  paused boolean not null default false,
  max_attempts integer not null default 25,
  -- the pause after a failed attempt: base_ms × factor^(attempts - 1), at most max_ms, more or less by a share of chance
  backoff jsonb not null default '{"base_ms": 1000, "factor": 2, "max_ms": 3600000, "jitter": 0.2}',
  timeout_ms integer not null default 30000,
  -- how many events one attempt gets at most
  batch_size integer not null default 1,
  description text,
  created_at timestamptz not null default pg_catalog.now(),
  constraint subscriptions_pkey primary key (name)
);
comment on table ai.subscriptions is 'Who is told of which events, and how; a row takes effect in the statement that writes it';
grant select, insert, update, delete on ai.subscriptions to ai_owner, ai_admin, ai_worker;
