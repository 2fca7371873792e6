-- Tables with a limit on errors that have changed not long ago: where more calls of an operation fail since then than the limit lets, the
-- last good revision comes back; where there is none under which fewer failed, none does. A revision that came by a rollback is not judged: what fails under it did not come with a change.
create function ai_private.guard_tables()
returns table (kind text, name text, from_revision bigint, to_revision bigint, reason text)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  t record;
  now_ record;
  earlier record;
  before record;
  chosen ai.revision;
begin
  kind := 'table';
  for t in
    select d.relation::oid as target, d.qualified_name, d.fingerprint, o.operation, r.revision, r.at,
      (o.plan #>> '{limits,maxErrorRate}')::numeric as most, (o.plan #>> '{limits,minCalls}')::bigint as fewest,
      make_interval(secs => (o.plan #>> '{limits,watchSeconds}')::float8) as watch
    from ai.operation o
    join ai.declaration d on d.relation = o.relation and d.state = 'ready'
    cross join lateral (select x.* from ai.revision x where x.kind = 'table' and x.qualified_name = d.qualified_name order by x.revision desc limit 1) as r
    where o.plan #> '{limits,maxErrorRate}' is not null and r.state = 'ready' and r.reason is null
      and r.at > clock_timestamp() - make_interval(secs => (o.plan #>> '{limits,watchSeconds}')::float8)
    order by d.qualified_name, o.operation
  loop
    continue when name = t.qualified_name;
    select * into now_ from ai_private.calls_under(t.fingerprint, t.qualified_name, t.operation, '', t.at);
    continue when now_.calls < t.fewest or now_.failed <= t.most * now_.calls;
    -- The last one that is known to be good, else the last one of which nobody knows.
    chosen := null;
    for earlier in
      select r as revision, c.calls, c.failed
      from (select x.* from ai_private.revisions_before('table', t.qualified_name, ai_private.table_source(t.target)) as x limit 10) as r
      cross join lateral ai_private.calls_under(r.fingerprint, t.qualified_name, t.operation, '', r.at) as c
      where c.calls < t.fewest or c.failed <= t.most * c.calls
      order by c.calls >= t.fewest desc, r.revision desc
      limit 1
    loop
      chosen := earlier.revision;
      before := earlier;
    end loop;
    continue when chosen.revision is null;
    name := t.qualified_name;
    from_revision := t.revision;
    to_revision := chosen.revision;
    begin
      perform ai_private.lock_compiler();
      -- Somebody may have changed it while this waited.
      continue when not exists (select from ai.declaration d where d.relation = t.target and d.fingerprint = t.fingerprint);
      perform ai_private.roll_back_table(t.target, chosen);
      reason := format('%s of %s calls of %s failed under revision %s, more than %s', now_.failed, now_.calls, t.operation, t.revision, t.most);
      perform ai_private.announce_rollback('table', t.qualified_name, t.revision, chosen.revision, reason,
        jsonb_build_object('operation', t.operation, 'calls', now_.calls, 'failed', now_.failed, 'errors', now_.errors, 'limit', t.most,
          'before', jsonb_build_object('calls', before.calls, 'failed', before.failed)));
    exception when others then
      if left(sqlstate, 2) in ('40', '55', '57') then
        -- the next time will do
        continue;
      end if;
      to_revision := null;
      reason := format('%s of %s calls of %s failed, and revision %s cannot be put back: %s', now_.failed, now_.calls, t.operation, chosen.revision, sqlerrm);
      perform ai_private.announce_failed_rollback('table', t.qualified_name, t.revision, reason);
    end;
    return next;
  end loop;
end
$pg_ai$;
comment on function ai_private.guard_tables() is 'Puts tables back whose calls fail since they were changed';
revoke all on function ai_private.guard_tables() from public;
grant execute on function ai_private.guard_tables() to ai_owner;
