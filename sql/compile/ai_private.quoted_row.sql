-- A condition with the word row in quotes: in SQL it begins a row constructor, and people mean the variable. Literals, quoted names and ROW(…) stay.
create function ai_private.quoted_row(condition text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select string_agg(case when lower(w.word) = 'row' and w.following is distinct from '(' then '"row"' else w.word end, '' order by w.position)
  from (
    select t.word[1] as word, t.position, lead(t.word[1]) over (order by t.position) as following
    from regexp_matches(condition, $re$('(?:[^']|'')*'|"(?:[^"]|"")*"|[[:alpha:]_][[:alnum:]_$]*|[[:space:]]+|.)$re$, 'g') with ordinality as t (word, position)
  ) as w
$pg_ai$;
comment on function ai_private.quoted_row(text) is 'A condition in which the word row is the variable';
revoke all on function ai_private.quoted_row(text) from public;
grant execute on function ai_private.quoted_row(text) to ai_owner;
