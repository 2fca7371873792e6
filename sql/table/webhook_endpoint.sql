-- Where webhooks go. Receivers know a message to be ours by its signature, so secrets are for the worker alone: ai_admin writes them and cannot read them.
-- Headers are treated alike, because tokens are put there.
create table ai.webhook_endpoints (
  name text not null,
  url text not null,
  -- whsec_… (Standard Webhooks: base64 of 24 to 64 bytes), or env:NAME, then the worker finds it in its environment. The newest first; a message is
  -- signed with each. None given: one is made; ai.rotate_webhook_secret tells a new one.
  secrets text[] not null default '{}',
  -- from then on only the first one signs
  retire_at timestamptz,
  headers jsonb not null default '{}',
  timeout_ms integer not null default 15000,
  max_request_bytes integer not null default 1048576,
  max_response_bytes integer not null default 65536,
  -- loopback and private networks; without it only public addresses are connected to, and only by https
  allow_private boolean not null default false,
  disabled boolean not null default false,
  disabled_reason text,
  description text,
  created_at timestamptz not null default pg_catalog.now(),
  constraint webhook_endpoints_pkey primary key (name)
);
comment on table ai.webhook_endpoints is 'Where webhooks go';
grant select on ai.webhook_endpoints to ai_owner, ai_worker;
grant update (secrets, retire_at, disabled, disabled_reason) on ai.webhook_endpoints to ai_owner;
grant select (name, url, retire_at, timeout_ms, max_request_bytes, max_response_bytes, allow_private, disabled, disabled_reason, description, created_at),
  insert, update, delete on ai.webhook_endpoints to ai_admin;
