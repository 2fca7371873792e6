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

-- Tries all rows in one statement. A set that is refused is split, and so on down to single calls: so the good rows of a large set go in by few
-- statements, each bad row is told as by a single call, and two rows about the same thing are done one after the other.
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
  -- Into so many parts a set is split that was refused: halves would try a row more often before they are small enough to be without errors.
  parts constant integer := 16;
  -- Errors told in one go; a set that is all wrong need not be tried to its end.
  most_errors constant integer := 1000;
  total constant integer := cardinality(inputs);
  in_sets constant boolean := o.bulk_function_name is not null and not (o.operation = 'upsert' and ai_private.changes_before_insert(o.relation));
  answers jsonb[] := '{}';
  errors jsonb[] := '{}';
  some_inputs jsonb[];
  -- what is still to be done of these, as ranges, the next one last
  lows integer[];
  highs integer[];
  low integer;
  high integer;
  step integer;
  answer jsonb;
  detail text;
begin
  <<sets>>
  for done in 0 .. total - 1 by most_at_once loop
    some_inputs := inputs[done + 1:least(done + most_at_once, total)];
    lows := array[1];
    highs := array[cardinality(some_inputs)];
    while cardinality(lows) > 0 loop
      low := lows[cardinality(lows)];
      high := highs[cardinality(highs)];
      lows := trim_array(lows, 1);
      highs := trim_array(highs, 1);
      begin
        if low = high then
          execute format('select ai_gen.%I($1, ''{}'')', o.function_name) into answer using some_inputs[low];
          answers := array_append(answers, answer);
        elsif in_sets then
          execute format('select ai_gen.%I($1)', o.bulk_function_name) into answer using some_inputs[low:high];
          -- One by one: an array grows in place by array_append only, and is copied by whatever else.
          for answer in select e.value from jsonb_array_elements(answer) with ordinality as e (value, position) order by e.position loop
            answers := array_append(answers, answer);
          end loop;
        else
          raise exception using errcode = 'PI198', message = 'a set of calls is split';
        end if;
      exception when others then
        -- Not about a row: deadlocks, time-outs, lack of memory, a stopping server. These end the whole call.
        if left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58', 'XX') or sqlstate = 'PI900' then
          raise;
        end if;
        if low < high then
          step := (high - low) / parts + 1;
          for part in reverse (high - low) / step .. 0 loop
            lows := lows || (low + part * step);
            highs := highs || least(low + (part + 1) * step - 1, high);
          end loop;
        else
          get stacked diagnostics detail = pg_exception_detail;
          answers := array_append(answers, null);
          errors := array_append(errors, jsonb_build_object('index', done + low - 1, 'sqlstate', sqlstate, 'message', sqlerrm,
            'errors', coalesce(case when detail like '{"%' then detail::jsonb -> 'errors' end, '[]')));
        end if;
      end;
      exit sets when not skip and cardinality(errors) >= most_errors;
    end loop;
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
comment on function ai_private.bulk_rows(ai.operation, jsonb[], boolean) is 'Runs an operation for a set of inputs, splitting what is refused';

-- Whether a trigger may change or suppress a row of the table before it is inserted. INSERT … ON CONFLICT calls such triggers for rows too that are
-- there already and then are updated, so upserts of such a table are done one by one.
create function ai_private.changes_before_insert(target regclass)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  -- tgtype: 1 for each row, 2 before, 4 on insert
  select exists (
    select from pg_trigger t
    where t.tgrelid in (select target union all select p.relid from pg_partition_tree(target) as p)
      and t.tgtype & 7 = 7 and t.tgenabled <> 'D' and not t.tgisinternal
  )
$pg_ai$;
comment on function ai_private.changes_before_insert(regclass) is 'Whether the table has BEFORE INSERT triggers for each row';
