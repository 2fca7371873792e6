-- Writes the registry and the functions of a declaration that is right.
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
  new_leaves integer[] := '{}';
  leaf integer;
begin
  perform ai_private.settle_errors();
  insert into ai.declaration (relation, qualified_name, fingerprint, state, problems, privileges, row_security, changed_at)
  values (target, name, print, 'ready', problems, compiled -> 'privileges', coalesce(compiled -> 'rowSecurity', '[]'), clock_timestamp())
  on conflict (relation) do update
  set qualified_name = excluded.qualified_name, fingerprint = excluded.fingerprint, state = excluded.state, problems = excluded.problems,
      privileges = excluded.privileges, row_security = excluded.row_security, changed_at = excluded.changed_at;
  delete from ai_private.held h where h.relation = target and h.refused <> ai_private.declared_comments(target);
  -- What was rolled back and had to wait for a compiler is still that.
  insert into ai.revision (qualified_name, fingerprint, state, declaration, problems, source, instead_of, reason)
  select name, print, 'ready', compiled -> 'declaration', put_in_force.problems, ai_private.table_source(target), w.instead_of, w.reason
  from (select) as one
  left join (
    select r.state, r.instead_of, r.reason from ai.revision r where r.kind = 'table' and r.qualified_name = name order by r.revision desc limit 1
  ) as w on w.state = 'pending';

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
      new_leaves := new_leaves || number / 64;
    end if;
    perform ai_private.create_functions(o);
    insert into ai.operation as p (relation, operation, qualified_name, dispatch, state, function_name, function_oid, bulk_function_name, input_schema, output_schema, plan, roles, description)
    values (target, o ->> 'operation', name, number, 'ready', o ->> 'functionName', to_regprocedure(format('ai_gen.%I(jsonb, jsonb)', o ->> 'functionName')), case when o ? 'bulkFunction' then o ->> 'bulkFunctionName' end, o -> 'inputSchema', o -> 'outputSchema', o -> 'plan',
      array(select jsonb_array_elements_text(o -> 'roles')), nullif(o ->> 'description', ''))
    on conflict (relation, operation) do update
    set qualified_name = excluded.qualified_name, state = excluded.state, function_oid = excluded.function_oid, input_schema = excluded.input_schema, output_schema = excluded.output_schema,
        bulk_function_name = excluded.bulk_function_name, plan = excluded.plan,
        roles = excluded.roles, description = excluded.description;
  end loop;
  perform ai_private.serve_hooks_of(target, name);
  if new_leaves = '{}' then
    perform ai_private.renew_plans();
  end if;
  for leaf in select distinct l from unnest(new_leaves) as l loop
    perform ai_private.refresh_route(leaf);
  end loop;
end
$pg_ai$;
comment on function ai_private.put_in_force(oid, text, text, jsonb, jsonb) is 'Writes the registry and the functions of a declaration that is right';
revoke all on function ai_private.put_in_force(oid, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.put_in_force(oid, text, text, jsonb, jsonb) to ai_owner;
