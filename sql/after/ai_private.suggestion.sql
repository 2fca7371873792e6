-- 'did you mean "email"?', or the list of what there is.
create function ai_private.suggestion(written text, candidates text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce('did you mean ' || to_json(ai_private.nearest(written, candidates))::text || '?', 'use one of: ' || nullif(array_to_string(candidates, ', '), ''), 'there is none')
$pg_ai$;
comment on function ai_private.suggestion(text, text[]) is 'What to write instead';
revoke all on function ai_private.suggestion(text, text[]) from public;
grant execute on function ai_private.suggestion(text, text[]) to ai_owner, ai_admin, ai_worker;
