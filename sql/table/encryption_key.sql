-- The keys of encrypted columns. The newest of a name is the one that encrypts; the others still decrypt what was written with them. A key's id is
-- made of its name and secret, so that the same secret has the same id in any database: a dump does not take keys along (where pg_ai is an extension),
-- and whoever adds them again can read the rows. What is kept are the two keys that are derived from the secret, or the setting that holds the secret.
create table ai_private.encryption_key (
  id text not null,
  name text not null,
  cipher bytea,
  mac bytea,
  setting text,
  added_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint encryption_key_pkey primary key (id),
  constraint encryption_key_one_place check ((cipher is null) = (mac is null) and (cipher is null) <> (setting is null))
);
create index encryption_key_by_name on ai_private.encryption_key (name, added_at);
comment on table ai_private.encryption_key is 'The keys of encrypted columns';
grant select, insert, update, delete on ai_private.encryption_key to ai_owner;
