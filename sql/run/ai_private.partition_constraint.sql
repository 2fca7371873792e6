-- Columns of a constraint or unique index of one of a table's partitions, whose names are their own. Null when there is none.
create function ai_private.partition_constraint(table_name text, constraint_name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
  with part as (
    select r.relid::oid as oid
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral pg_partition_tree(c.oid) as r
    where c.relkind = 'p' and format('%I.%I', n.nspname, c.relname) = table_name
  ),
  broken as (
    select k.conrelid as relation, k.conkey as columns from part join pg_constraint k on k.conrelid = part.oid where k.conname = constraint_name
    union all
    select i.indrelid, i.indkey::int2[] from part join pg_index i on i.indrelid = part.oid join pg_class c on c.oid = i.indexrelid
    where c.relname = constraint_name
  )
  select jsonb_agg(a.attname order by u.position)
  from (select b.relation, b.columns from broken b limit 1) as b
  cross join lateral unnest(b.columns) with ordinality as u (attnum, position)
  join pg_attribute a on a.attrelid = b.relation and a.attnum = u.attnum
$pg_ai$;
comment on function ai_private.partition_constraint(text, text) is 'Columns of a constraint or unique index of one of a table''s partitions, whose names are their own';
revoke all on function ai_private.partition_constraint(text, text) from public;
grant execute on function ai_private.partition_constraint(text, text) to ai_owner, ai_admin, ai_user;
