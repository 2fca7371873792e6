-- options.set_default names fields that the operation may set back to their defaults.
create function ai_private.check_resets(table_name text, operation text, resets jsonb, known text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if jsonb_typeof(resets) = 'array' and resets <@ to_jsonb(known) then
    return;
  end if;
  raise exception using
    errcode = 'PI102',
    message = ai_private.message('PI102.reset', jsonb_build_object('table', table_name, 'operation', operation, 'fields', resets)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'set_default', resets, 'known', known)::text,
    hint = ai_private.message('PI102.reset.hint', jsonb_build_object('known', known));
end
$pg_ai$;
comment on function ai_private.check_resets(text, text, jsonb, text[]) is 'options.set_default names fields that the operation may set back to their defaults';
revoke all on function ai_private.check_resets(text, text, jsonb, text[]) from public;
grant execute on function ai_private.check_resets(text, text, jsonb, text[]) to ai_owner, ai_admin, ai_user;
