-- Owners of a table, or of a partition or child of it, who may not declare.
create function ai_private.untrusted_owners(target oid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with recursive family as (
    select target as oid
    union
    select h.inhrelid from family f join pg_inherits h on h.inhparent = f.oid
  )
  select string_agg(distinct quote_ident(r.rolname), ', ')
  from family f
  join pg_class c on c.oid = f.oid
  join pg_roles r on r.oid = c.relowner
  where not pg_has_role(r.oid, 'ai_admin', 'MEMBER')
$pg_ai$;
comment on function ai_private.untrusted_owners(oid) is 'Owners of a table who are not members of ai_admin';
revoke all on function ai_private.untrusted_owners(oid) from public;
grant execute on function ai_private.untrusted_owners(oid) to ai_owner, ai_worker;
