-- Plans of calls hold numbers of operations, or that there is none (see ai_private.operation_number). They depend on ai_private.route, and touching
-- that makes those that were made before be made anew.
create function ai_private.renew_plans()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  grant execute on function ai_private.route(integer, text, text, jsonb, jsonb) to ai_admin, ai_user;
end
$pg_ai$;
comment on function ai_private.renew_plans() is 'Makes plans of calls be made anew';
revoke all on function ai_private.renew_plans() from public;
grant execute on function ai_private.renew_plans() to ai_owner;
