-- The answer of an action as its caller sees it: fields masked (see ai_private.masked) or left out, of the object, or of each object in a list.
create function ai_private.shown_answer(answer jsonb, masks jsonb, hidden jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case jsonb_typeof(answer)
    when 'array' then coalesce((select jsonb_agg(ai_private.shown_answer(e.value, masks, hidden) order by e.position) from jsonb_array_elements(answer) with ordinality as e (value, position)), '[]')
    when 'object' then (answer - array(select jsonb_array_elements_text(hidden)))
      || coalesce((select jsonb_object_agg(m.key, ai_private.masked(answer -> m.key, m.value)) from jsonb_each(masks) as m where answer ? m.key), '{}')
    else answer end
$pg_ai$;
comment on function ai_private.shown_answer(jsonb, jsonb, jsonb) is 'The answer of an action as its caller sees it';
revoke all on function ai_private.shown_answer(jsonb, jsonb, jsonb) from public;
grant execute on function ai_private.shown_answer(jsonb, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
