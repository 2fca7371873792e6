-- What was done since ai_private.touched_tables() was asked: {"rows": 3, "statements": ["insert"], "tables": {"public.item": {"insert": 3}}}.
create function ai_private.touched_since(before jsonb)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with done as (
    select t.key::oid as relation, k.kind, (t.value ->> k.position)::bigint - coalesce((before -> t.key ->> k.position)::bigint, 0) as rows
    from jsonb_each(ai_private.touched_tables()) as t
    cross join (values (0, 'insert'), (1, 'update'), (2, 'delete')) as k (position, kind)
  ), by_table as (
    select d.relation, jsonb_object_agg(d.kind, d.rows) as kinds from done d where d.rows > 0 group by d.relation
  )
  select jsonb_build_object(
    'rows', coalesce((select sum(d.rows) from done d where d.rows > 0), 0),
    'statements', coalesce((select jsonb_agg(distinct d.kind) from done d where d.rows > 0), '[]'),
    'tables', coalesce((
      select jsonb_object_agg(format('%I.%I', n.nspname, c.relname), b.kinds)
      from by_table b join pg_class c on c.oid = b.relation join pg_namespace n on n.oid = c.relnamespace), '{}'))
$pg_ai$;
comment on function ai_private.touched_since(jsonb) is 'Rows that the transaction has touched since then';
revoke all on function ai_private.touched_since(jsonb) from public;
grant execute on function ai_private.touched_since(jsonb) to ai_owner, ai_admin, ai_user;
