-- Actions that are registered, or still stand in the registry.
create function ai_private.known_actions()
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select m.action_name from ai.meta_actions m union select a.action_name from ai.action a order by 1
$pg_ai$;
comment on function ai_private.known_actions() is 'Names of registered actions';
revoke all on function ai_private.known_actions() from public;
grant execute on function ai_private.known_actions() to ai_owner, ai_admin, ai_worker;
