create function ai_private.explain(dispatch_number integer, inputs jsonb, given_options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  o constant ai.operation := (select x from ai.operation x where x.dispatch = dispatch_number);
  options constant jsonb := coalesce(given_options, '{}') - '{dry_run,idempotency_key}'::text[];
  report jsonb := '{}';
  refused jsonb;
  detail text;
  broken text;
  plan jsonb;
begin
  begin
    report := ai_private.rehearse(o.function_name, inputs, options, o.plan -> 'sideEffects');
  exception when others then
    if left(sqlstate, 2) in ('40', '53', '54', '57', '58', 'XX')
      or sqlstate = '42501' and not has_function_privilege(format('ai_gen.%I(jsonb, jsonb)', o.function_name), 'EXECUTE')
    then
      raise;
    end if;
    get stacked diagnostics detail = pg_exception_detail, broken = constraint_name;
    refused := jsonb_build_object('sqlstate', sqlstate, 'message', sqlerrm,
      'errors', coalesce(case when detail like '{"%' then detail::jsonb -> 'errors' end, '[]'));
  end;
  if refused ->> 'sqlstate' is distinct from 'PI100' and refused ->> 'sqlstate' is distinct from 'PI102' then
    plan := case o.plan ->> 'security'
      when 'definer' then ai_private.plan_as_owner(dispatch_number, inputs, options)
      else ai_private.plan_of(o, inputs, options)
    end;
  end if;
  return jsonb_build_object(
    'operation', o.operation,
    'table', o.qualified_name,
    'function', format('ai_gen.%I', o.function_name),
    'runs_as', case o.plan ->> 'security' when 'definer' then 'ai_owner' else current_user end,
    'roles', to_jsonb(o.roles),
    'declaration', o.plan ->> 'fingerprint', -- not from ai.declaration, which callers may not read
    'policies', ai_private.policy_outcomes(o.plan, refused ->> 'sqlstate', case when detail like '{"%' then detail::jsonb end),
    'checks', ai_private.check_outcomes(o.plan, refused, broken),
    'statement', jsonb_build_object('sql', o.plan #>> '{statement,sql}', 'parameters', o.plan #> '{statement,parameters}', 'plan', plan),
    'refused', refused,
    'result', report -> 'result',
    'diff', ai_private.row_changes(nullif(report #> '{audit,0,old_row}', 'null'), nullif(report #> '{audit,0,new_row}', 'null')),
    'audit', coalesce(report -> 'audit', '[]'),
    'events', coalesce(report -> 'events', '[]'),
    'side_effects', ai_private.side_effects(o.plan -> 'sideEffects', inputs))
    || case when o.plan ? 'hooks' then jsonb_build_object('hooks', o.plan -> 'hooks') else '{}' end;
end
$pg_ai$;
comment on function ai_private.explain(integer, jsonb, jsonb) is 'Behind ai.explain_mutation: the operation by its number';
revoke all on function ai_private.explain(integer, jsonb, jsonb) from public;
grant execute on function ai_private.explain(integer, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
