create function ai_private.refuse_hook_answer(hook text, table_name text, operation text, answer jsonb, expected text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI302',
    message = ai_private.message(case operation when 'action' then 'PI302.action' else 'PI302' end, jsonb_build_object('hook', hook, 'table', table_name, 'operation', operation, 'expected', expected)),
    detail = (ai_private.subject(table_name, operation) || jsonb_build_object('hook', hook, 'type', jsonb_typeof(answer),
      'keys', case jsonb_typeof(answer) when 'object' then (select jsonb_agg(k) from jsonb_object_keys(answer) as k) end))::text,
    hint = ai_private.message('PI302.hint', jsonb_build_object('hook', hook));
end
$pg_ai$;
comment on function ai_private.refuse_hook_answer(text, text, text, jsonb, text) is 'Raises PI302: a hook answered what its phase does not know';
revoke all on function ai_private.refuse_hook_answer(text, text, text, jsonb, text) from public;
grant execute on function ai_private.refuse_hook_answer(text, text, text, jsonb, text) to ai_owner, ai_admin, ai_user;
