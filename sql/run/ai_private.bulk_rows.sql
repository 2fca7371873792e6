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
revoke all on function ai_private.bulk_rows(ai.operation, jsonb[], boolean) from public;
grant execute on function ai_private.bulk_rows(ai.operation, jsonb[], boolean) to ai_owner, ai_admin, ai_user;
