-- Endpoints that do not do well; one that does has no row. All workers share it: what one of them finds out, the others need not.
--   closed      open_until is null: failures in a row are counted
--   open        until open_until nothing is sent
--   half open   afterwards one delivery goes to try (probe_until: how long the others wait for it). Its end closes the circuit, or opens it for longer
create table ai.webhook_circuits (
  endpoint text not null,
  failures integer not null default 0,
  failing_since timestamptz,
  -- how often it has opened in a row
  opened integer not null default 0,
  open_until timestamptz,
  probe_until timestamptz,
  -- what went wrong last
  error text,
  changed_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint webhook_circuits_pkey primary key (endpoint),
  constraint webhook_circuits_endpoint_fkey foreign key (endpoint) references ai.webhook_endpoints (name) on update cascade on delete cascade
);
comment on table ai.webhook_circuits is 'Webhook endpoints that do not do well, and until when nothing is sent there';
grant select, insert, update, delete on ai.webhook_circuits to ai_owner;
grant select on ai.webhook_circuits to ai_admin, ai_worker;
