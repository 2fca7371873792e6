-- An on_error hook that fails itself changes nothing; somebody has to hear of it.
create function ai_private.warn_of_hook(hook text, error text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise warning using message = ai_private.message('hook.on_error', jsonb_build_object('hook', hook, 'error', error));
end
$pg_ai$;
comment on function ai_private.warn_of_hook(text, text) is 'Warns of an on_error hook that failed';
revoke all on function ai_private.warn_of_hook(text, text) from public;
grant execute on function ai_private.warn_of_hook(text, text) to ai_owner, ai_admin, ai_user;
