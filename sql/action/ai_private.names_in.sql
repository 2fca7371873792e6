-- Names in texts of SQL, each with the one before its dot, if there is one: whatever looks like a name. One too many does no harm to those who look
-- for what is called so.
create function ai_private.names_in(texts text[])
returns table (schema text, name text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select distinct case when u.parts[2] is null then null else u.parts[1] end, coalesce(u.parts[2], u.parts[1])
  from unnest(texts) as t (source)
  cross join lateral regexp_matches(t.source, '("(?:[^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*)(?:[[:space:]]*[.][[:space:]]*("(?:[^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*))?', 'g') as m (found)
  cross join lateral (
    select array[
      case when left(m.found[1], 1) = '"' then replace(substr(m.found[1], 2, length(m.found[1]) - 2), '""', '"') else lower(m.found[1]) end,
      case when left(m.found[2], 1) = '"' then replace(substr(m.found[2], 2, length(m.found[2]) - 2), '""', '"') else lower(m.found[2]) end]
  ) as u (parts)
$pg_ai$;
comment on function ai_private.names_in(text[]) is 'Names in texts of SQL';
revoke all on function ai_private.names_in(text[]) from public;
grant execute on function ai_private.names_in(text[]) to ai_owner, ai_worker;
