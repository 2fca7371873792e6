-- Raises PI104: the row has changed since the caller read it.
create function ai_private.refuse_stale(table_name text, operation text, row_key jsonb, expected text, current_version text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI104',
    message = ai_private.message('PI104', jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key::text,
      'expected', expected, 'current', current_version)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key, 'expected', expected, 'current', current_version)::text,
    hint = ai_private.message('PI104.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_stale(text, text, jsonb, text, text) is 'Raises PI104';
revoke all on function ai_private.refuse_stale(text, text, jsonb, text, text) from public;
grant execute on function ai_private.refuse_stale(text, text, jsonb, text, text) to ai_owner, ai_admin, ai_user;
