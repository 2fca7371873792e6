-- Addresses that get no mail: a server said for good that there is no such mailbox, or somebody asked not to be written to. Looked up before each send.
create table ai.email_suppressions (
  -- in lower case: mailboxes that differ in case alone are one
  address text not null,
  reason text not null default 'manual',
  -- what the server answered, or who asked
  detail text,
  at timestamptz not null default pg_catalog.now(),
  constraint email_suppressions_pkey primary key (address),
  constraint email_suppressions_address_lower check (address = pg_catalog.lower(address) and address like '%_@_%'),
  constraint email_suppressions_reason_known check (reason in ('bounce', 'complaint', 'unsubscribe', 'manual'))
);
comment on table ai.email_suppressions is 'Addresses that get no mail';
grant select, insert on ai.email_suppressions to ai_owner;
grant select on ai.email_suppressions to ai_worker;
grant select, insert, update, delete on ai.email_suppressions to ai_admin;
