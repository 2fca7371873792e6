-- Whether a position may not have seen all that is there: events came since, or a transaction has ended for which it has to wait. Cheap, and wrong only by saying yes.
create function ai_private.may_be_news(seen pg_snapshot, seen_boundary xid8, seen_id bigint, last_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select last_id > seen_id
    or pg_snapshot_xmax(seen) < seen_boundary and pg_snapshot_xmax(pg_current_snapshot()) > pg_snapshot_xmax(seen)
    or exists (select from pg_snapshot_xip(seen) as x where pg_visible_in_snapshot(x, pg_current_snapshot()))
$pg_ai$;
comment on function ai_private.may_be_news(pg_snapshot, xid8, bigint, bigint) is 'Whether a position may not have seen all that is there';
revoke all on function ai_private.may_be_news(pg_snapshot, xid8, bigint, bigint) from public;
grant execute on function ai_private.may_be_news(pg_snapshot, xid8, bigint, bigint) to ai_owner;
