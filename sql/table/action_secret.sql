-- What makes the name of the running action unforgeable: a setting that callers can write carries it, with a digest that needs this secret.
-- Every installation makes its own; a dump does not take it along.
create table ai_private.action_secret (
  secret text not null,
  only_one boolean not null default true,
  constraint action_secret_pkey primary key (only_one),
  constraint action_secret_only_one check (only_one)
);
comment on table ai_private.action_secret is 'The secret behind the setting pg_ai.action';
insert into ai_private.action_secret (secret)
select pg_catalog.encode(pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
  || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), 'hex');
grant select on ai_private.action_secret to ai_owner;
