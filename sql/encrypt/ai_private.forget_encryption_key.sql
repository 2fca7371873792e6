-- The end of ai.drop_encryption_key: what only ai_owner sees and does.
create function ai_private.forget_encryption_key(key_id text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  place constant text := case
    when exists (
      select from ai_private.encryption_key k
      where k.id = key_id and not exists (select from ai_private.encryption_key o where o.name = k.name and o.added_at > k.added_at)
    ) and exists (select from ai_private.encrypted_with(key_id)) then 'new values'
    when exists (select from ai_private.idempotency i where i.sealed like 'ai1.' || key_id || '.%') then 'kept answers'
  end;
begin
  if place is not null then
    raise exception using
      errcode = 'PI223',
      message = ai_private.message('PI223.used', jsonb_build_object('id', key_id, 'where', place)),
      hint = ai_private.message(case place when 'kept answers' then 'PI223.kept.hint' else 'PI223.current.hint' end, '{}');
  end if;
  delete from ai_private.encryption_key k where k.id = key_id;
  if not found then
    raise exception using errcode = 'PI220', message = ai_private.message('PI220', jsonb_build_object('key', key_id));
  end if;
end
$pg_ai$;
alter function ai_private.forget_encryption_key(text) owner to ai_owner;
comment on function ai_private.forget_encryption_key(text) is 'Forgets an encryption key';
revoke all on function ai_private.forget_encryption_key(text) from public;
grant execute on function ai_private.forget_encryption_key(text) to ai_admin;
