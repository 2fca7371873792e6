-- A probe of encrypted columns: that there is a key of the name. One whose setting is empty here and now is there all the same.
create function ai_private.require_encryption_key(wanted text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if not exists (select from ai_private.encryption_key k where k.name = wanted) then
    raise exception using errcode = 'PI220', message = ai_private.message('PI220', jsonb_build_object('key', wanted));
  end if;
end
$pg_ai$;
comment on function ai_private.require_encryption_key(text) is 'Raises PI220 where there is no key of a name';
revoke all on function ai_private.require_encryption_key(text) from public;
grant execute on function ai_private.require_encryption_key(text) to ai_owner;
