-- The id up to which every event is seen from a position. What the snapshot takes for running, and what began before the mark and after the snapshot's end, may lie
-- below the mark's id.
create function ai_private.seen_floor(seen pg_snapshot, seen_boundary xid8, seen_id bigint)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when pg_snapshot_xmin(seen) >= seen_boundary then seen_id else least(seen_id, ai_private.event_floor(pg_snapshot_xmin(seen))) end
$pg_ai$;
comment on function ai_private.seen_floor(pg_snapshot, xid8, bigint) is 'The id up to which every event is seen from a position';
revoke all on function ai_private.seen_floor(pg_snapshot, xid8, bigint) from public;
grant execute on function ai_private.seen_floor(pg_snapshot, xid8, bigint) to ai_owner;
