-- A mark as of now: events of transactions from "boundary" on have ids above "id", because the id is read before this transaction gets its own, here or by the
-- caller ("read_before"). Where it has one already, the last mark before that is returned. It is kept for others if there were new events since the
-- last one; the newest thousand are, as cursors remember themselves how far back the oldest transaction goes that they still wait for.
create function ai_private.leave_mark(read_before bigint default null, out boundary xid8, out id bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
begin
  if pg_current_xact_id_if_assigned() is not null then
    boundary := pg_current_xact_id();
    id := ai_private.event_floor(boundary);
    return;
  end if;
  id := coalesce(read_before, ai_private.last_event_id());
  boundary := pg_current_xact_id();
  insert into ai_private.event_mark (boundary, id)
  select boundary, id where id > coalesce((select m.id from ai_private.event_mark m order by m.boundary desc limit 1), -1);
  if found and random() < 0.01 then
    delete from ai_private.event_mark m
    where m.boundary in (
      select k.boundary from ai_private.event_mark k
      where k.boundary < (select n.boundary from ai_private.event_mark n order by n.boundary desc offset 1000 limit 1)
      -- none waits for another
      for update skip locked
    );
  end if;
end
$pg_ai$;
comment on function ai_private.leave_mark(bigint) is 'From which id on the events of later transactions lie';
revoke all on function ai_private.leave_mark(bigint) from public;
grant execute on function ai_private.leave_mark(bigint) to ai_owner;
