-- Whether the comment would be compiled: a plain comment by anyone stays nobody's business.
create function ai_private.declares_now(target oid)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(c like '%@ai(%' or c like '%"operations"%', false) from obj_description(target, 'pg_class') as c
$pg_ai$;
comment on function ai_private.declares_now(oid) is 'Whether a table''s comment holds a declaration';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.declares_now(oid) to public;
