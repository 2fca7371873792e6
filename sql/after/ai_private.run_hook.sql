-- Runs a hook of the phase post_commit for an event, in the transaction in which the worker records that it is done. For ai_worker; the hook runs as
-- ai_owner, like any other. A hook that is gone or disabled by now has nothing to do. Errors: PI301, PI303, PI304, and whatever the hook raises.
create function ai_private.run_hook(hook_name text, event_id bigint, event_at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  h ai.hooks;
  e ai.event_log;
  ctx jsonb;
  answer jsonb;
  problem text;
begin
  select x.* into h from ai.hooks x where x.name = hook_name and x.phase = 'post_commit' and x.enabled;
  -- The worker knows the time to the millisecond.
  select l.* into e from ai.event_log l where l.id = event_id and l.at between event_at - interval '1 ms' and event_at + interval '1 ms';
  if h.name is null or e.id is null then
    return;
  end if;
  problem := ai_private.hook_problem(h);
  if problem is not null then
    raise exception using errcode = 'PI304', message = ai_private.message('PI304', jsonb_build_object('hook', hook_name, 'reason', problem)),
      hint = ai_private.message('PI304.hint', '{}'), detail = jsonb_build_object('hook', hook_name, 'reason', problem)::text;
  end if;
  -- What the hook itself writes belongs to the same trace.
  perform set_config('pg_ai.trace_id', coalesce(e.trace_id, ''), true);
  ctx := jsonb_build_object(
    'inputs', null, 'row', case when e.operation <> 'delete' then e.payload end, 'old', case when e.operation = 'delete' then e.payload end,
    'actor', e.actor, 'operation', e.operation, 'table', e.entity,
    'event', jsonb_build_object('id', e.id::text, 'at', e.at, 'topic', e.topic, 'key', e.row_key, 'action', e.action, 'trace_id', e.trace_id));
  if h.language = 'javascript' then
    execute 'select nullif(ai_private.run_javascript($1, $2, $3), '''')::jsonb' into answer
    using format('hook.%s.%s', h.name, md5(h.code)), ctx::text, coalesce((h.settings ->> 'timeout_ms')::integer, 1000);
  else
    execute format('select %s($1)', coalesce(ai_private.routine_snapshot(h.function) ->> 'qualified', format('ai_gen.%I', '_hook_' || h.name))) into answer using ctx;
  end if;
  if jsonb_typeof(answer -> 'refuse') = 'object' then
    perform ai_private.refuse_by_hook(h.name, e.entity, e.operation, answer -> 'refuse');
  end if;
end
$pg_ai$;
alter function ai_private.run_hook(text, bigint, timestamptz) owner to ai_owner;
comment on function ai_private.run_hook(text, bigint, timestamptz) is 'Runs a hook after commit, for an event';
revoke all on function ai_private.run_hook(text, bigint, timestamptz) from public;
grant execute on function ai_private.run_hook(text, bigint, timestamptz) to ai_worker;
