-- schema.table for any spelling of a name, along a search_path; the name itself when there is no such table.
create function ai_private.table_by_name(table_name text, path name[])
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
declare
  parts text[];
begin
  begin
    parts := parse_ident(table_name);
  exception when others then
    return table_name;
  end;
  if cardinality(parts) = 3 and parts[1] = current_database() then
    parts := parts[2:];
  end if;
  if cardinality(parts) = 2 then
    return format('%I.%I', parts[1], parts[2]);
  end if;
  -- the first relation of that name along the path, as PostgreSQL itself finds it
  return coalesce((
    select format('%I.%I', p.name, parts[1])
    from unnest(path) with ordinality as p (name, position)
    join pg_namespace n on n.nspname = p.name
    join pg_class c on c.relnamespace = n.oid and c.relname = parts[1]
    order by p.position
    limit 1), table_name);
end
$pg_ai$;
comment on function ai_private.table_by_name(text, name[]) is 'A table''s full name by any spelling';
revoke all on function ai_private.table_by_name(text, name[]) from public;
grant execute on function ai_private.table_by_name(text, name[]) to ai_owner, ai_admin, ai_worker, ai_user;
