-- Whether a table's comments might declare something: cheap, and wrong only by saying yes.
create function ai_private.may_declare(target oid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select exists (select from ai.declaration d where d.relation = target)
    -- a temporary table is gone before anybody else could call
    or not exists (select from pg_class c where c.oid = target and c.relpersistence = 't')
    and coalesce((select c like '%@ai(%' or ltrim(c, E' \t\r\n') like '{%' from obj_description(target, 'pg_class') as c), false)
$pg_ai$;
alter function ai_private.may_declare(oid) owner to ai_owner;
comment on function ai_private.may_declare(oid) is 'Whether a table could declare operations';
revoke all on function ai_private.may_declare(oid) from public;
