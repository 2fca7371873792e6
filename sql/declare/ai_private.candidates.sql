-- Tables that declare or might.
create function ai_private.candidates()
returns setof oid
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select d.objoid
  from pg_description d
  join pg_class c on c.oid = d.objoid and c.relkind in ('r', 'p', 'f', 'v', 'm')
  where d.classoid = 'pg_class'::regclass and d.objsubid = 0
    and (d.description like '%@ai(%' or ltrim(d.description, E' \t\r\n') like '{%')
  union
  -- also what was dropped where no event trigger saw it
  select d.relation::oid from ai.declaration d
$pg_ai$;
comment on function ai_private.candidates() is 'Tables whose comments may declare operations';
revoke all on function ai_private.candidates() from public;
grant execute on function ai_private.candidates() to ai_owner, ai_admin, ai_worker;
