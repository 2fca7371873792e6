-- Whether any of a list of problems is an error.
create function ai_private.has_errors(problems jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select problems @> '[{"severity": "error"}]'
$pg_ai$;
comment on function ai_private.has_errors(jsonb) is 'Whether any of a list of problems is an error';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.has_errors(jsonb) to public;
