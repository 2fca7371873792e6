-- The text for a code in the language of the session (setting pg_ai.language: en, vi), with {placeholders} filled from "parameters".
create function ai_private.message(message_code text, parameters jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  filled text;
  parameter record;
begin
  select m.template into filled
  from ai_private.message m
  where m.code = message_code and m.language in (coalesce(nullif(current_setting('pg_ai.language', true), ''), 'en'), 'en')
  order by (m.language = 'en')
  limit 1;
  filled := coalesce(filled, message_code);
  for parameter in select e.key, e.value from jsonb_each(parameters) as e loop
    filled := replace(filled, '{' || parameter.key || '}', coalesce(
      case jsonb_typeof(parameter.value)
        when 'array' then (select string_agg(x, ', ') from jsonb_array_elements_text(parameter.value) as x)
        else parameter.value #>> '{}'
      end, 'null'));
  end loop;
  return filled;
end
$pg_ai$;
comment on function ai_private.message(text, jsonb) is 'Text of a code in the session''s language';
