-- All errors of one call, as JSON in DETAIL. Of an action: its name in place of the table's, and "action" for the operation.
create function ai_private.refuse_inputs(table_name text, operation text, errors jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  explained constant jsonb := ai_private.with_messages(errors);
  of_action constant boolean := operation = 'action';
  code constant text := case when of_action then 'PI100.action' else 'PI100' end;
begin
  raise exception using
    errcode = 'PI100',
    message = ai_private.message(code, jsonb_build_object('table', table_name, 'operation', operation,
      'errors', (select string_agg(e.value ->> 'message', '; ' order by e.position) from jsonb_array_elements(explained) with ordinality as e (value, position)))),
    detail = (case when of_action then jsonb_build_object('action', table_name) else jsonb_build_object('table', table_name, 'operation', operation) end
      || jsonb_build_object('errors', explained))::text,
    hint = ai_private.message(code || '.hint', jsonb_build_object('table', table_name, 'operation', operation));
end
$pg_ai$;
comment on function ai_private.refuse_inputs(text, text, jsonb) is 'Raises PI100 with all errors of one call';
revoke all on function ai_private.refuse_inputs(text, text, jsonb) from public;
grant execute on function ai_private.refuse_inputs(text, text, jsonb) to ai_owner, ai_admin, ai_user;
