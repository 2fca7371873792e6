grant usage on schema odd to ai_owner;

grant select ("order", "no.", "Pair", "pairs", "price", "codes", "line
break", "span", "double") on table odd."Line ""item""" to ai_owner;

grant insert ("order", "no.", "Pair", "pairs", "price", "codes", "line
break", "span") on table odd."Line ""item""" to ai_owner;

grant update ("Pair", "pairs", "price", "codes", "line
break", "span") on table odd."Line ""item""" to ai_owner;

grant delete on table odd."Line ""item""" to ai_owner;

create or replace function ai_gen."odd__Line ""item""__create__json"(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Creates a row of odd."Line ""item""". Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _old jsonb;
  _new jsonb;
  _constraint text;
  _column text;
  _result jsonb;
  _started timestamptz := pg_catalog.clock_timestamp();
  "order" integer;
  "no." smallint;
  "Pair" odd."Pair p";
  pairs odd."Pair p"[];
  price numeric;
  codes bpchar[];
  "line
break" text;
  span int4range;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ E'$."order".type() == "number" && $."order".abs() <= 2147483647 && $."order".floor() == $."order"'
          ' && $."no.".type() == "number" && $."no.".abs() <= 32767 && $."no.".floor() == $."no."'
          ' && (!exists($."Pair") || $."Pair".type() == "null" || $."Pair".type() == "object")'
          ' && (!exists($."pairs") || $."pairs".type() == "null" || $."pairs".type() == "array")'
          ' && (!exists($."price") || $."price".type() == "null" || ($."price".type() == "number" || $."price".type() == "string"))'
          ' && (!exists($."codes") || $."codes".type() == "null" || $."codes".type() == "array")'
          ' && (!exists($."line\\nbreak") || $."line\\nbreak".type() == "null" || $."line\\nbreak".type() == "string")'
          ' && (!exists($."span") || $."span".type() == "null" || $."span".type() == "string")'::pg_catalog.jsonpath
        and _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        begin
          "order" := (_in -> 'order')::integer;
          "no." := (_in -> 'no.')::smallint;
          "line
break" := case when _in ? E'line\nbreak' then _in ->> E'line\nbreak' else ('a
b'::text)::text end;
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if not _in ? 'price' then
            price := (1)::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit usual when ((case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end)
            or pg_catalog.scale(pg_catalog.trim_scale(price)) > 2
            or pg_catalog.abs(price) >= 1e6::numeric
            or exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3)) is not true;
        exception when others then
          null; -- told below, by field
        end;
      end if;

      -- Nothing of the caller's runs before the JavaScript of others.
      if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
        perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd."Line ""item"""', 'create', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'odd."Line ""item""".create:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'create', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[]);
      end if;
      if not _in ?& '{"order","no."}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'Pair') not in ('object', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'pairs') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'price') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'codes') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> E'line\nbreak') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'span') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, E'{"order":["number"],"no.":["number"],"Pair":["object","null"],"pairs":["array","null"],"price":["number","string","null"],"codes":["array","null"],"line\\nbreak":["string","null"],"span":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      "line
break" := _in ->> E'line\nbreak';
      loop
        begin
          "order" := (_in ->> 'order')::integer;
          "no." := (_in ->> 'no.')::smallint;
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, E'{"order":"integer","no.":"smallint","Pair":"odd.\\"Pair p\\"","pairs":"odd.\\"Pair p\\"[]","price":"odd.money","codes":"bpchar[]","span":"int4range"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if (case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end) then
        _errors := _errors || ai_private.input_error('Pair', 'additionalProperties', '{"properties":["x","Y y"]}'::jsonb);
      end if;
      if pg_catalog.scale(pg_catalog.trim_scale(price)) > 2 then
        _errors := _errors || ai_private.input_error('price', 'multipleOf', '{"multipleOf":0.01}'::jsonb);
      end if;
      if pg_catalog.abs(price) >= 1e6::numeric then
        _errors := _errors || ai_private.input_error('price', 'maximum', '{"maximum":"999999.99"}'::jsonb);
      end if;
      if exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3) then
        _errors := _errors || ai_private.input_error('codes', 'maxLength', '{"maxLength":3}'::jsonb);
      end if;

      -- What absent inputs become.
      if not _in ? 'price' then
        price := (1)::numeric;
      end if;
      if not _in ? E'line\nbreak' then
        "line
break" := ('a
b'::text)::text;
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'create', _errors);
      end if;
    end;

    -- The statement.
    insert into odd."Line ""item""" as t ("order", "no.", "Pair", pairs, price, codes, "line
break", span)
    values (given."order", given."no.", given."Pair", given.pairs, given.price, given.codes, given."line
break", given.span)
    returning pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double)
      into _new;
    if _new is null then
      perform ai_private.refuse_suppressed('odd."Line ""item"""', 'create');
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('odd."Line ""item"""', 'create', pg_catalog.jsonb_build_object('order', given._new -> 'order', 'no.', given._new -> 'no.'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', null, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'odd."Line ""item""".create', 'odd."Line ""item"""', 'create', a.row_key, a.actor, given._new
    from audit as a;

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('odd."Line ""item"""', 'create', null, sqlstate);
      perform ai_private.refuse_violation('odd."Line ""item"""', 'create', E'{"Line \\"item\\"_pkey":["order","no."],"Line \\"item\\"_span_excl":["span"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('odd."Line ""item"""', 'create', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('odd__Line "item"__create__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen."odd__Line ""item""__create__json"(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__create"(
  "order" integer,
  "no." smallint,
  "Pair" odd."Pair p" default null,
  pairs odd."Pair p"[] default null,
  price numeric default null,
  codes bpchar[] default null,
  "line
break" text default null,
  span int4range default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
select ai_gen."odd__Line ""item""__create__json"(
  case when $9 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($9, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($9)]))
      operator(pg_catalog.||) json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
    else json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
  end,
  $10)
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__create__bulk"(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Many calls of odd__Line "item"__create__json in one statement. Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint).
#variable_conflict use_column
declare
  _actor text := coalesce(
    nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
    nullif(pg_catalog.current_setting('role', true), 'none'),
    session_user);
  _answers jsonb;
  _count bigint;
begin
  -- Nothing of the caller's runs before the JavaScript of others.
  if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
    perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
  end if;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      (item._in ->> 'order')::integer as "order",
      (item._in ->> 'no.')::smallint as "no.",
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'Pair')) as r (v odd."Pair p")) as "Pair",
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'pairs')) as r (v odd."Pair p"[])) as pairs,
      case when item._in ? 'price' then (item._in ->> 'price')::numeric else (1)::numeric end as price,
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'codes')) as r (v bpchar[])) as codes,
      case when item._in ? E'line\nbreak' then item._in ->> E'line\nbreak' else ('a
b'::text)::text end as "line
break",
      (item._in ->> 'span')::int4range as span
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] <> '{}'
        or not _in ?& '{"order","no."}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'Pair') not in ('object', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'pairs') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'price') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'codes') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> E'line\nbreak') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'span') not in ('string', 'null')
        or (case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end)
        or pg_catalog.scale(pg_catalog.trim_scale(price)) > 2
        or pg_catalog.abs(price) >= 1e6::numeric
        or exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3)
    ) as all_right
  ),
  new_row as (
    insert into odd."Line ""item""" as t ("order", "no.", "Pair", pairs, price, codes, "line
break", span)
    select given."order", given."no.", given."Pair", given.pairs, given.price, given.codes, given."line
break", given.span
    from given
    where (select v.all_right from verdict as v)
    order by given._key
    returning pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double) as new_row, null::text as version
  ),
  counted as (
    select n.new_row, n.version, pg_catalog.row_number() over () as number from new_row as n
  ),
  inserted as (
    select g.position, null::jsonb as old_row, c.new_row, c.version
    from counted as c
    join (
      select given._key as position, pg_catalog.row_number() over (order by given._key) as number
      from given
      where true
    ) as g on g.number = c.number
  ),
  done as (
    select x.position, x.old_row, x.new_row, x.version from inserted as x
  ),
  outcome as materialized (
    select d.position, d.old_row, d.new_row, d.version, pg_catalog.nextval('ai.audit_id') as audit_id
    from done as d
    order by d.position
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
    select o.audit_id, 'odd."Line ""item"""', 'create', pg_catalog.jsonb_build_object('order', o.new_row -> 'order', 'no.', o.new_row -> 'no.'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'odd."Line ""item""".create', 'odd."Line ""item"""', 'create', pg_catalog.jsonb_build_object('order', o.new_row -> 'order', 'no.', o.new_row -> 'no.'), _actor, o.new_row
    from outcome as o
  )
  select pg_catalog.count(*), pg_catalog.jsonb_agg(o.new_row order by o.position)
  into _count, _answers
  from outcome as o;
  if _count <> pg_catalog.cardinality($1) then
    raise exception using errcode = 'PI198', message = 'a set of calls is split';
  end if;
  return _answers;
end
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.\"Line \"\"item\"\"\" create","type":"object","properties":{"order":{"type":"integer","x-type":"integer"},"no.":{"type":"integer","x-type":"smallint"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false,"x-type":"odd.\"Pair p\""},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"x-type":"odd.\"Pair p\"[]"},"price":{"type":["number","string","null"],"multipleOf":0.01,"maximum":999999.99,"x-default":"(1)::numeric","x-type":"odd.money"},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3},"x-type":"character(3)[]"},"line\nbreak":{"type":["string","null"],"x-default":"('a\nb'::text)::text","x-type":"text"},"span":{"type":["string","null"],"x-type":"int4range"}},"required":["order","no."],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"order":{"type":"integer"},"no.":{"type":"integer"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false}},"price":{"type":["number","string","null"]},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3}},"line\nbreak":{"type":["string","null"]},"span":{"type":["string","null"]},"double":{"type":["number","string","null"]}}}

create or replace function ai_gen."odd__Line ""item""__update__json"(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Updates a row of odd."Line ""item""". Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _old jsonb;
  _new jsonb;
  _actor text;
  _constraint text;
  _column text;
  _result jsonb;
  _started timestamptz := pg_catalog.clock_timestamp();
  "order" integer;
  "no." smallint;
  "Pair" odd."Pair p";
  pairs odd."Pair p"[];
  price numeric;
  codes bpchar[];
  "line
break" text;
  span int4range;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ E'$."order".type() == "number" && $."order".abs() <= 2147483647 && $."order".floor() == $."order"'
          ' && $."no.".type() == "number" && $."no.".abs() <= 32767 && $."no.".floor() == $."no."'
          ' && (!exists($."Pair") || $."Pair".type() == "null" || $."Pair".type() == "object")'
          ' && (!exists($."pairs") || $."pairs".type() == "null" || $."pairs".type() == "array")'
          ' && (!exists($."price") || $."price".type() == "null" || ($."price".type() == "number" || $."price".type() == "string"))'
          ' && (!exists($."codes") || $."codes".type() == "null" || $."codes".type() == "array")'
          ' && (!exists($."line\\nbreak") || $."line\\nbreak".type() == "null" || $."line\\nbreak".type() == "string")'
          ' && (!exists($."span") || $."span".type() == "null" || $."span".type() == "string")'::pg_catalog.jsonpath
        and _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] = '{}'
      then
        begin
          "order" := (_in -> 'order')::integer;
          "no." := (_in -> 'no.')::smallint;
          "line
break" := _in ->> E'line\nbreak';
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit usual when ((case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end)
            or pg_catalog.scale(pg_catalog.trim_scale(price)) > 2
            or pg_catalog.abs(price) >= 1e6::numeric
            or exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3)) is not true;
        exception when others then
          null; -- told below, by field
        end;
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd."Line ""item"""', 'update', _opt, '{"dry_run","idempotency_key","set_default"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'odd."Line ""item""".update:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'update', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[]);
      end if;
      if not _in ?& '{"order","no."}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'Pair') not in ('object', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'pairs') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'price') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'codes') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> E'line\nbreak') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'span') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, E'{"order":["number"],"no.":["number"],"Pair":["object","null"],"pairs":["array","null"],"price":["number","string","null"],"codes":["array","null"],"line\\nbreak":["string","null"],"span":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      "line
break" := _in ->> E'line\nbreak';
      loop
        begin
          "order" := (_in ->> 'order')::integer;
          "no." := (_in ->> 'no.')::smallint;
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, E'{"order":"integer","no.":"smallint","Pair":"odd.\\"Pair p\\"","pairs":"odd.\\"Pair p\\"[]","price":"odd.money","codes":"bpchar[]","span":"int4range"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if (case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end) then
        _errors := _errors || ai_private.input_error('Pair', 'additionalProperties', '{"properties":["x","Y y"]}'::jsonb);
      end if;
      if pg_catalog.scale(pg_catalog.trim_scale(price)) > 2 then
        _errors := _errors || ai_private.input_error('price', 'multipleOf', '{"multipleOf":0.01}'::jsonb);
      end if;
      if pg_catalog.abs(price) >= 1e6::numeric then
        _errors := _errors || ai_private.input_error('price', 'maximum', '{"maximum":"999999.99"}'::jsonb);
      end if;
      if exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3) then
        _errors := _errors || ai_private.input_error('codes', 'maxLength', '{"maxLength":3}'::jsonb);
      end if;

      -- What absent inputs become.
      if _opt ? 'set_default' then
        perform ai_private.check_resets('odd."Line ""item"""', 'update', _opt -> 'set_default', E'{"Pair","pairs","price","codes","line\nbreak","span"}'::text[]);
        if _opt -> 'set_default' ? 'Pair' then
          "Pair" := null;
          _in := _in || pg_catalog.jsonb_build_object('Pair', true);
        end if;
        if _opt -> 'set_default' ? 'pairs' then
          pairs := null;
          _in := _in || pg_catalog.jsonb_build_object('pairs', true);
        end if;
        if _opt -> 'set_default' ? 'price' then
          price := (1)::numeric;
          _in := _in || pg_catalog.jsonb_build_object('price', true);
        end if;
        if _opt -> 'set_default' ? 'codes' then
          codes := null;
          _in := _in || pg_catalog.jsonb_build_object('codes', true);
        end if;
        if _opt -> 'set_default' ? E'line\nbreak' then
          "line
break" := ('a
b'::text)::text;
          _in := _in || pg_catalog.jsonb_build_object(E'line\nbreak', true);
        end if;
        if _opt -> 'set_default' ? 'span' then
          span := null;
          _in := _in || pg_catalog.jsonb_build_object('span', true);
        end if;
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'update', _errors);
      end if;
    end;

    -- The statement.
    update odd."Line ""item""" as t
    set "Pair" = case when given._in ? 'Pair' then given."Pair" else t."Pair" end,
        pairs = case when given._in ? 'pairs' then given.pairs else t.pairs end,
        price = case when given._in ? 'price' then given.price else t.price end,
        codes = case when given._in ? 'codes' then given.codes else t.codes end,
        "line
break" = case when given._in ? E'line\nbreak' then given."line
break" else t."line
break" end,
        span = case when given._in ? 'span' then given.span else t.span end
    where t."order" = given."order" and t."no." = given."no."
    returning with (old as o, new as n) pg_catalog.jsonb_build_object('order', o."order", 'no.', o."no.", 'Pair', o."Pair", 'pairs', o.pairs, 'price', o.price, 'codes', o.codes, E'line\nbreak', o."line
break", 'span', o.span, 'double', o.double),
      pg_catalog.jsonb_build_object('order', n."order", 'no.', n."no.", 'Pair', n."Pair", 'pairs', n.pairs, 'price', n.price, 'codes', n.codes, E'line\nbreak', n."line
break", 'span', n.span, 'double', n.double)
      into _old, _new;
    if _new is null then
      if exists (select from odd."Line ""item""" as t where t."order" = given."order" and t."no." = given."no.") then
        perform ai_private.refuse_suppressed('odd."Line ""item"""', 'update');
      end if;
      perform ai_private.refuse_unmatched('odd."Line ""item"""', 'update', pg_catalog.jsonb_build_object('order', given._in -> 'order', 'no.', given._in -> 'no.'));
    end if;

    -- Audit and event, in the same transaction.
    _actor := ai_private.record('odd."Line ""item"""', 'update', pg_catalog.jsonb_build_object('order', given._new -> 'order', 'no.', given._new -> 'no.'),
      coalesce(
        nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
        nullif(pg_catalog.current_setting('role', true), 'none'),
        session_user),
      'fingerprint', given._old, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint);

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('odd."Line ""item"""', 'update', null, sqlstate);
      perform ai_private.refuse_violation('odd."Line ""item"""', 'update', E'{"Line \\"item\\"_pkey":["order","no."],"Line \\"item\\"_span_excl":["span"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('odd."Line ""item"""', 'update', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('odd__Line "item"__update__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen."odd__Line ""item""__update__json"(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__update"(
  "order" integer,
  "no." smallint,
  "Pair" odd."Pair p" default null,
  pairs odd."Pair p"[] default null,
  price numeric default null,
  codes bpchar[] default null,
  "line
break" text default null,
  span int4range default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
select ai_gen."odd__Line ""item""__update__json"(
  case when $9 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($9, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($9)]))
      operator(pg_catalog.||) json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
    else json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
  end,
  $10)
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.\"Line \"\"item\"\"\" update","type":"object","properties":{"order":{"type":"integer","x-type":"integer"},"no.":{"type":"integer","x-type":"smallint"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false,"x-type":"odd.\"Pair p\""},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"x-type":"odd.\"Pair p\"[]"},"price":{"type":["number","string","null"],"multipleOf":0.01,"maximum":999999.99,"x-default":"(1)::numeric","x-type":"odd.money"},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3},"x-type":"character(3)[]"},"line\nbreak":{"type":["string","null"],"x-default":"('a\nb'::text)::text","x-type":"text"},"span":{"type":["string","null"],"x-type":"int4range"}},"required":["order","no."],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"order":{"type":"integer"},"no.":{"type":"integer"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false}},"price":{"type":["number","string","null"]},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3}},"line\nbreak":{"type":["string","null"]},"span":{"type":["string","null"]},"double":{"type":["number","string","null"]}}}

create or replace function ai_gen."odd__Line ""item""__delete__json"(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Deletes a row of odd."Line ""item""". Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _old jsonb;
  _new jsonb;
  _constraint text;
  _column text;
  _result jsonb;
  _started timestamptz := pg_catalog.clock_timestamp();
  "order" integer;
  "no." smallint;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '$."order".type() == "number" && $."order".abs() <= 2147483647 && $."order".floor() == $."order"'
          ' && $."no.".type() == "number" && $."no.".abs() <= 32767 && $."no.".floor() == $."no."'::pg_catalog.jsonpath
        and _in - '{"order","no."}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        "order" := (_in -> 'order')::integer;
        "no." := (_in -> 'no.')::smallint;
        exit usual;
      end if;

      -- Nothing of the caller's runs before the JavaScript of others.
      if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
        perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd."Line ""item"""', 'delete', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'odd."Line ""item""".delete:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'delete', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"order","no."}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if not _in ?& '{"order","no."}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"order":["number"],"no.":["number"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      loop
        begin
          "order" := (_in ->> 'order')::integer;
          "no." := (_in ->> 'no.')::smallint;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"order":"integer","no.":"smallint"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'delete', _errors);
      end if;
    end;

    -- The statement.
    delete from odd."Line ""item""" as t
    where t."order" = given."order" and t."no." = given."no."
    returning pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double)
      into _old;
    if _old is null then
      if exists (select from odd."Line ""item""" as t where t."order" = given."order" and t."no." = given."no.") then
        perform ai_private.refuse_suppressed('odd."Line ""item"""', 'delete');
      end if;
      perform ai_private.refuse_unmatched('odd."Line ""item"""', 'delete', pg_catalog.jsonb_build_object('order', given._in -> 'order', 'no.', given._in -> 'no.'));
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('odd."Line ""item"""', 'delete', pg_catalog.jsonb_build_object('order', given._old -> 'order', 'no.', given._old -> 'no.'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', given._old, null, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'odd."Line ""item""".delete', 'odd."Line ""item"""', 'delete', a.row_key, a.actor, given._old
    from audit as a;

    return _old;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('odd."Line ""item"""', 'delete', null, sqlstate);
      perform ai_private.refuse_violation('odd."Line ""item"""', 'delete', E'{"Line \\"item\\"_pkey":["order","no."],"Line \\"item\\"_span_excl":["span"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('odd."Line ""item"""', 'delete', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('odd__Line "item"__delete__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen."odd__Line ""item""__delete__json"(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__delete"(
  "order" integer,
  "no." smallint,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen."odd__Line ""item""__delete__json"(
  case when $3 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($3, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($3)]))
      operator(pg_catalog.||) json_object('order': $1, 'no.': $2 absent on null returning pg_catalog.jsonb)
    else json_object('order': $1, 'no.': $2 absent on null returning pg_catalog.jsonb)
  end,
  $4)
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__delete__bulk"(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Many calls of odd__Line "item"__delete__json in one statement. Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint).
#variable_conflict use_column
declare
  _actor text := coalesce(
    nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
    nullif(pg_catalog.current_setting('role', true), 'none'),
    session_user);
  _answers jsonb;
  _count bigint;
begin
  -- Nothing of the caller's runs before the JavaScript of others.
  if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
    perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
  end if;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      (item._in ->> 'order')::integer as "order",
      (item._in ->> 'no.')::smallint as "no."
    from item
    order by "order", "no."
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"order","no."}'::text[] <> '{}'
        or not _in ?& '{"order","no."}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
    ) as all_right
  ),
  deleted as (
    delete from odd."Line ""item""" as t
    using given
    where t."order" = given."order" and t."no." = given."no."
      and (select v.all_right from verdict as v)
    returning given._key as position, pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double) as old_row, null::jsonb as new_row, null::text as version
  ),
  done as (
    select x.position, x.old_row, x.new_row, x.version from deleted as x
  ),
  outcome as materialized (
    select d.position, d.old_row, d.new_row, d.version, pg_catalog.nextval('ai.audit_id') as audit_id
    from done as d
    order by d.position
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
    select o.audit_id, 'odd."Line ""item"""', 'delete', pg_catalog.jsonb_build_object('order', o.old_row -> 'order', 'no.', o.old_row -> 'no.'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'odd."Line ""item""".delete', 'odd."Line ""item"""', 'delete', pg_catalog.jsonb_build_object('order', o.old_row -> 'order', 'no.', o.old_row -> 'no.'), _actor, o.old_row
    from outcome as o
  )
  select pg_catalog.count(*), pg_catalog.jsonb_agg(o.old_row order by o.position)
  into _count, _answers
  from outcome as o;
  if _count <> pg_catalog.cardinality($1) then
    raise exception using errcode = 'PI198', message = 'a set of calls is split';
  end if;
  return _answers;
end
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.\"Line \"\"item\"\"\" delete","type":"object","properties":{"order":{"type":"integer","x-type":"integer"},"no.":{"type":"integer","x-type":"smallint"}},"required":["order","no."],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"order":{"type":"integer"},"no.":{"type":"integer"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false}},"price":{"type":["number","string","null"]},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3}},"line\nbreak":{"type":["string","null"]},"span":{"type":["string","null"]},"double":{"type":["number","string","null"]}}}

create or replace function ai_gen."odd__Line ""item""__upsert__json"(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Creates or updates a row of odd."Line ""item""". Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _old jsonb;
  _new jsonb;
  _constraint text;
  _column text;
  _result jsonb;
  _started timestamptz := pg_catalog.clock_timestamp();
  "order" integer;
  "no." smallint;
  "Pair" odd."Pair p";
  pairs odd."Pair p"[];
  price numeric;
  codes bpchar[];
  "line
break" text;
  span int4range;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ E'$."order".type() == "number" && $."order".abs() <= 2147483647 && $."order".floor() == $."order"'
          ' && $."no.".type() == "number" && $."no.".abs() <= 32767 && $."no.".floor() == $."no."'
          ' && (!exists($."Pair") || $."Pair".type() == "null" || $."Pair".type() == "object")'
          ' && (!exists($."pairs") || $."pairs".type() == "null" || $."pairs".type() == "array")'
          ' && (!exists($."price") || $."price".type() == "null" || ($."price".type() == "number" || $."price".type() == "string"))'
          ' && (!exists($."codes") || $."codes".type() == "null" || $."codes".type() == "array")'
          ' && (!exists($."line\\nbreak") || $."line\\nbreak".type() == "null" || $."line\\nbreak".type() == "string")'
          ' && (!exists($."span") || $."span".type() == "null" || $."span".type() == "string")'::pg_catalog.jsonpath
        and _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        begin
          "order" := (_in -> 'order')::integer;
          "no." := (_in -> 'no.')::smallint;
          "line
break" := case when _in ? E'line\nbreak' then _in ->> E'line\nbreak' else ('a
b'::text)::text end;
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if not _in ? 'price' then
            price := (1)::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit usual when ((case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end)
            or pg_catalog.scale(pg_catalog.trim_scale(price)) > 2
            or pg_catalog.abs(price) >= 1e6::numeric
            or exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3)) is not true;
        exception when others then
          null; -- told below, by field
        end;
      end if;

      -- Nothing of the caller's runs before the JavaScript of others.
      if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
        perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd."Line ""item"""', 'upsert', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'odd."Line ""item""".upsert:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'upsert', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[]);
      end if;
      if not _in ?& '{"order","no."}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'Pair') not in ('object', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'pairs') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'price') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'codes') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> E'line\nbreak') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'span') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, E'{"order":["number"],"no.":["number"],"Pair":["object","null"],"pairs":["array","null"],"price":["number","string","null"],"codes":["array","null"],"line\\nbreak":["string","null"],"span":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      "line
break" := _in ->> E'line\nbreak';
      loop
        begin
          "order" := (_in ->> 'order')::integer;
          "no." := (_in ->> 'no.')::smallint;
          if _in ? 'Pair' then
            "Pair" := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'Pair')) as r (v odd."Pair p"));
          end if;
          if _in ? 'pairs' then
            pairs := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'pairs')) as r (v odd."Pair p"[]));
          end if;
          if _in ? 'price' then
            if ((_in ->> 'price')::numeric)::odd.money is null then end if;
            price := (_in ->> 'price')::numeric;
          end if;
          if _in ? 'codes' then
            codes := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'codes')) as r (v bpchar[]));
          end if;
          span := (_in ->> 'span')::int4range;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, E'{"order":"integer","no.":"smallint","Pair":"odd.\\"Pair p\\"","pairs":"odd.\\"Pair p\\"[]","price":"odd.money","codes":"bpchar[]","span":"int4range"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if (case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end) then
        _errors := _errors || ai_private.input_error('Pair', 'additionalProperties', '{"properties":["x","Y y"]}'::jsonb);
      end if;
      if pg_catalog.scale(pg_catalog.trim_scale(price)) > 2 then
        _errors := _errors || ai_private.input_error('price', 'multipleOf', '{"multipleOf":0.01}'::jsonb);
      end if;
      if pg_catalog.abs(price) >= 1e6::numeric then
        _errors := _errors || ai_private.input_error('price', 'maximum', '{"maximum":"999999.99"}'::jsonb);
      end if;
      if exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3) then
        _errors := _errors || ai_private.input_error('codes', 'maxLength', '{"maxLength":3}'::jsonb);
      end if;

      -- What absent inputs become.
      if not _in ? 'price' then
        price := (1)::numeric;
      end if;
      if not _in ? E'line\nbreak' then
        "line
break" := ('a
b'::text)::text;
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'upsert', _errors);
      end if;
    end;

    -- The statement.
    insert into odd."Line ""item""" as t ("order", "no.", "Pair", pairs, price, codes, "line
break", span)
    values (given."order", given."no.", given."Pair", given.pairs, given.price, given.codes, given."line
break", given.span)
    on conflict ("order", "no.") do update
    set "Pair" = case when given._in ? 'Pair' then excluded."Pair" else t."Pair" end,
        pairs = case when given._in ? 'pairs' then excluded.pairs else t.pairs end,
        price = case when given._in ? 'price' then excluded.price else t.price end,
        codes = case when given._in ? 'codes' then excluded.codes else t.codes end,
        "line
break" = case when given._in ? E'line\nbreak' then excluded."line
break" else t."line
break" end,
        span = case when given._in ? 'span' then excluded.span else t.span end
    returning with (old as o, new as n) pg_catalog.jsonb_build_object('order', o."order", 'no.', o."no.", 'Pair', o."Pair", 'pairs', o.pairs, 'price', o.price, 'codes', o.codes, E'line\nbreak', o."line
break", 'span', o.span, 'double', o.double),
      pg_catalog.jsonb_build_object('order', n."order", 'no.', n."no.", 'Pair', n."Pair", 'pairs', n.pairs, 'price', n.price, 'codes', n.codes, E'line\nbreak', n."line
break", 'span', n.span, 'double', n.double)
      into _old, _new;
    if _new is null then
      perform ai_private.refuse_suppressed('odd."Line ""item"""', 'upsert');
    end if;
    if _old -> 'order' = 'null' then
      _old := null;
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('odd."Line ""item"""', 'upsert', pg_catalog.jsonb_build_object('order', given._new -> 'order', 'no.', given._new -> 'no.'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', given._old, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'odd."Line ""item""".upsert', 'odd."Line ""item"""', 'upsert', a.row_key, a.actor, given._new
    from audit as a;

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('odd."Line ""item"""', 'upsert', null, sqlstate);
      perform ai_private.refuse_violation('odd."Line ""item"""', 'upsert', E'{"Line \\"item\\"_pkey":["order","no."],"Line \\"item\\"_span_excl":["span"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('odd."Line ""item"""', 'upsert', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('odd__Line "item"__upsert__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen."odd__Line ""item""__upsert__json"(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__upsert"(
  "order" integer,
  "no." smallint,
  "Pair" odd."Pair p" default null,
  pairs odd."Pair p"[] default null,
  price numeric default null,
  codes bpchar[] default null,
  "line
break" text default null,
  span int4range default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
select ai_gen."odd__Line ""item""__upsert__json"(
  case when $9 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($9, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($9)]))
      operator(pg_catalog.||) json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
    else json_object('order': $1, 'no.': $2, 'Pair': $3, 'pairs': $4, 'price': $5, 'codes': $6, E'line\nbreak': $7, 'span': $8 absent on null returning pg_catalog.jsonb)
  end,
  $10)
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__upsert__bulk"(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Many calls of odd__Line "item"__upsert__json in one statement. Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint).
#variable_conflict use_column
declare
  _actor text := coalesce(
    nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
    nullif(pg_catalog.current_setting('role', true), 'none'),
    session_user);
  _answers jsonb;
  _count bigint;
begin
  -- Nothing of the caller's runs before the JavaScript of others.
  if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
    perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
  end if;
  -- Rows are locked in the order of their keys.
  perform from odd."Line ""item""" as t
  join (
    select (item._in ->> 'order')::integer as "order", (item._in ->> 'no.')::smallint as "no."
    from pg_catalog.unnest($1) as item (_in)
  ) as given on t."order" = given."order" and t."no." = given."no."
  order by t."order", t."no."
  for no key update of t;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      (item._in ->> 'order')::integer as "order",
      (item._in ->> 'no.')::smallint as "no.",
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'Pair')) as r (v odd."Pair p")) as "Pair",
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'pairs')) as r (v odd."Pair p"[])) as pairs,
      case when item._in ? 'price' then (item._in ->> 'price')::numeric else (1)::numeric end as price,
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'codes')) as r (v bpchar[])) as codes,
      case when item._in ? E'line\nbreak' then item._in ->> E'line\nbreak' else ('a
b'::text)::text end as "line
break",
      (item._in ->> 'span')::int4range as span
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - E'{"order","no.","Pair","pairs","price","codes","line\nbreak","span"}'::text[] <> '{}'
        or not _in ?& '{"order","no."}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'Pair') not in ('object', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'pairs') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'price') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'codes') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> E'line\nbreak') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'span') not in ('string', 'null')
        or (case pg_catalog.jsonb_typeof(_in -> 'Pair') when 'object' then (_in -> 'Pair') - '{"x","Y y"}'::text[] <> '{}' end)
        or pg_catalog.scale(pg_catalog.trim_scale(price)) > 2
        or pg_catalog.abs(price) >= 1e6::numeric
        or exists (select from pg_catalog.unnest(codes) as e where pg_catalog.char_length(e::text) > 3)
    ) as all_right
  ),
  updated as (
    update odd."Line ""item""" as t
    set "Pair" = case when given._in ? 'Pair' then given."Pair" else t."Pair" end,
        pairs = case when given._in ? 'pairs' then given.pairs else t.pairs end,
        price = case when given._in ? 'price' then given.price else t.price end,
        codes = case when given._in ? 'codes' then given.codes else t.codes end,
        "line
break" = case when given._in ? E'line\nbreak' then given."line
break" else t."line
break" end,
        span = case when given._in ? 'span' then given.span else t.span end
    from given
    where t."order" = given."order" and t."no." = given."no."
      and (select v.all_right from verdict as v)
    returning with (old as o, new as n) given._key as position, pg_catalog.jsonb_build_object('order', o."order", 'no.', o."no.", 'Pair', o."Pair", 'pairs', o.pairs, 'price', o.price, 'codes', o.codes, E'line\nbreak', o."line
break", 'span', o.span, 'double', o.double) as old_row,
      pg_catalog.jsonb_build_object('order', n."order", 'no.', n."no.", 'Pair', n."Pair", 'pairs', n.pairs, 'price', n.price, 'codes', n.codes, E'line\nbreak', n."line
break", 'span', n.span, 'double', n.double) as new_row, null::text as version
  ),
  new_row as (
    insert into odd."Line ""item""" as t ("order", "no.", "Pair", pairs, price, codes, "line
break", span)
    select given."order", given."no.", given."Pair", given.pairs, given.price, given.codes, given."line
break", given.span
    from given
    where (select v.all_right from verdict as v)
      and not exists (select from updated as u where u.position = given._key)
    order by given._key
    returning pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double) as new_row, null::text as version
  ),
  counted as (
    select n.new_row, n.version, pg_catalog.row_number() over () as number from new_row as n
  ),
  inserted as (
    select g.position, null::jsonb as old_row, c.new_row, c.version
    from counted as c
    join (
      select given._key as position, pg_catalog.row_number() over (order by given._key) as number
      from given
      where true
      and not exists (select from updated as u where u.position = given._key)
    ) as g on g.number = c.number
  ),
  done as (
    select u.position, u.old_row, u.new_row, u.version from updated as u
    union all
    select i.position, i.old_row, i.new_row, i.version from inserted as i
  ),
  outcome as materialized (
    select d.position, d.old_row, d.new_row, d.version, pg_catalog.nextval('ai.audit_id') as audit_id
    from done as d
    order by d.position
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
    select o.audit_id, 'odd."Line ""item"""', 'upsert', pg_catalog.jsonb_build_object('order', o.new_row -> 'order', 'no.', o.new_row -> 'no.'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'odd."Line ""item""".upsert', 'odd."Line ""item"""', 'upsert', pg_catalog.jsonb_build_object('order', o.new_row -> 'order', 'no.', o.new_row -> 'no.'), _actor, o.new_row
    from outcome as o
  )
  select pg_catalog.count(*), pg_catalog.jsonb_agg(o.new_row order by o.position)
  into _count, _answers
  from outcome as o;
  if _count <> pg_catalog.cardinality($1) then
    raise exception using errcode = 'PI198', message = 'a set of calls is split';
  end if;
  return _answers;
end
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.\"Line \"\"item\"\"\" upsert","type":"object","properties":{"order":{"type":"integer","x-type":"integer"},"no.":{"type":"integer","x-type":"smallint"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false,"x-type":"odd.\"Pair p\""},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"x-type":"odd.\"Pair p\"[]"},"price":{"type":["number","string","null"],"multipleOf":0.01,"maximum":999999.99,"x-default":"(1)::numeric","x-type":"odd.money"},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3},"x-type":"character(3)[]"},"line\nbreak":{"type":["string","null"],"x-default":"('a\nb'::text)::text","x-type":"text"},"span":{"type":["string","null"],"x-type":"int4range"}},"required":["order","no."],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"order":{"type":"integer"},"no.":{"type":"integer"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false}},"price":{"type":["number","string","null"]},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3}},"line\nbreak":{"type":["string","null"]},"span":{"type":["string","null"]},"double":{"type":["number","string","null"]}}}

create or replace function ai_gen."odd__Line ""item""__fetch__json"(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $pg_ai$
-- Reads a row of odd."Line ""item""". Compiled from COMMENT ON TABLE odd."Line ""item""" (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _result jsonb;
  "order" integer;
  "no." smallint;
begin
  <<usual>>
  begin
    -- The usual case: nothing is wrong with the inputs.
    if _opt = '{}'
      and _in @@ '$."order".type() == "number" && $."order".abs() <= 2147483647 && $."order".floor() == $."order"'
        ' && $."no.".type() == "number" && $."no.".abs() <= 32767 && $."no.".floor() == $."no."'::pg_catalog.jsonpath
      and _in - '{"order","no."}'::text[] = '{}'
    then
      "order" := (_in -> 'order')::integer;
      "no." := (_in -> 'no.')::smallint;
      exit usual;
    end if;

    begin
      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd."Line ""item"""', 'fetch', _opt, '{}'::text[]);
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'fetch', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"order","no."}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if not _in ?& '{"order","no."}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"order","no."}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'order') <> 'number'
        or pg_catalog.jsonb_typeof(_in -> 'no.') <> 'number'
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"order":["number"],"no.":["number"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      loop
        begin
          "order" := (_in ->> 'order')::integer;
          "no." := (_in ->> 'no.')::smallint;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"order":"integer","no.":"smallint"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd."Line ""item"""', 'fetch', _errors);
      end if;
    exception
      when others or query_canceled or assert_failure then
        _result := ai_private.count_error('odd."Line ""item"""', 'fetch', null, sqlstate);
        raise;
    end;
  end;

  -- The statement.
  select pg_catalog.jsonb_build_object('order', t."order", 'no.', t."no.", 'Pair', t."Pair", 'pairs', t.pairs, 'price', t.price, 'codes', t.codes, E'line\nbreak', t."line
break", 'span', t.span, 'double', t.double)
  from odd."Line ""item""" as t
  where t."order" = given."order" and t."no." = given."no."
    into _result;

  return _result;
end
$pg_ai$;

create or replace function ai_gen."odd__Line ""item""__fetch"(
  "order" integer,
  "no." smallint,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
stable
security invoker
as $pg_ai$
select ai_gen."odd__Line ""item""__fetch__json"(
  case when $3 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($3, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($3)]))
      operator(pg_catalog.||) json_object('order': $1, 'no.': $2 absent on null returning pg_catalog.jsonb)
    else json_object('order': $1, 'no.': $2 absent on null returning pg_catalog.jsonb)
  end,
  $4)
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.\"Line \"\"item\"\"\" fetch","type":"object","properties":{"order":{"type":"integer","x-type":"integer"},"no.":{"type":"integer","x-type":"smallint"}},"required":["order","no."],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":["object","null"],"properties":{"order":{"type":"integer"},"no.":{"type":"integer"},"Pair":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false},"pairs":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"x":{},"Y y":{}},"additionalProperties":false}},"price":{"type":["number","string","null"]},"codes":{"type":["array","null"],"items":{"type":["string","null"],"maxLength":3}},"line\nbreak":{"type":["string","null"]},"span":{"type":["string","null"]},"double":{"type":["number","string","null"]}}}

grant usage on schema odd to ai_owner;

grant select ("at", "note") on table odd.loose to ai_owner;

grant insert ("note") on table odd.loose to ai_owner;

create or replace function ai_gen.odd__loose__create__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Creates a row of odd.loose. Compiled from COMMENT ON TABLE odd.loose (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _old jsonb;
  _new jsonb;
  _constraint text;
  _column text;
  _result jsonb;
  _started timestamptz := pg_catalog.clock_timestamp();
  note text;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '$.type() == "object"'
          ' && (!exists($."note") || $."note".type() == "null" || $."note".type() == "string")'::pg_catalog.jsonpath
        and _in - '{"note"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        note := _in ->> 'note';
        exit usual;
      end if;

      -- Nothing of the caller's runs before the JavaScript of others.
      if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
        perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('odd.loose', 'create', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'odd.loose.create:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('odd.loose', 'create', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"note"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"note"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'note') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"note":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      note := _in ->> 'note';

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('odd.loose', 'create', _errors);
      end if;
    end;

    -- The statement.
    insert into odd.loose as t (note)
    values (given.note)
    returning pg_catalog.jsonb_build_object('at', t.at, 'note', t.note)
      into _new;
    if _new is null then
      perform ai_private.refuse_suppressed('odd.loose', 'create');
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('odd.loose', 'create', null,
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', null, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'odd.loose.create', 'odd.loose', 'create', a.row_key, a.actor, given._new
    from audit as a;

    return pg_catalog.jsonb_build_object('note', _new -> 'note');
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('odd.loose', 'create', null, sqlstate);
      perform ai_private.refuse_violation('odd.loose', 'create', '{}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('odd.loose', 'create', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('odd__loose__create__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.odd__loose__create__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.odd__loose__create(
  note text default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen.odd__loose__create__json(
  case when $2 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($2, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($2)]))
      operator(pg_catalog.||) json_object('note': $1 absent on null returning pg_catalog.jsonb)
    else json_object('note': $1 absent on null returning pg_catalog.jsonb)
  end,
  $3)
$pg_ai$;

create or replace function ai_gen.odd__loose__create__bulk(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Many calls of odd__loose__create__json in one statement. Compiled from COMMENT ON TABLE odd.loose (fingerprint).
#variable_conflict use_column
declare
  _actor text := coalesce(
    nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
    nullif(pg_catalog.current_setting('role', true), 'none'),
    session_user);
  _answers jsonb;
  _count bigint;
begin
  -- Nothing of the caller's runs before the JavaScript of others.
  if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
    perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
  end if;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      item._in ->> 'note' as note
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"note"}'::text[] <> '{}'
        or pg_catalog.jsonb_typeof(_in -> 'note') not in ('string', 'null')
    ) as all_right
  ),
  new_row as (
    insert into odd.loose as t (note)
    select given.note
    from given
    where (select v.all_right from verdict as v)
    order by given._key
    returning pg_catalog.jsonb_build_object('at', t.at, 'note', t.note) as new_row, null::text as version
  ),
  counted as (
    select n.new_row, n.version, pg_catalog.row_number() over () as number from new_row as n
  ),
  inserted as (
    select g.position, null::jsonb as old_row, c.new_row, c.version
    from counted as c
    join (
      select given._key as position, pg_catalog.row_number() over (order by given._key) as number
      from given
      where true
    ) as g on g.number = c.number
  ),
  done as (
    select x.position, x.old_row, x.new_row, x.version from inserted as x
  ),
  outcome as materialized (
    select d.position, d.old_row, d.new_row, d.version, pg_catalog.nextval('ai.audit_id') as audit_id
    from done as d
    order by d.position
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
    select o.audit_id, 'odd.loose', 'create', null, _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'odd.loose.create', 'odd.loose', 'create', null, _actor, o.new_row
    from outcome as o
  )
  select pg_catalog.count(*), pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('note', o.new_row -> 'note') order by o.position)
  into _count, _answers
  from outcome as o;
  if _count <> pg_catalog.cardinality($1) then
    raise exception using errcode = 'PI198', message = 'a set of calls is split';
  end if;
  return _answers;
end
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"odd.loose create","type":"object","properties":{"note":{"type":["string","null"],"x-type":"text"}},"required":[],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"note":{"type":["string","null"]}}}
