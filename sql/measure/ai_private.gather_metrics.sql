-- Adds what is new to ai_private.metric. Returns the number of calls, or null where another session is doing it just now.
create function ai_private.gather_metrics()
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  here constant text := (select s.system_identifier::text from pg_control_system() as s);
  c ai_private.metric_cursor;
  -- Below this no transaction is running any more: what is committed there is all that ever will be.
  frontier xid8;
  gathered bigint;
begin
  -- The row's lock, and not an advisory one, which anybody could take and keep.
  select m.* into c from ai_private.metric_cursor m for update skip locked;
  if c.cluster is null then
    return null;
  end if;
  frontier := pg_snapshot_xmin(pg_current_snapshot());
  if c.cluster <> here then
    c.since := clock_timestamp();
    c.horizon := frontier;
  end if;
  -- A transaction with an older snapshot must not take the horizon back.
  frontier := greatest(frontier, c.horizon);
  with ended as (
    delete from ai_private.action_call a where a.transaction < frontier returning a.*
  ), fresh as materialized (
    select * from ai_private.fresh_calls(c, frontier)
    union all
    select date_trunc('minute', e.at), '', '', e.action, e.fingerprint, '', ai_private.bucket(e.elapsed_us), count(*), sum(e.elapsed_us)::bigint, max(e.elapsed_us)
    from ended e
    group by 1, 4, 5, 7
  ), added as (
    insert into ai_private.metric as m
    select f.* from fresh f
    on conflict (at, relation, operation, action, fingerprint, code, bucket) do update
    set calls = m.calls + excluded.calls, elapsed_us = m.elapsed_us + excluded.elapsed_us, longest_us = greatest(m.longest_us, excluded.longest_us)
  )
  select coalesce(sum(f.calls), 0) into gathered from fresh f;
  gathered := gathered + ai_private.gather_errors();
  perform ai_private.gather_breaches();
  update ai_private.metric_cursor m set cluster = here, since = c.since, at = clock_timestamp(), horizon = frontier;
  return gathered;
end
$pg_ai$;
alter function ai_private.gather_metrics() owner to ai_owner;
comment on function ai_private.gather_metrics() is 'Counts what has ended since the last time';
revoke all on function ai_private.gather_metrics() from public;
grant execute on function ai_private.gather_metrics() to ai_admin, ai_worker;
