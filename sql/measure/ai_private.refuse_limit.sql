-- Raises PI241 (latency, in ms) or PI242 (rows): the call has cost more than it may. What was measured outlives the rollback.
create function ai_private.refuse_limit(entity text, operation_name text, action_name text, limit_name text, policy text, allowed numeric, measured numeric)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  stack text;
  code constant text := case limit_name when 'latency' then 'PI241' else 'PI242' end;
  subject constant text := coalesce(entity, action_name);
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by(stack, 'ai_gen.') then
    raise exception using errcode = '42501', message = 'ai_private.refuse_limit is called by generated functions only';
  end if;
  perform ai_private.note_breach(stack, ai_private.subject_number(entity, operation_name, action_name), case limit_name when 'latency' then 0 else 1 end,
    (case limit_name when 'latency' then measured * 1000 else measured end)::bigint);
  raise exception using
    errcode = code,
    message = ai_private.message(code, jsonb_build_object('table', subject, 'operation', coalesce(operation_name, 'action'), 'measured', trim_scale(round(measured, 1))::text, 'allowed', trim_scale(allowed)::text)),
    detail = jsonb_build_object('table', subject, 'operation', coalesce(operation_name, 'action'), 'policy', policy, 'stage', 'limit', 'limit', limit_name,
      'allowed', allowed, 'measured', trim_scale(round(measured, 3)))::text,
    hint = ai_private.message(code || '.hint', '{}');
end
$pg_ai$;
alter function ai_private.refuse_limit(text, text, text, text, text, numeric, numeric) owner to ai_owner;
comment on function ai_private.refuse_limit(text, text, text, text, text, numeric, numeric) is 'Raises PI241 or PI242: a limit is broken';
revoke all on function ai_private.refuse_limit(text, text, text, text, text, numeric, numeric) from public;
grant execute on function ai_private.refuse_limit(text, text, text, text, text, numeric, numeric) to ai_admin, ai_user;
