-- The same for actions: the row of ai.meta_actions is written back.
create function ai_private.guard_actions()
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
  problems jsonb;
begin
  kind := 'action';
  for t in
    select a.action_name, a.fingerprint, r.revision, r.at, r.declaration,
      (a.limits ->> 'maxErrorRate')::numeric as most, (a.limits ->> 'minCalls')::bigint as fewest
    from ai.action a
    cross join lateral (select x.* from ai.revision x where x.kind = 'action' and x.qualified_name = a.action_name order by x.revision desc limit 1) as r
    where a.state = 'ready' and a.limits ? 'maxErrorRate' and r.state = 'ready' and r.reason is null and r.fingerprint = a.fingerprint
      and r.at > clock_timestamp() - make_interval(secs => (a.limits ->> 'watchSeconds')::float8)
    order by a.action_name
  loop
    select * into now_ from ai_private.calls_under(t.fingerprint, '', '', t.action_name, t.at);
    continue when now_.calls < t.fewest or now_.failed <= t.most * now_.calls;
    -- The last one that is known to be good, else the last one of which nobody knows.
    chosen := null;
    for earlier in
      select r as revision, c.calls, c.failed
      from (select x.* from ai_private.revisions_before('action', t.action_name, t.declaration) as x limit 10) as r
      cross join lateral ai_private.calls_under(r.fingerprint, '', '', t.action_name, r.at) as c
      where c.calls < t.fewest or c.failed <= t.most * c.calls
      order by c.calls >= t.fewest desc, r.revision desc
      limit 1
    loop
      chosen := earlier.revision;
      before := earlier;
    end loop;
    continue when chosen.revision is null;
    name := t.action_name;
    from_revision := t.revision;
    to_revision := chosen.revision;
    begin
      perform ai_private.lock_compiler();
      -- Somebody may have changed it while this waited.
      continue when not exists (select from ai.action a where a.action_name = t.action_name and a.fingerprint = t.fingerprint);
      perform ai_private.write_action(t.action_name, chosen.declaration);
      perform ai_private.put_back_action_program(t.action_name, chosen.declaration);
      select ai_private.declare_action(t.action_name) into problems;
      if ai_private.has_errors(problems) then
        perform ai_private.refuse_program('action', t.action_name, problems);
      end if;
      reason := format('%s of %s calls failed under revision %s, more than %s', now_.failed, now_.calls, t.revision, t.most);
      perform ai_private.announce_rollback('action', t.action_name, t.revision, chosen.revision, reason,
        jsonb_build_object('calls', now_.calls, 'failed', now_.failed, 'errors', now_.errors, 'limit', t.most,
          'before', jsonb_build_object('calls', before.calls, 'failed', before.failed)));
    exception when others then
      if left(sqlstate, 2) in ('40', '55', '57') then
        -- the next time will do
        continue;
      end if;
      to_revision := null;
      reason := format('%s of %s calls failed, and revision %s cannot be put back: %s', now_.failed, now_.calls, chosen.revision, sqlerrm);
      perform ai_private.announce_failed_rollback('action', t.action_name, t.revision, reason);
    end;
    return next;
  end loop;
end
$pg_ai$;
comment on function ai_private.guard_actions() is 'Puts actions back whose calls fail since they were changed';
revoke all on function ai_private.guard_actions() from public;
grant execute on function ai_private.guard_actions() to ai_owner;
