-- Runs an action so that a failure is an answer: what it did is taken back to where the call began, and the caller's transaction goes on.
create function ai_private.attempt(function_name text, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  answer jsonb;
  detail text;
  hint text;
begin
  execute format('select ai_gen.%I($1, $2)', function_name) into answer using inputs, options;
  return jsonb_build_object('result', answer);
exception when others then
  -- not about the call: deadlocks, time-outs, lack of memory, a stopping server, and bugs
  if left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58', 'XX') or sqlstate in ('42501', 'PI900') then
    raise;
  end if;
  get stacked diagnostics detail = pg_exception_detail, hint = pg_exception_hint;
  return jsonb_build_object('error', jsonb_strip_nulls(jsonb_build_object('code', sqlstate::text, 'message', sqlerrm,
    'detail', case when detail like '{"%' then detail::jsonb else to_jsonb(nullif(detail, '')) end, 'hint', nullif(hint, ''))));
end
$pg_ai$;
comment on function ai_private.attempt(text, jsonb, jsonb) is 'Runs an action; a failure is an answer';
revoke all on function ai_private.attempt(text, jsonb, jsonb) from public;
grant execute on function ai_private.attempt(text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
