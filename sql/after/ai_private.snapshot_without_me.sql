-- The current snapshot, in which this transaction itself counts as running: what it has written and will write comes after.
create function ai_private.snapshot_without_me()
returns pg_snapshot
language sql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case
      when me is null or me >= pg_snapshot_xmax(now) then now
      else format('%s:%s:%s', least(me, pg_snapshot_xmin(now)), pg_snapshot_xmax(now),
        (select string_agg(x::text, ',' order by x) from (select me as x union select * from pg_snapshot_xip(now)) as running))::pg_snapshot
    end
  from (select pg_current_snapshot() as now, pg_current_xact_id_if_assigned() as me) as s
$pg_ai$;
comment on function ai_private.snapshot_without_me() is 'The current snapshot, before this transaction';
revoke all on function ai_private.snapshot_without_me() from public;
grant execute on function ai_private.snapshot_without_me() to ai_owner;
