-- Tells what a call would do, and does nothing: the checks in order with their outcome, the statement with its plan, the row's changes, what would
-- be audited and which events would be written, or why it would be refused. The call is really made and taken back, so triggers and constraints
-- speak for themselves; "side_effects" names the sequences that advance all the same.
-- Errors: PI101 to PI003 as ai.generate_mutation, 42501 when the caller may not call the operation. A refused call is an answer, not an error.
create function ai.explain_mutation(operation text, table_name text, inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return ai_private.explain(ai_private.find_operation(operation, table_name, pg_catalog.current_schemas(true)), inputs, options);
end
$pg_ai$;
comment on function ai.explain_mutation(text, text, jsonb, jsonb) is 'What a call would check, change, audit and emit, without doing it';
revoke all on function ai.explain_mutation(text, text, jsonb, jsonb) from public;
grant execute on function ai.explain_mutation(text, text, jsonb, jsonb) to ai_user, ai_admin;

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
    'checks', ai_private.check_outcomes(o.plan, refused, broken),
    'statement', jsonb_build_object('sql', o.plan #>> '{statement,sql}', 'parameters', o.plan #> '{statement,parameters}', 'plan', plan),
    'refused', refused,
    'result', report -> 'result',
    'diff', ai_private.row_changes(nullif(report #> '{audit,0,old_row}', 'null'), nullif(report #> '{audit,0,new_row}', 'null')),
    'audit', coalesce(report -> 'audit', '[]'),
    'events', coalesce(report -> 'events', '[]'),
    'side_effects', ai_private.side_effects(o.plan -> 'sideEffects', inputs));
end
$pg_ai$;
comment on function ai_private.explain(integer, jsonb, jsonb) is 'Behind ai.explain_mutation: the operation by its number';

-- Each check with its outcome: passed, failed, or not reached because something before it failed.
create function ai_private.check_outcomes(plan jsonb, refused jsonb, broken text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(c.value || jsonb_build_object('outcome', case
      when refused is null then 'passed'
      when refused ->> 'sqlstate' <> 'PI100' then 'passed'
      when exists (
        select from jsonb_array_elements(refused -> 'errors') as e
        where (e ->> 'field' is not distinct from c.value ->> 'field' or c.value ->> 'field' is null)
          and (e ->> 'code' = c.value ->> 'code' or c.value ->> 'code' = 'type' and e ->> 'code' in ('enum', 'range') and not c.value ? 'constraint')
          and (e #>> '{rule,constraint}' is not distinct from c.value #>> '{rule,constraint}' or c.value #>> '{rule,constraint}' is null)
      ) then 'failed'
      when exists (
        select from jsonb_array_elements(refused -> 'errors') as e
        where e ->> 'field' = c.value ->> 'field' and e ->> 'code' in ('required', 'notNull', 'type')
      ) then 'not reached'
      else 'passed'
    end) order by c.position), '[]')
    || coalesce((
      select jsonb_agg(jsonb_build_object('field', k.value #>> '{fields,0}', 'code', k.value ->> 'kind', 'rule', jsonb_build_object('constraint', k.value ->> 'constraint', 'fields', k.value -> 'fields'),
        'outcome', case when refused is null then 'passed' when k.value ->> 'constraint' = broken then 'failed' else 'not reached' end) order by k.position)
      from jsonb_array_elements(plan -> 'constraints') with ordinality as k (value, position)), '[]')
  from jsonb_array_elements(plan -> 'checks') with ordinality as c (value, position)
$pg_ai$;
comment on function ai_private.check_outcomes(jsonb, jsonb, text) is 'Checks of an operation with their outcome in one call';

-- The plan of an operation's statement for the inputs at hand, as EXPLAIN prints it. Prepared so that the statement keeps its parameters.
create function ai_private.plan_of(o ai.operation, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  statement constant jsonb := o.plan -> 'statement';
  parameter jsonb;
  types text[] := '{}';
  arguments text[] := '{}';
  argument text;
  line text;
  lines text[] := '{}';
begin
  for parameter in select p from jsonb_array_elements(statement -> 'parameters') as p loop
    types := types || (parameter ->> 'type');
    case parameter ->> 'from'
      when 'inputs' then argument := inputs::text;
      when 'options' then argument := options::text;
      else
        execute format('select r.v::text from jsonb_to_record($1) as r (v %s)', parameter ->> 'type')
        into argument using jsonb_build_object('v', inputs -> (parameter ->> 'name'));
    end case;
    arguments := arguments || format('%L', argument);
  end loop;
  if exists (select from pg_prepared_statements s where s.name = 'pg_ai_explained') then
    deallocate pg_ai_explained;
  end if;
  execute format('prepare pg_ai_explained%s as %s', coalesce('(' || nullif(array_to_string(types, ', '), '') || ')', ''), statement ->> 'sql');
  for line in execute format('explain execute pg_ai_explained%s', coalesce('(' || nullif(array_to_string(arguments, ', '), '') || ')', '')) loop
    lines := lines || line;
  end loop;
  deallocate pg_ai_explained;
  return to_jsonb(lines);
end
$pg_ai$;
comment on function ai_private.plan_of(ai.operation, jsonb, jsonb) is 'EXPLAIN of an operation''s statement';

-- For ai_private.explain alone, which has made sure that its caller may call the operation: a plan tells about the rows.
create function ai_private.plan_as_owner(dispatch_number integer, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by(stack, 'ai_private.explain(') then
    raise exception using errcode = '42501', message = 'ai_private.plan_as_owner is called by ai_private.explain only';
  end if;
  return ai_private.plan_of((select x from ai.operation x where x.dispatch = dispatch_number), inputs, options);
end
$pg_ai$;
alter function ai_private.plan_as_owner(integer, jsonb, jsonb) owner to ai_owner;
comment on function ai_private.plan_as_owner(integer, jsonb, jsonb) is 'EXPLAIN of an operation''s statement with the rights it runs with';
