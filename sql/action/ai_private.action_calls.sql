-- Names of the actions that an action calls in its steps and after them.
create function ai_private.action_calls(m ai.meta_actions)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select array(
    select distinct c #>> '{}'
    from (
      select jsonb_path_query(jsonb_build_array(ai_private.action_steps(m), m.post_actions),
        'strict $.** ? (@.type() == "object").keyvalue() ? (@.key == "call").value ? (@.type() == "string")')
      union all
      select jsonb_path_query(m.post_actions, '$[*] ? (@.type() == "string")')
    ) as s (c)
    order by 1)
$pg_ai$;
comment on function ai_private.action_calls(ai.meta_actions) is 'Actions that an action calls';
revoke all on function ai_private.action_calls(ai.meta_actions) from public;
grant execute on function ai_private.action_calls(ai.meta_actions) to ai_owner, ai_worker;
