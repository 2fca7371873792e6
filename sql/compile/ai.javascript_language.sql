-- Which JavaScript language compiles here: plv8, pljs or none.
create function ai.javascript_language()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce((
    select l.lanname from pg_proc p join pg_language l on l.oid = p.prolang
    where p.oid = to_regprocedure('ai_private.compile_text(text)')), 'none')
$pg_ai$;
comment on function ai.javascript_language() is 'The language that compiles declarations in this database: plv8, pljs or none';
revoke all on function ai.javascript_language() from public;
grant execute on function ai.javascript_language() to ai_owner, ai_admin, ai_worker, ai_user;
