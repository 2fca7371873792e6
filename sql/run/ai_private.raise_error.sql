-- Raises an error that hooks have changed; one that they have not is its raiser's own.
create function ai_private.raise_error(error jsonb, state text, message text, detail text, hint text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if error @> jsonb_build_object('code', state, 'message', raise_error.message, 'detail', raise_error.detail, 'hint', raise_error.hint) then
    return;
  end if;
  perform ai_private.raise_as(error ->> 'code', coalesce(error ->> 'message', raise_error.message), error ->> 'detail', error ->> 'hint', error ->> 'constraint');
end
$pg_ai$;
comment on function ai_private.raise_error(jsonb, text, text, text, text) is 'Raises an error that hooks have changed';
revoke all on function ai_private.raise_error(jsonb, text, text, text, text) from public;
grant execute on function ai_private.raise_error(jsonb, text, text, text, text) to ai_owner, ai_admin, ai_user;
