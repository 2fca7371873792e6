create function ai_private.bulk(dispatch_number integer, inputs jsonb, given_options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  o constant ai.operation := (select x from ai.operation x where x.dispatch = dispatch_number);
  options constant jsonb := coalesce(given_options, '{}');
  known constant text[] := '{dry_run,idempotency_key,on_error}';
  request text;
  kept jsonb;
  report text;
  answer jsonb;
begin
  if not has_function_privilege(format('ai_gen.%I(jsonb, jsonb)', o.function_name), 'EXECUTE') then
    -- before a key is looked up, and once instead of for each row
    raise exception using errcode = '42501', message = format('permission denied for function %s', o.function_name);
  end if;
  if options <> '{}' then
    perform ai_private.check_options(o.qualified_name, o.operation, options, known);
  end if;
  if jsonb_typeof(inputs) is distinct from 'array' or o.operation = 'fetch' then
    raise exception using errcode = 'PI111',
      message = ai_private.message('PI111', jsonb_build_object('table', o.qualified_name, 'operation', o.operation)),
      hint = ai_private.message('PI111.hint', '{}');
  end if;
  if options -> 'dry_run' = 'true' then
    begin
      answer := ai_private.bulk(dispatch_number, inputs, options - '{dry_run,idempotency_key}'::text[]);
      set constraints all immediate;
      raise exception using errcode = 'PI199', message = jsonb_build_object('dry_run', true, 'result', answer, 'side_effects', ai_private.side_effects(o.plan -> 'sideEffects', inputs))::text;
    exception when sqlstate 'PI199' then
      report := sqlerrm;
    end;
    return report::jsonb;
  end if;
  if options ? 'idempotency_key' then
    request := o.qualified_name || '.' || o.operation || '[]:' || inputs::text || (options - 'idempotency_key')::text;
    if o.plan ? 'secret' then
      request := ai_private.keyed_request(request);
    end if;
    kept := ai_private.claim_key(options ->> 'idempotency_key', request);
    if kept is not null then
      return kept -> 'answer';
    end if;
  end if;
  answer := ai_private.bulk_rows(o, array(select e.value from jsonb_array_elements(inputs) with ordinality as e (value, position) order by e.position),
    coalesce(options ->> 'on_error', 'abort') = 'skip');
  if options ? 'idempotency_key' then
    return ai_private.keep_answer(options ->> 'idempotency_key', answer);
  end if;
  return answer;
end
$pg_ai$;
comment on function ai_private.bulk(integer, jsonb, jsonb) is 'Behind ai.generate_mutations: the operation by its number';
revoke all on function ai_private.bulk(integer, jsonb, jsonb) from public;
grant execute on function ai_private.bulk(integer, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
