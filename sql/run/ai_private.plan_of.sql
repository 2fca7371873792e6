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
      when 'actor' then argument := coalesce(nullif(current_setting('pg_ai.actor', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', nullif(current_setting('role', true), 'none'), session_user);
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
revoke all on function ai_private.plan_of(ai.operation, jsonb, jsonb) from public;
grant execute on function ai_private.plan_of(ai.operation, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
