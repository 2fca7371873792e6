-- One compilation at a time, to the end of its transaction: functions of the router are shared, and PostgreSQL refuses to replace a function twice at
-- once. A table's lock and not an advisory one, which anybody could take and keep. Every writer of ai_private.prepared takes it first.
create function ai_private.lock_compiler()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  lock table ai_private.prepared in share row exclusive mode;
end
$pg_ai$;
alter function ai_private.lock_compiler() owner to ai_owner;
comment on function ai_private.lock_compiler() is 'Makes compilations wait for one another';
revoke all on function ai_private.lock_compiler() from public;
grant execute on function ai_private.lock_compiler() to ai_worker;
