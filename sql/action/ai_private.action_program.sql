-- The name of an action's JavaScript among the programs. Null where it has none.
create function ai_private.action_program(m ai.meta_actions)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when m.language = 'javascript' then format('action.%s.%s', m.action_name, md5(m.code_template)) end
$pg_ai$;
comment on function ai_private.action_program(ai.meta_actions) is 'Name of an action''s JavaScript';
revoke all on function ai_private.action_program(ai.meta_actions) from public;
grant execute on function ai_private.action_program(ai.meta_actions) to ai_owner, ai_worker;
