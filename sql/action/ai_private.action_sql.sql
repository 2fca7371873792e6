-- All SQL of an action as texts. Of JavaScript, nobody knows before it runs what it names.
create function ai_private.action_sql(m ai.meta_actions)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select array(
    select case when m.language is distinct from 'javascript' then m.code_template end
    union all
    select v #>> '{}' from jsonb_path_query(jsonb_build_array(ai_private.action_steps(m), m.preconditions, m.post_actions), 'strict $.** ? (@.type() == "string")') as v)
$pg_ai$;
comment on function ai_private.action_sql(ai.meta_actions) is 'All SQL of an action';
revoke all on function ai_private.action_sql(ai.meta_actions) from public;
grant execute on function ai_private.action_sql(ai.meta_actions) to ai_owner, ai_worker;
