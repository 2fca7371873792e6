-- The id after which to look for what a newer snapshot sees and a position does not: the mark's, but for transactions that the position takes for running, or that began
-- before its mark, and have ended by now.
create function ai_private.first_new_id(seen pg_snapshot, seen_boundary xid8, seen_id bigint, floor_id bigint, newer pg_snapshot)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when l.first is null then seen_id else least(seen_id, greatest(floor_id, ai_private.event_floor(l.first))) end
  from (
    select min(x.id) as first
    from (
      select x as id from pg_snapshot_xip(seen) as x where pg_visible_in_snapshot(x, newer)
      union all
      select pg_snapshot_xmax(seen) where pg_snapshot_xmax(seen) < seen_boundary and pg_snapshot_xmax(seen) < pg_snapshot_xmax(newer)
    ) as x
  ) as l
$pg_ai$;
comment on function ai_private.first_new_id(pg_snapshot, xid8, bigint, bigint, pg_snapshot) is 'The id after which to look for what is new';
revoke all on function ai_private.first_new_id(pg_snapshot, xid8, bigint, bigint, pg_snapshot) from public;
grant execute on function ai_private.first_new_id(pg_snapshot, xid8, bigint, bigint, pg_snapshot) to ai_owner;
