-- What an action in JavaScript answers, from what ai_private.run_javascript gives: '' for nothing, "!" and an object for what it threw, else JSON.
-- An error of the database that it let through is raised as it was; DETAIL and HINT name action and line where it has none of its own. Anything else that it
-- threw: its message under its own code, PI315 where it has none.
create function ai_private.javascript_answer(action text, answer text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  answered jsonb;
  thrown jsonb;
  code text;
  place text;
begin
  if answer = '' then
    return null;
  elsif not starts_with(answer, '!') then
    return answer::jsonb;
  end if;
  answered := substr(answer, 2)::jsonb;
  thrown := coalesce(answered -> 'raised', answered -> 'refuse');
  if thrown ? 'line' then
    place := ai_private.message('PI315.hint', jsonb_build_object('action', action, 'place', concat_ws(', ', thrown ->> 'source', 'line ' || (thrown ->> 'line'))));
  end if;
  if answered ? 'raised' then
    perform ai_private.raise_as(thrown ->> 'code', coalesce(thrown ->> 'message', ''),
      coalesce(nullif(thrown ->> 'detail', ''), (jsonb_build_object('action', action) || (thrown - '{code,message,detail,hint,constraint}'::text[]))::text),
      coalesce(nullif(thrown ->> 'hint', ''), place), thrown ->> 'constraint');
  end if;
  code := case when thrown ->> 'code' ~ '^[0-9A-Z]{5}$' and thrown ->> 'code' !~ '^0[0-3]|^PI[^3]|^PI301$' then thrown ->> 'code' else 'PI315' end;
  perform ai_private.raise_as(
    code,
    case when code = 'PI303' then ai_private.message('PI303.action', jsonb_build_object('action', action, 'limit', thrown #> '{detail,limit}'))
      else coalesce(thrown ->> 'message', ai_private.message('PI315', jsonb_build_object('action', action))) end,
    (jsonb_build_object('action', action) || (thrown - '{code,message}'::text[]))::text,
    place,
    null);
end
$pg_ai$;
comment on function ai_private.javascript_answer(text, text) is 'What an action in JavaScript answers; raises what it threw';
revoke all on function ai_private.javascript_answer(text, text) from public;
grant execute on function ai_private.javascript_answer(text, text) to ai_owner, ai_admin, ai_user;
