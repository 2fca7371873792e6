-- Services that read the log by themselves, and how far each has come: what subscribe() in TypeScript resumes from. Retention keeps what they have still to see;
-- a row of a service that is gone for good is to be deleted.
create table ai.listeners (
  name text not null,
  topics text[] not null default '{**}',
  -- as ai.events_after returns it
  position text not null,
  -- events that retention dropped before it had seen them
  lost bigint not null default 0,
  moved_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint listeners_pkey primary key (name),
  constraint listeners_name_plain check (name ~ '^[A-Za-z][A-Za-z0-9_.:/-]{0,49}$'),
  -- as ai_private.parse_position: one that is none would fail whoever looks at all of them, ai.status() and retention
  constraint listeners_position_known check (
    position ~ '^(beginning|[0-9]{1,18}|[0-9]+/[0-9]+:[0-9]+:[0-9,]*(/[0-9]{1,19}){3}(/[0-9]+:[0-9]+:[0-9,]*(/[0-9]{1,19}){3})?)$')
);
comment on table ai.listeners is 'Services that read the event log by themselves, and how far each has come';
grant select on ai.listeners to ai_owner;
grant select, insert, update, delete on ai.listeners to ai_worker;
grant select, delete on ai.listeners to ai_admin;
