create function ai_private.calls_of_action(name text)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select ai_private.action_calls(m) from ai.meta_actions m where m.action_name = name
$pg_ai$;
comment on function ai_private.calls_of_action(text) is 'Actions that an action calls, by its name';
revoke all on function ai_private.calls_of_action(text) from public;
grant execute on function ai_private.calls_of_action(text) to ai_owner;
