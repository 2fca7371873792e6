-- Raises an error of these parts. RAISE takes no null, and what is empty would be shown as a line with nothing in it.
create function ai_private.raise_as(state text, message text, detail text, hint text, broken text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if detail <> '' and hint <> '' then
    raise exception using errcode = state, message = raise_as.message, detail = raise_as.detail, hint = raise_as.hint, constraint = coalesce(broken, '');
  elsif detail <> '' then
    raise exception using errcode = state, message = raise_as.message, detail = raise_as.detail, constraint = coalesce(broken, '');
  elsif hint <> '' then
    raise exception using errcode = state, message = raise_as.message, hint = raise_as.hint, constraint = coalesce(broken, '');
  end if;
  raise exception using errcode = state, message = raise_as.message, constraint = coalesce(broken, '');
end
$pg_ai$;
comment on function ai_private.raise_as(text, text, text, text, text) is 'Raises an error of these parts, without those that are empty';
revoke all on function ai_private.raise_as(text, text, text, text, text) from public;
grant execute on function ai_private.raise_as(text, text, text, text, text) to ai_owner, ai_admin, ai_user;
