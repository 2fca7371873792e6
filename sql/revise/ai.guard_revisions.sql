-- Looks after what was changed not long ago: a table or an action whose calls fail more often since then than its limit lets (policies of the
-- kind "limit", and limits of actions: max_error_rate) is put back to its last good revision. The worker calls it every few seconds, ai.maintain when it is called. Returns what was put back, or
-- could not be. Each is an event, too: pg_ai.rolled_back, pg_ai.rollback_failed. It does what the metrics say, so nobody gains by calling it.
-- For ai_worker and ai_admin.
create function ai.guard_revisions()
returns table (kind text, name text, from_revision bigint, to_revision bigint, reason text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
begin
  return query select * from ai_private.guard_tables();
  return query select * from ai_private.guard_actions();
end
$pg_ai$;
alter function ai.guard_revisions() owner to ai_owner;
comment on function ai.guard_revisions() is 'Puts back what fails since it was changed';
revoke all on function ai.guard_revisions() from public;
grant execute on function ai.guard_revisions() to ai_admin, ai_worker;
