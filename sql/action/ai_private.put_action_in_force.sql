-- Writes the registry and the functions of an action that is right.
create function ai_private.put_action_in_force(name text, print text, compiled jsonb, problems jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  f jsonb;
  g record;
  known ai.action;
  kept regprocedure[] := '{}';
  names constant text[] := array(select x ->> 'name' from jsonb_array_elements(compiled -> 'functions') as x);
  switched_on constant boolean := (select m.enabled from ai.meta_actions m where m.action_name = name);
begin
  perform ai_private.settle_errors();
  select a.* into known from ai.action a where a.action_name = name;
  for f in select x from jsonb_array_elements(compiled -> 'functions') as x loop
    execute f ->> 'text';
    kept := kept || (f ->> 'signature')::regprocedure;
  end loop;
  -- Helpers that are gone, or took other parameters.
  for g in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname = any (known.helpers || known.function_name || names) and p.oid::regprocedure <> all (kept)
  loop
    execute format('drop function %s', g.signature);
  end loop;
  for g in
    select p.oid::regprocedure as signature, p.proacl, (x ->> 'callable')::boolean as callable
    from jsonb_array_elements(compiled -> 'functions') as x join pg_proc p on p.oid = (x ->> 'signature')::regprocedure
  loop
    execute format('revoke all on function %s from public', g.signature);
    execute (
      select coalesce(string_agg(format('revoke all on function %s from %s;', g.signature, a.grantee::regrole), ' '), 'select')
      from aclexplode(g.proacl) as a
      where a.grantee <> 0 and a.grantee <> 'ai_owner'::regrole
    );
    if g.callable then
      execute (
        select string_agg(format('grant execute on function %s to %s;', g.signature, r.name), ' ')
        from jsonb_array_elements_text(compiled -> 'roles') as r (name)
      );
    end if;
    execute format('comment on function %s is %s', g.signature, compiled ->> 'comment');
  end loop;
  -- Of hooks, what the action calls with its caller's rights.
  for g in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (select jsonb_array_elements_text(compiled -> 'helpers'))
  loop
    execute (
      select string_agg(format('grant execute on function %s to %s;', g.signature, r.name), ' ')
      from jsonb_array_elements_text(compiled -> 'roles') as r (name)
    );
  end loop;

  insert into ai.action as a (action_name, dispatch, state, function_name, function_oid, helpers, language, security, input_schema, output_schema, roles,
    description, fingerprint, problems, privileges, limits, described, relations, calls, changed_at)
  values (name, coalesce(known.dispatch, nextval('ai_private.dispatch')), 'ready', compiled ->> 'functionName', kept[1]::oid,
    array(select n from unnest(names) as n where n <> compiled ->> 'functionName'), compiled ->> 'language', compiled ->> 'security',
    compiled -> 'inputSchema', compiled -> 'outputSchema', array(select jsonb_array_elements_text(compiled -> 'roles')), nullif(compiled ->> 'description', ''),
    print, problems, compiled -> 'privileges', coalesce(compiled -> 'limits', '{}'), coalesce(compiled -> 'described', '{}'), ai_private.relations_of_action(name), ai_private.calls_of_action(name), clock_timestamp())
  on conflict (action_name) do update
  set dispatch = excluded.dispatch, state = excluded.state, function_name = excluded.function_name, function_oid = excluded.function_oid, helpers = excluded.helpers,
      language = excluded.language, security = excluded.security, input_schema = excluded.input_schema, output_schema = excluded.output_schema, roles = excluded.roles,
      description = excluded.description, fingerprint = excluded.fingerprint, problems = excluded.problems, privileges = excluded.privileges, limits = excluded.limits,
      described = excluded.described,
      relations = excluded.relations, calls = excluded.calls, changed_at = excluded.changed_at;
  if not switched_on then
    perform ai_private.mark_action(name, print, 'disabled', problems);
    return;
  end if;
  perform ai_private.note_action(name, print, 'ready', problems);
  -- The router knows the function already, unless it is a new one; plans of calls are made anew in any case.
  perform ai_private.refresh_route(a.dispatch / 64) from ai.action a where a.action_name = name;
  -- Inside the database callers are compiled again by the trigger; outside they wait for their turn.
  if to_regprocedure('ai_private.compile_text(text)') is null then
    perform ai_private.mark_action(c.action_name, c.now, 'pending', '[]')
    from (
      select a.action_name, a.fingerprint, ai_private.fingerprint(ai_private.action_snapshot(a.action_name)) as now
      from ai.action a where a.calls @> array[name] and a.state = 'ready'
    ) as c
    where c.fingerprint is distinct from c.now;
  end if;
end
$pg_ai$;
comment on function ai_private.put_action_in_force(text, text, jsonb, jsonb) is 'Writes the registry and the functions of an action that is right';
revoke all on function ai_private.put_action_in_force(text, text, jsonb, jsonb) from public;
grant execute on function ai_private.put_action_in_force(text, text, jsonb, jsonb) to ai_owner;
