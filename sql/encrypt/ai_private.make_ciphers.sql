-- A probe of encrypted columns: makes ai_gen._encrypt and ai_gen._decrypt, which call pgcrypto where it is, by static SQL. Only ai_owner may execute
-- them. A stored value is text: ai1.<id of the key>.<base64 of: 16 bytes of chance, AES-256-CBC, 32 bytes of HMAC-SHA-256 over all before it>.
-- Encrypt, then authenticate, with two keys: what was altered is refused before it is decrypted. pgcrypto's pgp_sym_encrypt would be one call, but it
-- stretches the key by a thousand rounds for each value, which a random key does not need, and its reader takes messages without their checksum.
-- The setting pg_ai.revealed is for ai_private.keep_answer. A text that does not look like that was written before the column was encrypted: it is given back as it is, until ai.rotate_encryption gets to it.
create function ai_private.make_ciphers(pgcrypto name)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  encrypting constant text := format($body$
declare
  key record;
  head text;
  chance constant bytea := %1$I.gen_random_bytes(16);
  sealed bytea;
begin
  if value is null then
    return null;
  end if;
  select k.id, k.cipher, k.mac into key from ai_private.encryption_key_for(key_name, null) as k;
  perform pg_catalog.set_config('pg_ai.revealed', key_name, true);
  head := 'ai1.' || key.id || '.';
  sealed := chance || %1$I.encrypt_iv(pg_catalog.convert_to(value, 'UTF8'), key.cipher, chance, 'aes-cbc/pad:pkcs');
  return head || pg_catalog.translate(pg_catalog.encode(sealed || %1$I.hmac(pg_catalog.convert_to(head, 'UTF8') || sealed, key.mac, 'sha256'), 'base64'), E'\n', '');
end$body$, pgcrypto);
  decrypting constant text := format($body$
declare
  key record;
  parts text[];
  sealed bytea;
begin
  if stored is null or stored !~ '^ai1[.][0-9a-f]{16}[.]' then
    return stored;
  end if;
  parts := pg_catalog.string_to_array(stored, '.');
  if stored !~ '^ai1[.][0-9a-f]{16}[.]([A-Za-z0-9+/]{4}){21,}[A-Za-z0-9+/]{2}([A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==)$' then
    perform ai_private.refuse_ciphertext(parts[2]);
  end if;
  select k.id, k.name, k.cipher, k.mac into key from ai_private.encryption_key_for(null, parts[2]) as k;
  perform pg_catalog.set_config('pg_ai.revealed', key.name, true);
  sealed := pg_catalog.decode(parts[3], 'base64');
  if %1$I.hmac(pg_catalog.convert_to('ai1.' || parts[2] || '.', 'UTF8') || pg_catalog.substr(sealed, 1, pg_catalog.length(sealed) - 32), key.mac, 'sha256')
    is distinct from pg_catalog.substr(sealed, pg_catalog.length(sealed) - 31)
  then
    perform ai_private.refuse_ciphertext(parts[2]);
  end if;
  return pg_catalog.convert_from(%1$I.decrypt_iv(pg_catalog.substr(sealed, 17, pg_catalog.length(sealed) - 48), key.cipher, pg_catalog.substr(sealed, 1, 16), 'aes-cbc/pad:pkcs'), 'UTF8');
end$body$, pgcrypto);
begin
  if exists (select from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = '_encrypt' and p.prosrc = encrypting)
    and exists (select from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = '_decrypt' and p.prosrc = decrypting)
  then
    return;
  end if;
  execute format('create or replace function ai_gen._encrypt(key_name text, value text) returns text language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L', encrypting);
  execute format('create or replace function ai_gen._decrypt(stored text) returns text language plpgsql stable security invoker set search_path = pg_catalog, pg_temp as %L', decrypting);
  revoke all on function ai_gen._encrypt(text, text), ai_gen._decrypt(text) from public;
  comment on function ai_gen._encrypt(text, text) is 'Encrypts a text with the newest key of a name';
  comment on function ai_gen._decrypt(text) is 'Decrypts what ai_gen._encrypt gave';
end
$pg_ai$;
comment on function ai_private.make_ciphers(name) is 'Makes the functions that encrypt and decrypt, with pgcrypto where it is';
revoke all on function ai_private.make_ciphers(name) from public;
grant execute on function ai_private.make_ciphers(name) to ai_owner;
