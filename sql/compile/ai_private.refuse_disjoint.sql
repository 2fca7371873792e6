-- A probe: raises an error where no role is a member of one of these and of one of those. Superusers are members of all, and are not counted.
create function ai_private.refuse_disjoint(these text[], those text[])
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if not exists (
    select from pg_roles r
    where not r.rolsuper
      and exists (select from pg_roles a where a.rolname = any (these) and pg_has_role(r.oid, a.oid, 'usage'))
      and exists (select from pg_roles b where b.rolname = any (those) and pg_has_role(r.oid, b.oid, 'usage'))
  ) then
    raise exception 'superusers excepted';
  end if;
end
$pg_ai$;
comment on function ai_private.refuse_disjoint(text[], text[]) is 'Raises an error where no role is a member of one of each';
revoke all on function ai_private.refuse_disjoint(text[], text[]) from public;
grant execute on function ai_private.refuse_disjoint(text[], text[]) to ai_owner;
