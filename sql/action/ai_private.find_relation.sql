-- The table that a name means along a path, or null. By the catalogs alone, so that it is the same for every role.
create function ai_private.find_relation(written text, path text[])
returns oid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  parts text[];
begin
  begin
    parts := parse_ident(written);
  exception when others then
    return null;
  end;
  if cardinality(parts) > 2 then
    return null;
  end if;
  return (
    select c.oid
    from unnest(case when cardinality(parts) = 2 then parts[1:1] else path end) with ordinality as p (name, position)
    join pg_namespace n on n.nspname = p.name
    join pg_class c on c.relnamespace = n.oid and c.relname = parts[cardinality(parts)] and c.relkind in ('r', 'p', 'f', 'v', 'm')
    order by p.position
    limit 1);
end
$pg_ai$;
comment on function ai_private.find_relation(text, text[]) is 'The table that a name means along a path';
revoke all on function ai_private.find_relation(text, text[]) from public;
grant execute on function ai_private.find_relation(text, text[]) to ai_owner, ai_worker;
