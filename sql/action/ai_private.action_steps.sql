-- The steps of an action: its own column, else its template where that is JSON. Null where there are none, or none that can be read; what is wrong
-- with the text, the compiler says.
create function ai_private.action_steps(m ai.meta_actions)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if m.steps is not null or m.code_template is null or ltrim(m.code_template, E' \t\r\n') not like '[%' then
    return m.steps;
  end if;
  return m.code_template::jsonb;
exception when others then
  return null;
end
$pg_ai$;
comment on function ai_private.action_steps(ai.meta_actions) is 'Steps of an action as JSON';
revoke all on function ai_private.action_steps(ai.meta_actions) from public;
grant execute on function ai_private.action_steps(ai.meta_actions) to ai_owner, ai_worker;
