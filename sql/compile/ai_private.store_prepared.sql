-- What stands in ai_private.prepared is executed as ai_owner: only the compiler's hosts may write it.
create function ai_private.store_prepared(target oid, print text, compiled jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  perform ai_private.lock_compiler();
  insert into ai_private.prepared (relation, fingerprint, compiled)
  values (target, print, compiled)
  on conflict (relation) do update set fingerprint = excluded.fingerprint, compiled = excluded.compiled;
end
$pg_ai$;
alter function ai_private.store_prepared(oid, text, jsonb) owner to ai_owner;
comment on function ai_private.store_prepared(oid, text, jsonb) is 'Hands over what a compiler made; for the compiler''s hosts only';
revoke all on function ai_private.store_prepared(oid, text, jsonb) from public;
grant execute on function ai_private.store_prepared(oid, text, jsonb) to ai_worker;
