-- All errors of one call, as JSON in DETAIL.
create function ai_private.refuse_inputs(table_name text, operation text, errors jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  explained constant jsonb := ai_private.with_messages(errors);
begin
  raise exception using
    errcode = 'PI100',
    message = ai_private.message('PI100', jsonb_build_object('table', table_name, 'operation', operation,
      'errors', (select string_agg(e.value ->> 'message', '; ' order by e.position) from jsonb_array_elements(explained) with ordinality as e (value, position)))),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'errors', explained)::text,
    hint = ai_private.message('PI100.hint', jsonb_build_object('table', table_name, 'operation', operation));
end
$pg_ai$;
comment on function ai_private.refuse_inputs(text, text, jsonb) is 'Raises PI100 with all errors of one call';
revoke all on function ai_private.refuse_inputs(text, text, jsonb) from public;
grant execute on function ai_private.refuse_inputs(text, text, jsonb) to ai_owner, ai_admin, ai_user;
