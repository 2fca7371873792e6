-- HMAC-SHA-256 (RFC 2104); without a secret, SHA-256 alone.
create function ai_private.keyed_digest(message bytea, secret text)
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  block constant integer := 64;
  key bytea;
  inner_pad bytea;
  outer_pad bytea;
begin
  if secret is null then
    return sha256(message);
  end if;
  key := convert_to(secret, 'UTF8');
  if length(key) > block then
    key := sha256(key);
  end if;
  key := key || decode(repeat('00', block - length(key)), 'hex');
  inner_pad := key;
  outer_pad := key;
  for i in 0 .. block - 1 loop
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
  end loop;
  return sha256(outer_pad || sha256(inner_pad || message));
end
$pg_ai$;
comment on function ai_private.keyed_digest(bytea, text) is 'HMAC-SHA-256, or SHA-256 without a secret';
revoke all on function ai_private.keyed_digest(bytea, text) from public;
grant execute on function ai_private.keyed_digest(bytea, text) to ai_owner;
