-- Called when some input could not be read as its type: tries each by itself. "types" maps fields to SQL types, those of protected fields as
-- {"type", "protected"}.
create function ai_private.conversion_errors(inputs jsonb, types jsonb, failure_state text, failure_message text, out errors jsonb, out rest jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  t record;
  constraint_name text;
  labels jsonb;
begin
  errors := '[]';
  rest := inputs;
  for t in select x.key, coalesce(x.value ->> 'type', x.value #>> '{}') as type_name, x.value ? 'protected' as protected from jsonb_each(types) as x where inputs ? x.key loop
    begin
      execute format('select r.v from jsonb_to_record($1) as r (v %s)', format_type(t.type_name::regtype, -1))
      using jsonb_build_object('v', inputs -> t.key);
    exception when others then
      get stacked diagnostics constraint_name = constraint_name;
      -- 7.0 is a whole number to JSON Schema, but not to the integer types' input functions.
      if sqlstate = '22P02' and jsonb_typeof(inputs -> t.key) = 'number' and (inputs ->> t.key)::numeric % 1 = 0 then
        rest := rest || jsonb_build_object(t.key, trim_scale((inputs ->> t.key)::numeric));
        continue;
      end if;
      rest := rest - t.key;
      select jsonb_agg(e.enumlabel order by e.enumsortorder) into labels
      from pg_type y join pg_enum e on e.enumtypid in (y.oid, y.typelem)
      where y.oid = t.type_name::regtype;
      errors := errors || case
        when sqlstate = '23502' then ai_private.input_error(t.key, 'notNull', '{"null":false}')
        when sqlstate = '23514' then ai_private.input_error(t.key, 'check', jsonb_build_object('constraint', constraint_name))
        when sqlstate = '22003' then ai_private.input_error(t.key, 'range', jsonb_strip_nulls(jsonb_build_object('type', t.type_name, 'reason', case when not t.protected then sqlerrm end)))
        when sqlstate = '22001' and exists (select from pg_type y where y.oid = t.type_name::regtype and y.typtype = 'd' and y.typcategory = 'S') then
          ai_private.input_error(t.key, 'maxLength', jsonb_build_object('maxLength', ai_private.domain_length(t.type_name::regtype)))
        when labels is not null then ai_private.input_error(t.key, 'enum', jsonb_build_object('enum', labels))
        else ai_private.input_error(t.key, 'type', jsonb_strip_nulls(jsonb_build_object('type', t.type_name, 'reason', case when not t.protected then sqlerrm end)))
      end;
    end;
  end loop;
  if errors = '[]' and rest::text = inputs::text then
    raise exception using errcode = 'PI900', message = 'pg_ai: an input could not be read, but no field is to blame',
      detail = jsonb_build_object('sqlstate', failure_state, 'message', case when not types @? '$.*.protected' then failure_message end)::text,
      hint = 'This is a bug in pg_ai; please report it with the table''s definition.';
  end if;
end
$pg_ai$;
comment on function ai_private.conversion_errors(jsonb, jsonb, text, text) is 'Inputs that cannot be read as their type, and the inputs without them';
revoke all on function ai_private.conversion_errors(jsonb, jsonb, text, text) from public;
grant execute on function ai_private.conversion_errors(jsonb, jsonb, text, text) to ai_owner, ai_admin, ai_user;
