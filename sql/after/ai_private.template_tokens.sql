-- What checks templates when they are written. The language is the part of Liquid that can be checked here to the end: outputs, if/unless/case,
-- for, assign, comment. Nothing that reads files, and no way to print what is not declared.

-- The outputs and tags of a template, in order. kind: output, tag, or open where the end is missing. "before" is the text in front, for what only
-- HTML cares about.
create function ai_private.template_tokens(source text)
returns table (kind text, content text, line integer, before text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  place integer := 1;
  start integer;
  ending integer;
  rest text;
begin
  loop
    rest := substr(source, place);
    start := least(nullif(strpos(rest, '{{'), 0), nullif(strpos(rest, '{%'), 0));
    if start is null then
      return;
    end if;
    kind := case substr(rest, start, 2) when '{{' then 'output' else 'tag' end;
    line := 1 + length(regexp_replace(left(source, place + start - 2), E'[^\n]', '', 'g'));
    before := right(left(source, place + start - 2), 500);
    rest := substr(rest, start + 2);
    ending := strpos(rest, case kind when 'output' then '}}' else '%}' end);
    content := left(rest, ending - 1);
    if ending = 0 or content ~ '[{][{%]' then
      kind := 'open';
      content := btrim(left(split_part(rest, E'\n', 1), 40));
      return next;
      return;
    end if;
    -- {{- and -}} take away the white space around
    content := btrim(regexp_replace(regexp_replace(content, '^-', ''), '-$', ''), E' \t\r\n');
    return next;
    place := place + start + 1 + ending + 1;
  end loop;
end
$pg_ai$;
comment on function ai_private.template_tokens(text) is 'Outputs and tags of a template';
revoke all on function ai_private.template_tokens(text) from public;
grant execute on function ai_private.template_tokens(text) to ai_owner;
