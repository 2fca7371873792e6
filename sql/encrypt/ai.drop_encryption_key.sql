-- Forgets a key for good: an older one, which no value of an encrypted column bears any more (ai.rotate_encryption sees to that), and no answer that is
-- kept for repetitions (ai.prune does). Looks through the columns with the rights of whoever calls. Backups that bear it need the secret, added again.
-- Errors: PI220 no such key, PI223 one that is in use. For ai_admin.
create function ai.drop_encryption_key(id text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  place record;
  used boolean;
begin
  for place in select e.* from ai_private.encrypted_with($1) as e loop
    used := row_security_active(place.target);
    if not used then
      execute format('select exists (select from %s as t where t.%I like %L)', place.target, place.field, 'ai1.' || $1 || '.%') into used;
    end if;
    if used then
      raise exception using
        errcode = 'PI223',
        message = ai_private.message('PI223.used', jsonb_build_object('id', $1, 'where', format('%s.%I', place.target, place.field))),
        hint = ai_private.message('PI223.used.hint', jsonb_build_object('table', place.target::text, 'field', place.field));
    end if;
  end loop;
  perform ai_private.forget_encryption_key($1);
end
$pg_ai$;
comment on function ai.drop_encryption_key(text) is 'Forgets an encryption key that nothing bears any more';
revoke all on function ai.drop_encryption_key(text) from public;
grant execute on function ai.drop_encryption_key(text) to ai_admin;
