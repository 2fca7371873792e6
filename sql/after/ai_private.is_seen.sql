-- Whether an event is seen from a position, which is a snapshot and the last id that there could be before it was taken: the snapshot sees its transaction;
-- or the transaction is none that the snapshot could know, and the id says that the event was there all the same: it was written in another cluster, before
-- a dump. '1:1:' with an id therefore sees exactly what has ids up to it.
create function ai_private.is_seen(event_transaction xid8, event_id bigint, seen pg_snapshot, seen_id bigint)
returns boolean
language sql
immutable
parallel safe
as $pg_ai$
  select pg_catalog.pg_visible_in_snapshot(event_transaction, seen)
    or event_transaction operator(pg_catalog.>=) pg_catalog.pg_snapshot_xmax(seen) and event_id operator(pg_catalog.<=) seen_id
$pg_ai$;
comment on function ai_private.is_seen(xid8, bigint, pg_snapshot, bigint) is 'Whether an event is seen from a position';
revoke all on function ai_private.is_seen(xid8, bigint, pg_snapshot, bigint) from public;
grant execute on function ai_private.is_seen(xid8, bigint, pg_snapshot, bigint) to ai_owner;
