-- What is wrong with patterns of topics, as an array of {"path", "reason", "suggestion"}. Null is for the caller to judge.
create function ai_private.topic_problems(topics text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb := '[]';
  item text;
begin
  if cardinality(topics) = 0 then
    return jsonb_build_array(jsonb_build_object('path', 'topics', 'reason', 'no topic', 'suggestion', 'list topics, or ''**'' for all events'));
  end if;
  foreach item in array coalesce(topics, '{}') loop
    if item is null or item !~ '^(?:[*][*]|(?:(?:"(?:[^"]|"")+"|[^."*[:space:]]+|[*])(?:[.](?!$)|$))+|(?:(?:"(?:[^"]|"")+"|[^."*[:space:]]+|[*])[.])+[*][*])$' then
      problems := problems || jsonb_build_object('path', 'topics', 'reason', format('"%s" is not a pattern', coalesce(item, 'null')),
        'suggestion', 'labels with dots between them, quoted as in SQL where they need it; * for one label, ** at the end for any rest');
    end if;
  end loop;
  return problems;
end
$pg_ai$;
comment on function ai_private.topic_problems(text[]) is 'What is wrong with patterns of topics';
revoke all on function ai_private.topic_problems(text[]) from public;
grant execute on function ai_private.topic_problems(text[]) to ai_owner;
