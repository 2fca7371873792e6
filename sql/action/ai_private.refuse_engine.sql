-- Raises what a JavaScript engine reported without an SQLSTATE while an action ran, under the right one. Returns where it was something else.
create function ai_private.refuse_engine(action text, state text, original text, original_detail text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  code constant text := ai_private.engine_code(state, original, original_detail);
begin
  if code is null then
    return;
  end if;
  raise exception using
    errcode = code,
    message = case code when '57014' then ai_private.message('action.interrupted', jsonb_build_object('action', action)) else original end,
    detail = jsonb_build_object('action', action)::text;
end
$pg_ai$;
comment on function ai_private.refuse_engine(text, text, text, text) is 'Raises what a JavaScript engine reported without an SQLSTATE';
revoke all on function ai_private.refuse_engine(text, text, text, text) from public;
grant execute on function ai_private.refuse_engine(text, text, text, text) to ai_owner, ai_admin, ai_user;
