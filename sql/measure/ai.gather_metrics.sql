-- Counts the calls that have ended since the last time, so that reading ai.metrics need not look at them one by one. The worker calls it every few
-- seconds, ai.maintain when it is called. Returns how many calls it has counted, null where another session is doing it just now.
-- For ai_worker and ai_admin.
create function ai.gather_metrics()
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  gathered bigint;
begin
  gathered := ai_private.gather_metrics();
  if gathered is not null then
    perform ai_private.free_error_cells();
    perform ai_private.settle_metrics();
  end if;
  return gathered;
end
$pg_ai$;
comment on function ai.gather_metrics() is 'Counts the calls that have ended since the last time';
revoke all on function ai.gather_metrics() from public;
grant execute on function ai.gather_metrics() to ai_admin, ai_worker;
