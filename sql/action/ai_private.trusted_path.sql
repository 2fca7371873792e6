-- The schemas of a path in which only those can create objects who may register actions: in these alone, generated code looks up names that were
-- written without their schema. Anywhere else somebody could put another table or function in the way.
create function ai_private.trusted_path(path text[])
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select array(
    select p.name
    from unnest(path) with ordinality as p (name, position)
    join pg_namespace n on n.nspname = p.name
    cross join lateral (
      select r.oid from pg_roles r where r.oid = n.nspowner and r.rolname <> 'pg_database_owner'
      union all
      select d.datdba from pg_database d where d.datname = current_database() and n.nspowner = (select r.oid from pg_roles r where r.rolname = 'pg_database_owner')
    ) as owner
    where not starts_with(p.name, 'pg_') and p.name <> 'information_schema'
      and pg_has_role(owner.oid, 'ai_admin', 'MEMBER')
      and not exists (
        select from aclexplode(n.nspacl) as a
        where a.privilege_type = 'CREATE' and a.grantee <> n.nspowner
          and (a.grantee = 0 or not (pg_has_role(a.grantee, 'ai_admin', 'MEMBER') or a.grantee = 'ai_owner'::regrole))
      )
    order by p.position)
$pg_ai$;
comment on function ai_private.trusted_path(text[]) is 'Schemas of a path in which only members of ai_admin can create objects';
revoke all on function ai_private.trusted_path(text[]) from public;
grant execute on function ai_private.trusted_path(text[]) to ai_owner, ai_worker;
