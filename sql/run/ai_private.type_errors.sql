-- Inputs whose JSON type is not among those expected; "rest" is the inputs without them, for the checks that follow.
create function ai_private.type_errors(inputs jsonb, expected jsonb, out errors jsonb, out rest jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  e record;
  found_type text;
begin
  errors := '[]';
  rest := inputs;
  for e in select x.key, x.value from jsonb_each(expected) as x loop
    found_type := jsonb_typeof(inputs -> e.key);
    if found_type is null or e.value ? found_type then
      continue;
    end if;
    errors := errors || case
      when found_type = 'null' then ai_private.input_error(e.key, 'notNull', '{"null":false}')
      else ai_private.input_error(e.key, 'type', jsonb_build_object('type', e.value - 'null', 'given', found_type))
    end;
    rest := rest - e.key;
  end loop;
end
$pg_ai$;
comment on function ai_private.type_errors(jsonb, jsonb) is 'Inputs whose JSON type is not among those expected, and the inputs without them';
revoke all on function ai_private.type_errors(jsonb, jsonb) from public;
grant execute on function ai_private.type_errors(jsonb, jsonb) to ai_owner, ai_admin, ai_user;
