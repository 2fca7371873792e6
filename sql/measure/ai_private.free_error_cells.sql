-- Gives cells back in which nothing has happened since they were gathered, by a transaction that has committed. The session's lock and not the
-- transaction's, so that nobody who fails meanwhile waits for more than this.
create function ai_private.free_error_cells()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  locks constant integer := 'ai_private.error_elsewhere'::regclass::oid::bigint::bit(32)::integer;
  s ai_private.error_seen;
  name regclass;
begin
  for s in
    select x.* from ai_private.error_seen x
    join ai_private.error_cells() as c on c.cell = x.cell
    where x.cell >= 0 and c.fresh = 0 and x.transaction < pg_snapshot_xmin(pg_current_snapshot())
  loop
    name := format('ai_private.error_cell_%s', s.cell)::regclass;
    begin
      if pg_try_advisory_lock(locks, s.cell) then
        if pg_sequence_last_value(name) = s.subject << 17 | s.errors then
          perform setval(name, 1, false);
          delete from ai_private.error_seen x where x.cell = s.cell;
        end if;
        perform pg_advisory_unlock(locks, s.cell);
      end if;
    exception when others or query_canceled then
      perform pg_advisory_unlock(locks, s.cell);
      raise;
    end;
  end loop;
end
$pg_ai$;
alter function ai_private.free_error_cells() owner to ai_owner;
comment on function ai_private.free_error_cells() is 'Gives error cells back that are gathered';
revoke all on function ai_private.free_error_cells() from public;
grant execute on function ai_private.free_error_cells() to ai_admin, ai_worker;
