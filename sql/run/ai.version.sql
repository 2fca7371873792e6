-- Which pg_ai is installed. The number is package.json's, filled in when the script is built.
create function ai.version()
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select '@version@'
$pg_ai$;
comment on function ai.version() is 'The version of pg_ai that is installed in this database';
