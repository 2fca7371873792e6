-- How many rows the transaction has inserted, updated and deleted so far, by table: PostgreSQL's own counters, so triggers, cascades and whatever is
-- called are in them, and so is what was taken back by a savepoint. pg_ai's own tables are left out. With track_counts = off there are none.
create function ai_private.touched_tables()
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(c.oid, jsonb_build_array(t.inserted, t.updated, t.deleted)), '{}')
  from pg_class c
  cross join lateral (
    select pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid)
  ) as t (inserted, updated, deleted)
  where c.relkind = 'r' and c.relnamespace <> all ('{pg_catalog,information_schema,ai,ai_private}'::regnamespace[])
    and t.inserted + t.updated + t.deleted > 0
$pg_ai$;
comment on function ai_private.touched_tables() is 'Rows that the transaction has touched, by table';
revoke all on function ai_private.touched_tables() from public;
grant execute on function ai_private.touched_tables() to ai_owner, ai_admin, ai_user;
