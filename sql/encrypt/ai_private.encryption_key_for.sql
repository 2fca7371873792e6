-- The key with an id, or, where that is null, the newest of a name: what encrypts and what authenticates. Raises PI220 where it is not there, or
-- where the setting that should hold it is empty or holds another one: nothing is ever encrypted with a key that somebody has slipped in.
create function ai_private.encryption_key_for(wanted_name text, wanted_id text, out id text, out name text, out cipher bytea, out mac bytea)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  found_key ai_private.encryption_key;
  secret text;
begin
  if wanted_id is null then
    select k.* into found_key from ai_private.encryption_key k where k.name = wanted_name order by k.added_at desc, k.id limit 1;
  else
    select k.* into found_key from ai_private.encryption_key k where k.id = wanted_id;
  end if;
  name := found_key.name;
  if found_key.setting is not null then
    secret := current_setting(found_key.setting, true);
    select d.id, d.cipher, d.mac into id, cipher, mac from ai_private.derived_keys(found_key.name, coalesce(secret, '')) as d;
    if found_key.id = id then
      return;
    end if;
  elsif found_key.id is not null then
    id := found_key.id;
    cipher := found_key.cipher;
    mac := found_key.mac;
    return;
  end if;
  raise exception using
    errcode = 'PI220',
    message = ai_private.message(case when found_key.id is null then 'PI220' when coalesce(secret, '') = '' then 'PI220.setting' else 'PI220.other' end,
      jsonb_build_object('key', coalesce(found_key.name, wanted_name, wanted_id), 'setting', found_key.setting)),
    detail = jsonb_strip_nulls(jsonb_build_object('key', coalesce(found_key.name, wanted_name), 'id', coalesce(found_key.id, wanted_id), 'setting', found_key.setting))::text,
    hint = ai_private.message(case when found_key.id is null then 'PI220.hint' else 'PI220.setting.hint' end,
      jsonb_build_object('key', coalesce(wanted_name, '…'), 'setting', found_key.setting));
end
$pg_ai$;
comment on function ai_private.encryption_key_for(text, text) is 'The key with an id, or the newest of a name';
revoke all on function ai_private.encryption_key_for(text, text) from public;
grant execute on function ai_private.encryption_key_for(text, text) to ai_owner;
