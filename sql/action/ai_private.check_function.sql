-- Whether a function of an action can be created. It is taken back. Raises PostgreSQL's own error.
create function ai_private.check_function(definition text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  execute definition;
  raise exception using errcode = 'PI199', message = 'it can';
exception when sqlstate 'PI199' then
  null;
end
$pg_ai$;
comment on function ai_private.check_function(text) is 'Raises what is wrong with a function, without keeping it';
revoke all on function ai_private.check_function(text) from public;
grant execute on function ai_private.check_function(text) to ai_owner;
