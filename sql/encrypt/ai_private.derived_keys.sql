-- From a secret to a key's public id, the key that encrypts and the key that authenticates. The secret must be as good as 256 random bits: one
-- round of SHA-256 each, with a label before it, is what makes three unrelated values of it, and does not make a short password any longer.
create function ai_private.derived_keys(name text, secret text, out id text, out cipher bytea, out mac bytea)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select
    encode(substr(sha256(convert_to('pg_ai id ' || $1 || E'\n' || $2, 'UTF8')), 1, 8), 'hex'),
    sha256(convert_to('pg_ai cipher ' || $1 || E'\n' || $2, 'UTF8')),
    sha256(convert_to('pg_ai mac ' || $1 || E'\n' || $2, 'UTF8'))
$pg_ai$;
comment on function ai_private.derived_keys(text, text) is 'What is made of the secret of an encryption key';
revoke all on function ai_private.derived_keys(text, text) from public;
grant execute on function ai_private.derived_keys(text, text) to ai_owner;
