-- A stored value under the newest key of a name; what is not encrypted yet is. Its caller never sees the value, so ai_admin may.
create function ai_private.encrypted_again(stored text, key_name text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  return ai_gen._encrypt(key_name, ai_gen._decrypt(stored));
end
$pg_ai$;
alter function ai_private.encrypted_again(text, text) owner to ai_owner;
comment on function ai_private.encrypted_again(text, text) is 'A stored value under the newest key';
revoke all on function ai_private.encrypted_again(text, text) from public;
grant execute on function ai_private.encrypted_again(text, text) to ai_admin;
