-- Puts what was prepared in force: functions, their grants, the registry and the router. Returns the problems; "problems" with severity error
-- mean that the declaration is not in force.
create function ai_private.apply_prepared(target oid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  waiting ai_private.prepared;
  snapshot jsonb;
  problems jsonb;
begin
  perform ai_private.lock_compiler();
  delete from ai_private.prepared p where p.relation = target returning p.* into waiting;
  if waiting.relation is null then
    return '[]';
  end if;
  snapshot := ai_private.catalog_snapshot(target);
  if waiting.fingerprint <> ai_private.fingerprint(snapshot) then
    return jsonb_build_array(jsonb_build_object('severity', 'error', 'path', snapshot ->> 'qualified',
      'reason', 'the table has changed since it was compiled', 'suggestion', 'compile it again'));
  end if;
  problems := waiting.compiled -> 'diagnostics';
  if not (waiting.compiled ->> 'declares')::boolean then
    perform ai_private.forget(target);
    return problems;
  end if;
  -- Before anything of the table's own is run: a default's probe already calls the CHECKs of its domain.
  if ai_private.untrusted_owners(target) is not null then
    problems := problems || jsonb_build_object('severity', 'error', 'path', 'owner of ' || (snapshot ->> 'qualified'),
      'reason', format('operations run what belongs to the table as ai_owner, so its owner must be a member of ai_admin, and %s is not',
        ai_private.untrusted_owners(target)),
      'suggestion', format('grant ai_admin to %s', ai_private.untrusted_owners(target)));
    -- no fingerprint: looked at again as soon as anybody compiles, since a grant changes nothing of the table
    perform ai_private.mark(target, snapshot, null, 'inconsistent', problems);
    return problems;
  end if;
  problems := problems || ai_private.name_clashes(target, snapshot ->> 'qualified', waiting.compiled -> 'operations')
    || ai_private.failed_probes(waiting.compiled -> 'probes', ai_private.has_errors(problems));
  if ai_private.has_errors(problems) then
    perform ai_private.mark(target, snapshot, waiting.fingerprint, 'inconsistent', problems);
    return problems;
  end if;
  perform ai_private.put_in_force(target, snapshot ->> 'qualified', waiting.fingerprint, waiting.compiled, problems);
  return problems;
end
$pg_ai$;
alter function ai_private.apply_prepared(oid) owner to ai_owner;
comment on function ai_private.apply_prepared(oid) is 'Puts a prepared declaration in force';

create function ai_private.has_errors(problems jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select problems @> '[{"severity": "error"}]'
$pg_ai$;

-- Two tables must never share a function or a name. Names of functions end in a short hash where they would be too long, so one table can be
-- named to hit another's; and a table that was renamed while no event trigger watched still holds its old name, which it loses here.
create function ai_private.name_clashes(target oid, name text, operations jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  other record;
  clashes jsonb := '[]';
begin
  for other in
    select p.relation::oid as oid, p.qualified_name, min(p.function_name) as function_name,
      -- what waits to be compiled may bear the name of a function from before it was renamed
      bool_and(p.state = 'ready' and p.qualified_name = format('%I.%I', n.nspname, c.relname)) is true as still_so
    from ai.operation p
    left join pg_class c on c.oid = p.relation
    left join pg_namespace n on n.oid = c.relnamespace
    where p.relation <> target
      and (p.qualified_name = name or p.function_name in (select o ->> 'functionName' from jsonb_array_elements(operations) as o))
    group by p.relation, p.qualified_name
  loop
    if other.still_so then
      clashes := clashes || jsonb_build_object('severity', 'error', 'path', name,
        'reason', format('its function %I belongs to %s already', other.function_name, other.qualified_name), 'suggestion', 'give the table another name');
    else
      perform ai_private.forget(other.oid);
    end if;
  end loop;
  return clashes;
end
$pg_ai$;

-- What only the server can judge: regular expressions, default values, names of roles.
create function ai_private.failed_probes(probes jsonb, refused boolean)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  probe jsonb;
  failed jsonb := '[]';
begin
  for probe in select p from jsonb_array_elements(probes) as p loop
    begin
      execute probe ->> 'sql';
    exception when others then
      -- For what is refused anyway, nothing has been granted to ai_owner.
      continue when refused and sqlstate = '42501';
      failed := failed || jsonb_build_object('severity', 'error', 'path', probe ->> 'path',
        'reason', (probe ->> 'reason') || ' (' || sqlerrm || ')', 'suggestion', probe ->> 'suggestion');
    end;
  end loop;
  return failed;
end
$pg_ai$;

create function ai_private.put_in_force(target oid, name text, print text, compiled jsonb, problems jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  o jsonb;
  gone ai.operation;
  number integer;
begin
  insert into ai.declaration (relation, qualified_name, fingerprint, state, problems, privileges, changed_at)
  values (target, name, print, 'ready', problems, compiled -> 'privileges', clock_timestamp())
  on conflict (relation) do update
  set qualified_name = excluded.qualified_name, fingerprint = excluded.fingerprint, state = excluded.state, problems = excluded.problems,
      privileges = excluded.privileges, changed_at = excluded.changed_at;
  insert into ai.revision (qualified_name, fingerprint, state, declaration, problems)
  values (name, print, 'ready', compiled -> 'declaration', problems);

  for gone in
    select p.* from ai.operation p
    where p.relation = target
      -- also operations whose function has another name now, because the table has
      and not exists (select from jsonb_array_elements(compiled -> 'operations') as n where n ->> 'operation' = p.operation and n ->> 'functionName' = p.function_name)
  loop
    perform ai_private.drop_operation(gone);
  end loop;

  for o in select x from jsonb_array_elements(compiled -> 'operations') as x loop
    select p.dispatch into number from ai.operation p where p.relation = target and p.operation = o ->> 'operation';
    if number is null then
      -- Never a number that was in use before: a caller whose snapshot is older would reach the wrong function by it.
      number := nextval('ai_private.dispatch');
    end if;
    insert into ai.operation as p (relation, operation, qualified_name, dispatch, state, function_name, bulk_function_name, input_schema, output_schema, plan, roles, description)
    values (target, o ->> 'operation', name, number, 'ready', o ->> 'functionName', case when o ? 'bulkFunction' then o ->> 'bulkFunctionName' end, o -> 'inputSchema', o -> 'outputSchema', o -> 'plan',
      array(select jsonb_array_elements_text(o -> 'roles')), nullif(o ->> 'description', ''))
    on conflict (relation, operation) do update
    set qualified_name = excluded.qualified_name, state = excluded.state, input_schema = excluded.input_schema, output_schema = excluded.output_schema,
        bulk_function_name = excluded.bulk_function_name, plan = excluded.plan,
        roles = excluded.roles, description = excluded.description;
    perform ai_private.create_functions(o);
    update ai.operation p set function_oid = to_regprocedure(format('ai_gen.%I(jsonb, jsonb)', p.function_name)) where p.dispatch = number;
    perform ai_private.refresh_route(number);
  end loop;
end
$pg_ai$;

create function ai_private.create_functions(o jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  f record;
begin
  -- The typed function is made anew because its parameters may have changed; the other keeps its identity, and callers their plans.
  for f in select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname = o ->> 'typedFunctionName' loop
    execute format('drop function %s', f.signature);
  end loop;
  execute o ->> 'jsonFunction';
  if not o ? 'bulkFunction' and to_regprocedure(format('ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName')) is not null then
    execute format('drop function ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName');
  end if;
  if o ? 'typedFunction' then
    execute o ->> 'typedFunction';
  end if;
  if o ? 'bulkFunction' then
    execute o ->> 'bulkFunction';
  end if;
  for f in
    select p.oid::regprocedure as signature, p.proacl from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (o ->> 'typedFunctionName', o ->> 'functionName', o ->> 'bulkFunctionName')
  loop
    execute format('revoke all on function %s from public', f.signature);
    execute (
      select coalesce(string_agg(format('revoke all on function %s from %s;', f.signature, a.grantee::regrole), ' '), 'select')
      from aclexplode(f.proacl) as a
      where a.grantee <> 0 and a.grantee <> 'ai_owner'::regrole
    );
    execute (
      select string_agg(format('grant execute on function %s to %s;', f.signature, r.name), ' ')
      from jsonb_array_elements_text(o -> 'roles') as r (name)
    );
    execute format('comment on function %s is %s', f.signature, o ->> 'comment');
  end loop;
end
$pg_ai$;

create function ai_private.drop_operation(gone ai.operation)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  f record;
begin
  delete from ai.operation p where p.dispatch = gone.dispatch;
  perform ai_private.refresh_route(gone.dispatch);
  for f in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (gone.function_name, regexp_replace(gone.function_name, '__json$', ''), gone.bulk_function_name)
  loop
    execute format('drop function %s', f.signature);
  end loop;
end
$pg_ai$;

-- A table that declares nothing any more, or is gone.
create function ai_private.forget(target oid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  gone ai.operation;
begin
  perform ai_private.lock_compiler();
  for gone in select p.* from ai.operation p where p.relation = target loop
    perform ai_private.drop_operation(gone);
  end loop;
  insert into ai.revision (qualified_name, state)
  select d.qualified_name, 'withdrawn' from ai.declaration d where d.relation = target;
  delete from ai.declaration d where d.relation = target;
end
$pg_ai$;

do $do$
declare
  f regprocedure;
begin
  foreach f in array array['ai_private.has_errors(jsonb)', 'ai_private.failed_probes(jsonb, boolean)', 'ai_private.put_in_force(oid, text, text, jsonb, jsonb)',
    'ai_private.create_functions(jsonb)', 'ai_private.name_clashes(oid, text, jsonb)', 'ai_private.drop_operation(ai.operation)', 'ai_private.forget(oid)']::regprocedure[] loop
    execute pg_catalog.format('revoke all on function %s from public', f);
    execute pg_catalog.format('grant execute on function %s to ai_owner', f);
  end loop;
end
$do$;
