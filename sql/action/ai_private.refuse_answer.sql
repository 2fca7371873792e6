-- Raises PI313 or PI314: an action that does not answer as it promises. Nothing of what it did is kept.
create function ai_private.refuse_answer(name text, error_code text, errors jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  explained constant jsonb := ai_private.with_messages(errors);
begin
  raise exception using
    errcode = error_code,
    message = ai_private.message(error_code, jsonb_build_object('action', name, 'errors',
      (select string_agg(e.value ->> 'message', '; ' order by e.position) from jsonb_array_elements(explained) with ordinality as e (value, position)))),
    detail = jsonb_build_object('action', name, 'errors', explained)::text,
    hint = ai_private.message(error_code || '.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_answer(text, text, jsonb) is 'Raises PI313 or PI314';
revoke all on function ai_private.refuse_answer(text, text, jsonb) from public;
grant execute on function ai_private.refuse_answer(text, text, jsonb) to ai_owner, ai_admin, ai_user;
