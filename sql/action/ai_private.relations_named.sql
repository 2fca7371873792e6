-- Tables that texts of SQL may name: each name in them, with its schema or without, that is one along a path. One too many does no harm: an action is
-- compiled once more than it needs to be. By the catalogs alone, so that it is the same for every role.
create function ai_private.relations_named(texts text[], path text[])
returns table (relation oid, written text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select distinct on (c.oid) c.oid, format('%I.%I', n.nspname, c.relname)
  from ai_private.names_in(texts) as w
  join pg_class c on c.relname = w.name and c.relkind in ('r', 'p', 'f', 'v', 'm')
  join pg_namespace n on n.oid = c.relnamespace
  where (n.nspname = w.schema or w.schema is null and n.nspname = any (path)) and not starts_with(n.nspname, 'pg_') and n.nspname not in ('information_schema', 'ai', 'ai_private', 'ai_gen')
  order by c.oid
$pg_ai$;
comment on function ai_private.relations_named(text[], text[]) is 'Tables that texts of SQL may name';
revoke all on function ai_private.relations_named(text[], text[]) from public;
grant execute on function ai_private.relations_named(text[], text[]) to ai_owner, ai_worker;
