-- A probe of encrypted columns: makes ai_gen._encrypt and ai_gen._decrypt, which call pgcrypto where it is, by static SQL. Only ai_owner may execute
-- them, in functions whose search_path is pinned. A stored value is text: ai1.<id of the key>.<base64 of: 16 bytes of chance, AES-256-CBC, 32 bytes of
-- HMAC-SHA-256 over all before it>.
-- Encrypt, then authenticate, with two keys: what was altered is refused before it is decrypted. pgcrypto's pgp_sym_encrypt would be one call, but it
-- stretches the key by a thousand rounds for each value, which a random key does not need, and its reader takes messages without their checksum.
-- The setting pg_ai.revealed is for ai_private.keep_answer. A text that does not look like that was written before the column was encrypted: it is
-- given back as it is, until ai.rotate_encryption gets to it.
create function ai_private.make_ciphers(pgcrypto name)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  sealing constant text := format($sql$
  select s.head || pg_catalog.translate(pg_catalog.encode(s.sealed || %1$I.hmac(pg_catalog.convert_to(s.head, 'UTF8') || s.sealed, s.mac, 'sha256'), 'base64'), E'\n', ''),
    pg_catalog.set_config('pg_ai.revealed', key_name, true)
  into answer, revealed
  from (
    select 'ai1.' || k.id || '.' as head, k.mac, r.chance || %1$I.encrypt_iv(pg_catalog.convert_to(value, 'UTF8'), k.cipher, r.chance, 'aes-cbc/pad:pkcs') as sealed
    from (@key@) as k
    cross join (select %1$I.gen_random_bytes(16) as chance offset 0) as r
    where k.cipher is not null
    offset 0
  ) as s;$sql$, pgcrypto);
  opening constant text := format($sql$
  select pg_catalog.convert_from(%1$I.decrypt_iv(pg_catalog.substr(s.sealed, 17, pg_catalog.length(s.sealed) - 48), k.cipher, pg_catalog.substr(s.sealed, 1, 16), 'aes-cbc/pad:pkcs'), 'UTF8'),
    pg_catalog.set_config('pg_ai.revealed', k.name, true)
  into answer, revealed
  from (@key@) as k
  cross join (
    -- what decode takes without an error, and long enough; by CASE, since the planner evaluates what is constant
    select case when pg_catalog.length(stored) >= 109 and (pg_catalog.length(stored) - 21) %% 4 = 0
      and pg_catalog.translate(pg_catalog.substr(stored, 22, pg_catalog.length(stored) - 23) || pg_catalog.rtrim(pg_catalog.right(stored, 2), '='),
        'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '') = ''
      then pg_catalog.decode(pg_catalog.substr(stored, 22), 'base64') end as sealed
    offset 0
  ) as s
  where %1$I.hmac(pg_catalog.convert_to(pg_catalog.left(stored, 21), 'UTF8') || pg_catalog.substr(s.sealed, 1, pg_catalog.length(s.sealed) - 32), k.mac, 'sha256')
    = pg_catalog.substr(s.sealed, pg_catalog.length(s.sealed) - 31);$sql$, pgcrypto);
  -- One query each, whose plan stays: expressions of PL/pgSQL's own are prepared anew in each transaction. What is rare (no key, a key in a setting,
  -- an altered value) is looked at again.
  encrypting constant text := format($body$
declare
  answer text;
  revealed text;
begin
  if value is null then
    return null;
  end if;%s
  if answer is null then%s
  end if;
  return answer;
end$body$,
    replace(sealing, '@key@', 'select n.id, n.cipher, n.mac from ai_private.encryption_key as n where n.name = key_name order by n.added_at desc, n.id limit 1'),
    replace(sealing, '@key@', 'select n.id, n.cipher, n.mac from ai_private.encryption_key_for(key_name, null) as n'));
  decrypting constant text := format($body$
declare
  answer text;
  revealed text;
begin
  if stored is null or pg_catalog.left(stored, 4) <> 'ai1.' or pg_catalog.substr(stored, 21, 1) <> '.' then
    return stored;
  end if;%s
  if answer is null then%s
    if answer is null then
      perform ai_private.refuse_ciphertext(pg_catalog.substr(stored, 5, 16));
    end if;
  end if;
  return answer;
end$body$,
    replace(opening, '@key@', 'select n.name, n.cipher, n.mac from ai_private.encryption_key as n where n.id = pg_catalog.substr(stored, 5, 16) and n.cipher is not null offset 0'),
    replace(opening, '@key@', 'select n.name, n.cipher, n.mac from ai_private.encryption_key_for(null, pg_catalog.substr(stored, 5, 16)) as n'));
begin
  if exists (select from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = '_encrypt' and p.prosrc = encrypting)
    and exists (select from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = '_decrypt' and p.prosrc = decrypting)
  then
    return;
  end if;
  execute format('create or replace function ai_gen._encrypt(key_name text, value text) returns text language plpgsql volatile security invoker as %L', encrypting);
  execute format('create or replace function ai_gen._decrypt(stored text) returns text language plpgsql stable security invoker as %L', decrypting);
  revoke all on function ai_gen._encrypt(text, text), ai_gen._decrypt(text) from public;
  comment on function ai_gen._encrypt(text, text) is 'Encrypts a text with the newest key of a name';
  comment on function ai_gen._decrypt(text) is 'Decrypts what ai_gen._encrypt gave';
end
$pg_ai$;
comment on function ai_private.make_ciphers(name) is 'Makes the functions that encrypt and decrypt, with pgcrypto where it is';
revoke all on function ai_private.make_ciphers(name) from public;
grant execute on function ai_private.make_ciphers(name) to ai_owner;
