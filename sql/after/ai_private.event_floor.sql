-- The id up to which no event can belong to the transaction, or to one that got its id later: of the last mark before it, which one look at the index finds. Where two
-- made marks at once, the one before may say a little more.
create function ai_private.event_floor(first_transaction xid8)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce((select m.id from ai_private.event_mark m where m.boundary <= first_transaction order by m.boundary desc limit 1), 0)
$pg_ai$;
comment on function ai_private.event_floor(xid8) is 'The id up to which no event can belong to a transaction';
revoke all on function ai_private.event_floor(xid8) from public;
grant execute on function ai_private.event_floor(xid8) to ai_owner;
