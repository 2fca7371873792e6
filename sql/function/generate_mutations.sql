-- Many calls of one operation at once: inputs_array is a JSON array of inputs. Compiled set-based, so that a row costs a fraction of a call.
-- All or nothing by default: the answer is an array of rows in the order of the inputs, or PI110 with the errors of every wrong row by index.
-- options: on_error "skip" keeps the good rows and answers {"results": [row or null, …], "errors": [{"index", "sqlstate", "message", "errors"}, …],
-- "succeeded", "failed"}; idempotency_key and dry_run as in ai.generate_mutation.
-- Errors: PI110, PI111 (not an array), and those of ai.generate_mutation.
create function ai.generate_mutations(operation text, table_name text, inputs_array jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return ai_private.bulk(ai_private.find_operation(operation, table_name, pg_catalog.current_schemas(true)), inputs_array, options);
end
$pg_ai$;
comment on function ai.generate_mutations(text, text, jsonb, jsonb) is
  'Runs an operation for an array of inputs: all or nothing, or with {"on_error": "skip"} the good rows and the errors of the others';
revoke all on function ai.generate_mutations(text, text, jsonb, jsonb) from public;
grant execute on function ai.generate_mutations(text, text, jsonb, jsonb) to ai_user, ai_admin;

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
  kept jsonb;
  report text;
  answer jsonb;
begin
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
      raise exception using errcode = 'PI199', message = jsonb_build_object('dry_run', true, 'result', answer, 'side_effects', o.plan -> 'sideEffects')::text;
    exception when sqlstate 'PI199' then
      report := sqlerrm;
    end;
    return report::jsonb;
  end if;
  if options ? 'idempotency_key' then
    kept := ai_private.claim_key(options ->> 'idempotency_key', o.qualified_name || '.' || o.operation || '[]:' || inputs::text || (options - 'idempotency_key')::text);
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

-- Tries all rows in one statement. A set that is refused is halved, down to single calls: so the good rows of a large set go in by few statements,
-- each bad row is told as by a single call, and two rows about the same thing are done one after the other.
create function ai_private.bulk_rows(o ai.operation, inputs jsonb[], skip boolean)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  -- Enough rows for the cost of a statement to vanish, few enough to keep in memory at once.
  most_at_once constant integer := 20000;
  -- Errors told in one go; a set that is all wrong need not be tried to its end.
  most_errors constant integer := 1000;
  total constant integer := cardinality(inputs);
  answers jsonb[] := '{}';
  errors jsonb[] := '{}';
  -- what is still to be done, as ranges, the next one last
  lows integer[] := '{}';
  highs integer[] := '{}';
  low integer;
  high integer;
  middle integer;
  answer jsonb;
  detail text;
begin
  for i in reverse (total - 1) / most_at_once .. 0 loop
    lows := lows || (i * most_at_once + 1);
    highs := highs || least((i + 1) * most_at_once, total);
  end loop;
  while total > 0 and cardinality(lows) > 0 loop
    low := lows[cardinality(lows)];
    high := highs[cardinality(highs)];
    lows := trim_array(lows, 1);
    highs := trim_array(highs, 1);
    begin
      if low < high and o.bulk_function_name is not null then
        execute format('select ai_gen.%I($1)', o.bulk_function_name) into answer using inputs[low:high];
        answers := answers || array(select e.value from jsonb_array_elements(answer) with ordinality as e (value, position) order by e.position);
      elsif low < high then
        raise exception using errcode = 'PI198', message = 'a set of calls is split';
      else
        execute format('select ai_gen.%I($1, ''{}'')', o.function_name) into answer using inputs[low];
        answers := answers || array[answer];
      end if;
    exception when others then
      -- Not about a row: deadlocks, time-outs, lack of memory, a stopping server. These end the whole call.
      if left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58', 'XX') or sqlstate = 'PI900' then
        raise;
      end if;
      if low < high then
        middle := low + (high - low) / 2;
        lows := lows || (middle + 1) || low;
        highs := highs || high || middle;
      else
        get stacked diagnostics detail = pg_exception_detail;
        answers := answers || null::jsonb;
        errors := errors || jsonb_build_object('index', low - 1, 'sqlstate', sqlstate, 'message', sqlerrm,
          'errors', coalesce(case when detail like '{"%' then detail::jsonb -> 'errors' end, '[]'));
      end if;
    end;
    exit when not skip and cardinality(errors) >= most_errors;
  end loop;
  if skip then
    return jsonb_build_object('results', to_jsonb(answers), 'errors', to_jsonb(errors), 'succeeded', total - cardinality(errors), 'failed', cardinality(errors));
  end if;
  if cardinality(errors) > 0 then
    raise exception using
      errcode = 'PI110',
      message = ai_private.message('PI110', jsonb_build_object('table', o.qualified_name, 'operation', o.operation, 'count', cardinality(errors), 'total', total,
        'index', errors[1] -> 'index', 'message', errors[1] ->> 'message')),
      detail = jsonb_build_object('table', o.qualified_name, 'operation', o.operation, 'errors', to_jsonb(errors))::text,
      hint = ai_private.message('PI110.hint', '{}');
  end if;
  return to_jsonb(answers);
end
$pg_ai$;
comment on function ai_private.bulk_rows(ai.operation, jsonb[], boolean) is 'Runs an operation for a set of inputs, halving what is refused';
