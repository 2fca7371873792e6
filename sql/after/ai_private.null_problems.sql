-- Which columns of a row are null and may not be, as {"path", "reason", "suggestion"}: told with everything else that is wrong, before PostgreSQL would refuse the first.
create function ai_private.null_problems(relation regclass, given jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_build_object('path', a.attname, 'reason', 'null',
    'suggestion', case when a.atthasdef then 'leave the column out to take its default' else 'it has to be given' end) order by a.attnum), '[]')
  from pg_attribute a
  where a.attrelid = relation and a.attnotnull and a.attnum > 0 and not a.attisdropped and jsonb_typeof(given -> a.attname) = 'null'
$pg_ai$;
comment on function ai_private.null_problems(regclass, jsonb) is 'Which columns of a row are null and may not be';
revoke all on function ai_private.null_problems(regclass, jsonb) from public;
grant execute on function ai_private.null_problems(regclass, jsonb) to ai_owner;
