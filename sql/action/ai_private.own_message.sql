-- A message of the action's own: a text, or texts by language, with {placeholders} for inputs. "fallback" names what has no message.
create function ai_private.own_message(texts jsonb, fallback text, shown jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce((
      select string_agg(
        case when part[1] is null then part[2] when shown ? part[1] then coalesce(shown ->> part[1], 'null') else '{' || part[1] || '}' end, '' order by position)
      from regexp_matches(t.template, '[{]([a-zA-Z_][a-zA-Z0-9_]*)[}]|([{]|[^{]+)', 'g') with ordinality as m (part, position)),
    ai_private.message('PI310.unnamed', jsonb_build_object('name', fallback)))
  from (
    select case jsonb_typeof(texts)
      when 'object' then coalesce(texts ->> coalesce(nullif(current_setting('pg_ai.language', true), ''), 'en'), texts ->> 'en', (select v.value from jsonb_each_text(texts) as v limit 1))
      else texts #>> '{}' end as template
  ) as t
$pg_ai$;
comment on function ai_private.own_message(jsonb, text, jsonb) is 'A message of an action in the session''s language';
revoke all on function ai_private.own_message(jsonb, text, jsonb) from public;
grant execute on function ai_private.own_message(jsonb, text, jsonb) to ai_owner, ai_admin, ai_user;
