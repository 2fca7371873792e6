-- What stands in ai_private.prepared_action is executed as ai_owner: only the compiler's hosts may write it.
create function ai_private.store_action(name text, print text, compiled jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  perform ai_private.lock_compiler();
  insert into ai_private.prepared_action (action_name, fingerprint, compiled)
  values (name, print, store_action.compiled)
  on conflict (action_name) do update set fingerprint = excluded.fingerprint, compiled = excluded.compiled;
end
$pg_ai$;
alter function ai_private.store_action(text, text, jsonb) owner to ai_owner;
comment on function ai_private.store_action(text, text, jsonb) is 'Hands over a compiled action; for the compiler''s hosts only';
revoke all on function ai_private.store_action(text, text, jsonb) from public;
grant execute on function ai_private.store_action(text, text, jsonb) to ai_worker;
