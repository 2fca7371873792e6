-- Calls of actions that are not gathered yet, as rows of ai_private.metric. Nothing on a replica, which has no unlogged tables.
create function ai_private.action_calls_since(since timestamptz)
returns setof ai_private.metric
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if pg_is_in_recovery() then
    return;
  end if;
  return query
  select date_trunc('minute', c.at), '', '', c.action, c.fingerprint, '', ai_private.bucket(c.elapsed_us), count(*), sum(c.elapsed_us)::bigint, max(c.elapsed_us)
  from ai_private.action_call c
  where c.at >= date_trunc('minute', since)
  group by 1, 4, 5, 7;
end
$pg_ai$;
comment on function ai_private.action_calls_since(timestamptz) is 'Calls of actions since the last gathering';
revoke all on function ai_private.action_calls_since(timestamptz) from public;
grant execute on function ai_private.action_calls_since(timestamptz) to ai_owner;
