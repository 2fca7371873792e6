-- What stands in ai_private.prepared_action is executed as ai_owner: only the compiler's hosts may write it. JavaScript of the action becomes a program.
create function ai_private.store_action(name text, print text, compiled jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  problems jsonb;
begin
  perform ai_private.lock_compiler();
  -- never from a simple expression: see ai_private.prepare
  select ai_private.store_action_program(name) into problems;
  insert into ai_private.prepared_action (action_name, fingerprint, compiled)
  values (name, print, store_action.compiled || jsonb_build_object('diagnostics', store_action.compiled -> 'diagnostics' || problems))
  on conflict (action_name) do update set fingerprint = excluded.fingerprint, compiled = excluded.compiled;
end
$pg_ai$;
alter function ai_private.store_action(text, text, jsonb) owner to ai_owner;
comment on function ai_private.store_action(text, text, jsonb) is 'Hands over a compiled action; for the compiler''s hosts only';
revoke all on function ai_private.store_action(text, text, jsonb) from public;
grant execute on function ai_private.store_action(text, text, jsonb) to ai_worker;
