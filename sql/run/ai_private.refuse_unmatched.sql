-- Raises PI103: no row has the key.
create function ai_private.refuse_unmatched(table_name text, operation text, row_key jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI103',
    message = ai_private.message('PI103', jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key::text)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key)::text,
    hint = ai_private.message('PI103.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_unmatched(text, text, jsonb) is 'Raises PI103';
revoke all on function ai_private.refuse_unmatched(text, text, jsonb) from public;
grant execute on function ai_private.refuse_unmatched(text, text, jsonb) to ai_owner, ai_admin, ai_user;
