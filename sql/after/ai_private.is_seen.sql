-- Whether an event is seen from a position. That is a snapshot, which knows what was committed; and a mark, the transaction id from which on all native events have
-- ids above its id: what has such a transaction and a lower id was written in another cluster, before a dump. '1:1:' with the boundary 1 and an id therefore
-- sees exactly what has ids up to it.
create function ai_private.is_seen(event_transaction xid8, event_id bigint, seen pg_snapshot, seen_boundary xid8, seen_id bigint)
returns boolean
language sql
immutable
parallel safe
as $pg_ai$
  select pg_catalog.pg_visible_in_snapshot(event_transaction, seen)
    or event_transaction operator(pg_catalog.>=) seen_boundary and event_id operator(pg_catalog.<=) seen_id
$pg_ai$;
comment on function ai_private.is_seen(xid8, bigint, pg_snapshot, xid8, bigint) is 'Whether an event is seen from a position';
revoke all on function ai_private.is_seen(xid8, bigint, pg_snapshot, xid8, bigint) from public;
grant execute on function ai_private.is_seen(xid8, bigint, pg_snapshot, xid8, bigint) to ai_owner;
