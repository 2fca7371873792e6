-- Runs an operation and takes it back: what it would answer, audit and emit. "lasting" is what happens all the same, since no sequence goes back.
-- Called by generated functions when options.dry_run is true; deferred constraints are checked too.
create function ai_private.rehearse(function_name text, inputs jsonb, options jsonb, lasting jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  -- the id before the first that the rehearsal can write
  before constant bigint := ai_private.last_audit_id();
  report text;
begin
  declare
    answer jsonb;
  begin
    execute format('select ai_gen.%I($1, $2)', function_name) into answer using inputs, options;
    set constraints all immediate;
    raise exception using errcode = 'PI199', message = (jsonb_build_object(
      'dry_run', true, 'result', answer, 'audit', ai_private.written_audit(before), 'events', ai_private.written_events(before), 'side_effects', ai_private.side_effects(lasting, inputs))
      || coalesce((select jsonb_build_object('hooks', o.plan -> 'hooks') from ai.operation o where o.function_name = rehearse.function_name and o.plan ? 'hooks'), '{}'))::text;
  exception when sqlstate 'PI199' then
    report := sqlerrm;
  end;
  return report::jsonb;
end
$pg_ai$;
comment on function ai_private.rehearse(text, jsonb, jsonb, jsonb) is 'Runs an operation without keeping its effect';
revoke all on function ai_private.rehearse(text, jsonb, jsonb, jsonb) from public;
grant execute on function ai_private.rehearse(text, jsonb, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
