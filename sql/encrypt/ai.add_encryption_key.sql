-- Adds a key and makes it the one of its name that encrypts from now on; one that is there already, by the same secret, becomes it again. Rows that are
-- there keep the key that they have, until ai.rotate_encryption. With "setting" the database does not keep the secret: each session that uses the
-- column must have it in that setting; "secret" is then only looked at, to know it again. Returns the key's id. Errors: PI223 what is no good as a key.
-- For ai_admin.
create function ai.add_encryption_key(name text, secret text, setting text default null)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  key record;
  wrong constant text := case
    when $1 is null or $1 !~ '^[a-z][a-z0-9_]{0,62}$' then 'PI223.name'
    when $2 is null or char_length($2) < 32 then 'PI223.secret'
    when $3 !~ '^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+$' then 'PI223.setting'
  end;
begin
  if wrong is not null then
    raise exception using errcode = 'PI223', message = ai_private.message(wrong, '{}'), hint = ai_private.message('PI223.hint', '{}');
  end if;
  select d.* into key from ai_private.derived_keys($1, $2) as d;
  insert into ai_private.encryption_key as k (id, name, cipher, mac, setting)
  values (key.id, $1, case when $3 is null then key.cipher end, case when $3 is null then key.mac end, $3)
  on conflict on constraint encryption_key_pkey
  do update set cipher = excluded.cipher, mac = excluded.mac, setting = excluded.setting, added_at = clock_timestamp();
  if $3 is null and not exists (select from pg_extension e where e.extname = 'pg_ai') then
    raise warning using message = ai_private.message('key.dumped', '{}'), hint = ai_private.message('key.dumped.hint', '{}');
  end if;
  return key.id;
end
$pg_ai$;
alter function ai.add_encryption_key(text, text, text) owner to ai_owner;
comment on function ai.add_encryption_key(text, text, text) is 'Adds a key for encrypted columns and makes it the current one of its name';
revoke all on function ai.add_encryption_key(text, text, text) from public;
grant execute on function ai.add_encryption_key(text, text, text) to ai_admin;
