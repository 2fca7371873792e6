-- Raises PI105: a trigger made the statement do nothing.
create function ai_private.refuse_suppressed(table_name text, operation text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI105',
    message = ai_private.message('PI105', jsonb_build_object('table', table_name, 'operation', operation)),
    detail = jsonb_build_object('table', table_name, 'operation', operation)::text,
    hint = ai_private.message('PI105.hint', jsonb_build_object('table', table_name));
end
$pg_ai$;
comment on function ai_private.refuse_suppressed(text, text) is 'Raises PI105';
revoke all on function ai_private.refuse_suppressed(text, text) from public;
grant execute on function ai_private.refuse_suppressed(text, text) to ai_owner, ai_admin, ai_user;
