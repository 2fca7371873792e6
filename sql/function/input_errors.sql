-- What generated functions call when an input is wrong. None of this runs while inputs are right.

-- One error: which field, which rule, what the rule demands.
create function ai_private.input_error(field text, error_code text, rule jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select jsonb_build_array(jsonb_build_object('field', field, 'code', error_code, 'rule', rule))
$pg_ai$;

create function ai_private.unknown_inputs(inputs jsonb, known text[])
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(
    jsonb_agg(jsonb_build_object('field', k, 'code', 'additionalProperties', 'rule', jsonb_build_object('properties', known)) order by k),
    '[]')
  from jsonb_object_keys(inputs - known) as k
$pg_ai$;

create function ai_private.missing_inputs(inputs jsonb, required text[])
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_build_object('field', r.name, 'code', 'required', 'rule', '{"required":true}'::jsonb) order by r.position), '[]')
  from unnest(required) with ordinality as r (name, position)
  where not inputs ? r.name
$pg_ai$;

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

-- The most characters that a domain over varchar or char holds.
create function ai_private.domain_length(type_id oid)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with recursive y as (
    select t.* from pg_type t where t.oid = type_id
    union all
    select t.* from y join pg_type t on t.oid = y.typbasetype where y.typtype = 'd'
  )
  select min(y.typtypmod - 4) from y where y.typtypmod > 4
$pg_ai$;

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

-- Each error with its message, in the session's language.
create function ai_private.with_messages(errors jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(e.value || jsonb_build_object('message',
    ai_private.message('input.' || (e.value ->> 'code'), (e.value -> 'rule') || jsonb_build_object('field', coalesce(e.value ->> 'field', 'inputs')))) order by e.position), '[]')
  from jsonb_array_elements(errors) with ordinality as e (value, position)
$pg_ai$;

-- All errors of one call, as JSON in DETAIL.
create function ai_private.refuse_inputs(table_name text, operation text, errors jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  explained constant jsonb := ai_private.with_messages(errors);
begin
  raise exception using
    errcode = 'PI100',
    message = ai_private.message('PI100', jsonb_build_object('table', table_name, 'operation', operation,
      'errors', (select string_agg(e.value ->> 'message', '; ' order by e.position) from jsonb_array_elements(explained) with ordinality as e (value, position)))),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'errors', explained)::text,
    hint = ai_private.message('PI100.hint', jsonb_build_object('table', table_name, 'operation', operation));
end
$pg_ai$;

-- Columns of a constraint or unique index of one of a table's partitions, whose names are their own. Null when there is none.
create function ai_private.partition_constraint(table_name text, constraint_name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with part as (
    select r.relid::oid as oid
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral pg_partition_tree(c.oid) as r
    where c.relkind = 'p' and format('%I.%I', n.nspname, c.relname) = table_name
  ),
  broken as (
    select k.conrelid as relation, k.conkey as columns from part join pg_constraint k on k.conrelid = part.oid where k.conname = constraint_name
    union all
    select i.indrelid, i.indkey::int2[] from part join pg_index i on i.indrelid = part.oid join pg_class c on c.oid = i.indexrelid
    where c.relname = constraint_name
  )
  select jsonb_agg(a.attname order by u.position)
  from (select b.relation, b.columns from broken b limit 1) as b
  cross join lateral unnest(b.columns) with ordinality as u (attnum, position)
  join pg_attribute a on a.attrelid = b.relation and a.attnum = u.attnum
$pg_ai$;

-- A broken constraint, told by its fields. "fields" maps constraints to their columns. The SQLSTATE stays PostgreSQL's own.
create function ai_private.refuse_violation(
  table_name text, operation text, fields jsonb, state text, constraint_name text, column_name text, original text
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known constant jsonb := coalesce(fields -> constraint_name, ai_private.partition_constraint(table_name, constraint_name));
  named constant jsonb := case
    when column_name <> '' then jsonb_build_array(column_name)
    else coalesce(known, '[]')
  end;
  error_code constant text := case state
    when '23505' then 'unique' when '23514' then 'check' when '23502' then 'notNull' when '23P01' then 'exclusion' when '23001' then 'referenced'
    when '23503' then case when known is not null then 'foreignKey' else 'referenced' end
    else 'constraint'
  end;
  rule constant jsonb := jsonb_strip_nulls(jsonb_build_object('constraint', nullif(constraint_name, ''), 'fields', named));
  explained jsonb;
begin
  if constraint_name = '' and column_name = '' then
    -- raised by a trigger of the table, in its own words
    raise exception using errcode = state, message = original;
  end if;
  explained := ai_private.with_messages(ai_private.input_error(named ->> 0, error_code, rule || jsonb_build_object(
    'list', (select string_agg(f, ', ') from jsonb_array_elements_text(named) as f))));
  explained := explained #- '{0,rule,list}';
  raise exception using
    errcode = state,
    message = ai_private.message('violation', jsonb_build_object('table', table_name, 'operation', operation, 'message', explained #> '{0,message}')),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'errors', explained)::text,
    constraint = constraint_name;
end
$pg_ai$;

create function ai_private.refuse_unmatched(table_name text, operation text, row_key jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI103',
    message = ai_private.message('PI103', jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key::text)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key)::text,
    hint = ai_private.message('PI103.hint', '{}');
end
$pg_ai$;

create function ai_private.refuse_stale(table_name text, operation text, row_key jsonb, expected text, current_version text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI104',
    message = ai_private.message('PI104', jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key::text,
      'expected', expected, 'current', current_version)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'key', row_key, 'expected', expected, 'current', current_version)::text,
    hint = ai_private.message('PI104.hint', '{}');
end
$pg_ai$;

create function ai_private.refuse_suppressed(table_name text, operation text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  raise exception using
    errcode = 'PI105',
    message = ai_private.message('PI105', jsonb_build_object('table', table_name, 'operation', operation)),
    detail = jsonb_build_object('table', table_name, 'operation', operation)::text,
    hint = ai_private.message('PI105.hint', jsonb_build_object('table', table_name));
end
$pg_ai$;

-- Options are as strict as inputs: a misspelt one must not be ignored.
create function ai_private.check_options(table_name text, operation text, options jsonb, known text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  expected constant jsonb := E'{"dry_run": "true or false", "set_default": "a list of inputs", "on_error": "\\"abort\\" or \\"skip\\"",
    "idempotency_key": "a text of 1 to 255 characters", "expected_version": "a version as the row gave it"}';
  unknown text;
  wrong text;
begin
  if jsonb_typeof(options) <> 'object' then
    unknown := options::text;
  else
    select string_agg(k, ', ' order by k) into unknown from jsonb_object_keys(options - known) as k;
    select string_agg(format('%s: %s', o.key, expected ->> o.key), '; ' order by o.key) into wrong
    from jsonb_each(options) as o
    where case o.key
      when 'dry_run' then jsonb_typeof(o.value) <> 'boolean'
      when 'set_default' then jsonb_typeof(o.value) <> 'array'
      when 'on_error' then o.value not in ('"abort"', '"skip"')
      when 'idempotency_key' then jsonb_typeof(o.value) <> 'string' or length(o.value #>> '{}') not between 1 and 255
      when 'expected_version' then jsonb_typeof(o.value) not in ('string', 'number')
    end;
  end if;
  if unknown is null and wrong is null then
    return;
  end if;
  raise exception using
    errcode = 'PI102',
    message = ai_private.message(case when unknown is null then 'PI102.value' else 'PI102' end,
      jsonb_build_object('table', table_name, 'operation', operation, 'options', coalesce(unknown, wrong))),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'unknown', unknown, 'wrong', wrong, 'known', known)::text,
    hint = ai_private.message('PI102.hint', jsonb_build_object('known', coalesce(nullif(array_to_string(known, ', '), ''), '-')));
end
$pg_ai$;

-- options.set_default names fields that the operation may set back to their defaults.
create function ai_private.check_resets(table_name text, operation text, resets jsonb, known text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  if jsonb_typeof(resets) = 'array' and resets <@ to_jsonb(known) then
    return;
  end if;
  raise exception using
    errcode = 'PI102',
    message = ai_private.message('PI102.reset', jsonb_build_object('table', table_name, 'operation', operation, 'fields', resets)),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'set_default', resets, 'known', known)::text,
    hint = ai_private.message('PI102.reset.hint', jsonb_build_object('known', known));
end
$pg_ai$;
