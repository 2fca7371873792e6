-- The text for a code in the language of the session (setting pg_ai.language: en, vi), with {placeholders} filled from "parameters".
create function ai_private.message(message_code text, parameters jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  filled text;
begin
  select m.template into filled
  from ai_private.message m
  where m.code = message_code and m.language in (coalesce(nullif(current_setting('pg_ai.language', true), ''), 'en'), 'en')
  order by (m.language = 'en')
  limit 1;
  -- In one pass: a value may hold braces of its own.
  select string_agg(
    case when part[1] is null then part[2]
      when not parameters ? part[1] then '{' || part[1] || '}'
      when jsonb_typeof(parameters -> part[1]) = 'array' then coalesce((select string_agg(x, ', ') from jsonb_array_elements_text(parameters -> part[1]) as x), 'null')
      else coalesce(parameters ->> part[1], 'null')
    end, '' order by position)
  into filled
  from regexp_matches(coalesce(filled, message_code), '[{]([a-zA-Z]+)[}]|([{]|[^{]+)', 'g') with ordinality as m (part, position);
  return filled;
end
$pg_ai$;
comment on function ai_private.message(text, jsonb) is 'Text of a code in the session''s language';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.message(text, jsonb) to public;
