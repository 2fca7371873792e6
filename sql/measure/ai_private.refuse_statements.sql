-- Raises PI243: the call has done to tables what it may not do. "touched" is what ai_private.touched_since has told, or {"told": …} where PostgreSQL has
-- not let it.
create function ai_private.refuse_statements(entity text, operation_name text, action_name text, policy text, allowed text[], touched jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  stack text;
  subject constant text := coalesce(entity, action_name);
  -- PostgreSQL names the command in capitals in whatever language it speaks: "cannot execute UPDATE in a read-only transaction"; of functions their name
  told constant text := coalesce(lower(substring(touched ->> 'told' from '[A-Z]{3,}(?: [A-Z]{3,})*')), substring(touched ->> 'told' from '[a-z_]+[(][)]'), 'other');
  done constant jsonb := coalesce(touched -> 'statements', jsonb_build_array(told));
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by(stack, 'ai_gen.') then
    raise exception using errcode = '42501', message = 'ai_private.refuse_statements is called by generated functions only';
  end if;
  perform ai_private.note_breach(stack, ai_private.subject_number(entity, operation_name, action_name), 2,
    (done ? 'insert')::integer + 2 * (done ? 'update')::integer + 4 * (done ? 'delete')::integer
      + 8 * (not done ?| '{insert,update,delete}')::integer);
  raise exception using
    errcode = 'PI243',
    message = ai_private.message('PI243', jsonb_build_object('table', subject, 'operation', coalesce(operation_name, 'action'),
      'allowed', coalesce(nullif(array_to_string(allowed, ', '), ''), 'none'),
      'measured', (select string_agg(k.value, ', ' order by k.value) from jsonb_array_elements_text(done) as k where k.value <> all (allowed)))),
    detail = jsonb_build_object('table', subject, 'operation', coalesce(operation_name, 'action'), 'policy', policy, 'stage', 'limit', 'limit', 'statements',
      'allowed', to_jsonb(allowed), 'measured', coalesce(touched -> 'tables', done))::text,
    hint = ai_private.message('PI243.hint', '{}');
end
$pg_ai$;
alter function ai_private.refuse_statements(text, text, text, text, text[], jsonb) owner to ai_owner;
comment on function ai_private.refuse_statements(text, text, text, text, text[], jsonb) is 'Raises PI243: a kind of statement that is not allowed';
revoke all on function ai_private.refuse_statements(text, text, text, text, text[], jsonb) from public;
grant execute on function ai_private.refuse_statements(text, text, text, text, text[], jsonb) to ai_admin, ai_user;
