grant usage on schema shop to ai_owner;

grant select ("id", "email", "password", "name", "size", "balance", "tags", "settings", "referrer", "since", "until", "version", "created_at", "xmin") on table shop.customer to ai_owner;

grant insert ("email", "password", "name", "size", "balance", "tags", "settings", "referrer", "since", "until") on table shop.customer to ai_owner;

grant update ("password", "name", "size", "balance", "tags", "since", "until", "version") on table shop.customer to ai_owner;

grant delete on table shop.customer to ai_owner;

create or replace function ai_gen.shop__customer__create__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Creates a row of shop.customer. Compiled from COMMENT ON TABLE shop.customer (fingerprint). Edit the declaration, not this function.
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
  email text;
  password text;
  name character varying;
  size shop.size;
  balance numeric;
  tags text[];
  settings jsonb;
  referrer bigint;
  since date;
  until date;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '$."email".type() == "string"'
          ' && $."password".type() == "string"'
          ' && (!exists($."name") || $."name".type() == "null" || $."name".type() == "string")'
          ' && (!exists($."size") || $."size".type() == "string" && ($."size" == "small" || $."size" == "large"))'
          ' && (!exists($."balance") || ($."balance".type() == "number" && $."balance".abs() < 100000000 && ($."balance" * 100).floor() == $."balance" * 100 || $."balance".type() == "string" && $."balance" like_regex "^-?[0-9]{1,8}([.][0-9]{1,2})?$"))'
          ' && (!exists($."tags") || $."tags".type() == "null" || $."tags".type() == "array")'
          ' && (!exists($."settings") || $."settings".type() != "null")'
          ' && (!exists($."referrer") || $."referrer".type() == "null" || ($."referrer".type() == "number" && $."referrer".abs() <= 9223372036854775807 && $."referrer".floor() == $."referrer" || $."referrer".type() == "string" && $."referrer" like_regex "^-?[0-9]{1,18}$"))'
          ' && (!exists($."since") || $."since".type() == "null" || $."since".type() == "string")'
          ' && (!exists($."until") || $."until".type() == "null" || $."until".type() == "string")'::pg_catalog.jsonpath
        and _in - '{"email","password","name","size","balance","tags","settings","referrer","since","until"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        begin
          select _in ->> 'password',
            case when _in ? 'name' then _in ->> 'name' else 'nobody'::character varying end,
            coalesce((_in ->> 'size')::shop.size, ('small'::shop.size)::shop.size),
            coalesce((_in ->> 'balance')::numeric, (0)::numeric),
            coalesce(nullif(_in -> 'settings', 'null'), ('{"theme": "it''s dark"}'::jsonb)::jsonb),
            (_in ->> 'referrer')::numeric::bigint
          into given.password, given.name, given.size, given.balance, given.settings, given.referrer;
          if _in ? 'email' then
            if ((_in ->> 'email')::text)::shop.email is null then end if;
            email := (_in ->> 'email')::text;
          end if;
          if _in ? 'tags' then
            tags := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'tags')) as r (v text[]));
          end if;
          since := (_in ->> 'since')::date;
          until := (_in ->> 'until')::date;
          exit usual when (email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end)
            or pg_catalog.char_length(password) < 8
            or pg_catalog.char_length(name::text) > 40
            or pg_catalog.cardinality(tags) > 3
            or pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e)
            or not ((balance >= (0)::numeric))
            or not ((since < until))) is not true;
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
        perform ai_private.check_options('shop.customer', 'create', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', ai_private.keyed_request('shop.customer.create:' || _in::text || (_opt - 'idempotency_key')::text));
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('shop.customer', 'create', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"email","password","name","size","balance","tags","settings","referrer","since","until"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"email","password","name","size","balance","tags","settings","referrer","since","until"}'::text[]);
      end if;
      if not _in ?& '{"email","password"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"email","password"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'email') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'size') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'balance') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'tags') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'settings') = 'null'
        or pg_catalog.jsonb_typeof(_in -> 'referrer') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'since') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'until') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"email":["string"],"password":["string"],"name":["string","null"],"size":["string"],"balance":["number","string"],"tags":["array","null"],"settings":["string","number","boolean","object","array"],"referrer":["number","string","null"],"since":["string","null"],"until":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      password := _in ->> 'password';
      name := _in ->> 'name';
      settings := (nullif(_in -> 'settings', 'null'))::jsonb;
      loop
        begin
          if _in ? 'email' then
            if ((_in ->> 'email')::text)::shop.email is null then end if;
            email := (_in ->> 'email')::text;
          end if;
          size := (_in ->> 'size')::shop.size;
          balance := (_in ->> 'balance')::numeric;
          if _in ? 'tags' then
            tags := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'tags')) as r (v text[]));
          end if;
          referrer := (_in ->> 'referrer')::bigint;
          since := (_in ->> 'since')::date;
          until := (_in ->> 'until')::date;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"email":"shop.email","size":"shop.size","balance":"numeric","tags":"text[]","referrer":"bigint","since":"date","until":"date"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end) then
        _errors := _errors || ai_private.input_error('email', 'format', '{"format":"email"}'::jsonb);
      end if;
      if pg_catalog.char_length(password) < 8 then
        _errors := _errors || ai_private.input_error('password', 'minLength', '{"minLength":8}'::jsonb);
      end if;
      if pg_catalog.char_length(name::text) > 40 then
        _errors := _errors || ai_private.input_error('name', 'maxLength', '{"maxLength":40}'::jsonb);
      end if;
      if pg_catalog.scale(pg_catalog.trim_scale(balance)) > 2 then
        _errors := _errors || ai_private.input_error('balance', 'multipleOf', '{"multipleOf":0.01}'::jsonb);
      end if;
      if pg_catalog.abs(balance) >= 1e8::numeric then
        _errors := _errors || ai_private.input_error('balance', 'maximum', '{"maximum":"99999999.99"}'::jsonb);
      end if;
      if pg_catalog.cardinality(tags) > 3 then
        _errors := _errors || ai_private.input_error('tags', 'maxItems', '{"maxItems":3}'::jsonb);
      end if;
      if pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e) then
        _errors := _errors || ai_private.input_error('tags', 'uniqueItems', '{"uniqueItems":true}'::jsonb);
      end if;

      -- What absent inputs become.
      if not _in ? 'name' then
        name := 'nobody'::character varying;
      end if;
      if not _in ? 'size' then
        size := ('small'::shop.size)::shop.size;
      end if;
      if not _in ? 'balance' then
        balance := (0)::numeric;
      end if;
      if not _in ? 'settings' then
        settings := ('{"theme": "it''s dark"}'::jsonb)::jsonb;
      end if;

      -- The table's CHECK constraints, as far as the inputs decide them.
      if not ((balance >= (0)::numeric)) then
        _errors := _errors || ai_private.input_error('balance', 'check', '{"constraint":"not_in_debt","check":"(balance >= (0)::numeric)","fields":["balance"]}'::jsonb);
      end if;
      if not ((since < until)) then
        _errors := _errors || ai_private.input_error('since', 'check', '{"constraint":"ordered","check":"(since < until)","fields":["since","until"]}'::jsonb);
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('shop.customer', 'create', _errors);
      end if;
    end;

    -- The statement.
    insert into shop.customer as t (email, password, name, size, balance, tags, settings, referrer, since, until)
    values (given.email, given.password, given.name, given.size, given.balance, given.tags, given.settings, given.referrer, given.since, given.until)
    returning pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'size', t.size, 'balance', t.balance, 'tags', t.tags, 'settings', t.settings, 'referrer', t.referrer, 'since', t.since, 'until', t.until, 'version', t.version, 'created_at', t.created_at)
      into _new;
    if _new is null then
      perform ai_private.refuse_suppressed('shop.customer', 'create');
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('shop.customer', 'create', pg_catalog.jsonb_build_object('id', given._new -> 'id'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', null, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'shop.customer.create', 'shop.customer', 'create', a.row_key, a.actor, given._new
    from audit as a;

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('shop.customer', 'create', null, sqlstate);
      perform ai_private.refuse_violation('shop.customer', 'create', '{"customer_email_key":["email"],"customer_pkey":["id"],"customer_referrer_fkey":["referrer"],"not_in_debt":["balance"],"ordered":["since","until"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('shop.customer', 'create', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('shop__customer__create__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the identity sequence of shop.customer.id advances"},{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.shop__customer__create__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.shop__customer__create(
  email text,
  password text,
  name character varying default null,
  size shop.size default null,
  balance numeric default null,
  tags text[] default null,
  settings jsonb default null,
  referrer bigint default null,
  since date default null,
  until date default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen.shop__customer__create__json(
  case when $11 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($11, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($11)]))
      operator(pg_catalog.||) json_object('email': $1, 'password': $2, 'name': $3, 'size': $4, 'balance': $5, 'tags': $6, 'settings': $7, 'referrer': $8, 'since': $9, 'until': $10 absent on null returning pg_catalog.jsonb)
    else json_object('email': $1, 'password': $2, 'name': $3, 'size': $4, 'balance': $5, 'tags': $6, 'settings': $7, 'referrer': $8, 'since': $9, 'until': $10 absent on null returning pg_catalog.jsonb)
  end,
  $12)
$pg_ai$;

create or replace function ai_gen.shop__customer__create__bulk(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Many calls of shop__customer__create__json in one statement. Compiled from COMMENT ON TABLE shop.customer (fingerprint).
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
      item._in ->> 'email' as email,
      item._in ->> 'password' as password,
      case when item._in ? 'name' then item._in ->> 'name' else 'nobody'::character varying end as name,
      case when item._in ? 'size' then (item._in ->> 'size')::shop.size else ('small'::shop.size)::shop.size end as size,
      case when item._in ? 'balance' then (item._in ->> 'balance')::numeric else (0)::numeric end as balance,
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'tags')) as r (v text[])) as tags,
      case when item._in ? 'settings' then nullif(item._in -> 'settings', 'null')::jsonb else ('{"theme": "it''s dark"}'::jsonb)::jsonb end as settings,
      (item._in ->> 'referrer')::bigint as referrer,
      (item._in ->> 'since')::date as since,
      (item._in ->> 'until')::date as until
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"email","password","name","size","balance","tags","settings","referrer","since","until"}'::text[] <> '{}'
        or not _in ?& '{"email","password"}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'email') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'size') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'balance') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'tags') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'settings') = 'null'
        or pg_catalog.jsonb_typeof(_in -> 'referrer') not in ('number', 'string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'since') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'until') not in ('string', 'null')
        or email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end)
        or pg_catalog.char_length(password) < 8
        or pg_catalog.char_length(name::text) > 40
        or pg_catalog.scale(pg_catalog.trim_scale(balance)) > 2
        or pg_catalog.abs(balance) >= 1e8::numeric
        or pg_catalog.cardinality(tags) > 3
        or pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e)
        or not ((balance >= (0)::numeric))
        or not ((since < until))
    ) as all_right
  ),
  new_row as (
    insert into shop.customer as t (email, password, name, size, balance, tags, settings, referrer, since, until)
    select given.email, given.password, given.name, given.size, given.balance, given.tags, given.settings, given.referrer, given.since, given.until
    from given
    where (select v.all_right from verdict as v)
    order by given._key
    returning pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'size', t.size, 'balance', t.balance, 'tags', t.tags, 'settings', t.settings, 'referrer', t.referrer, 'since', t.since, 'until', t.until, 'version', t.version, 'created_at', t.created_at) as new_row, null::text as version
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
    select o.audit_id, 'shop.customer', 'create', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'shop.customer.create', 'shop.customer', 'create', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, o.new_row
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

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"shop.customer create","type":"object","properties":{"email":{"type":"string","format":"email","x-type":"shop.email"},"password":{"type":"string","minLength":8,"writeOnly":true,"x-type":"text"},"name":{"type":["string","null"],"maxLength":40,"x-default":"'nobody'::character varying","x-type":"character varying(40)"},"size":{"type":"string","enum":["small","large"],"x-default":"('small'::shop.size)::shop.size","x-type":"shop.size"},"balance":{"type":["number","string"],"multipleOf":0.01,"maximum":99999999.99,"x-default":"(0)::numeric","x-type":"numeric(10,2)"},"tags":{"type":["array","null"],"items":{"type":["string","null"]},"maxItems":3,"uniqueItems":true,"x-type":"text[]"},"settings":{"x-default":"('{\"theme\": \"it''s dark\"}'::jsonb)::jsonb","x-type":"jsonb","type":["string","number","boolean","object","array"]},"referrer":{"type":["integer","string","null"],"x-type":"bigint"},"since":{"type":["string","null"],"format":"date","x-type":"date"},"until":{"type":["string","null"],"format":"date","x-type":"date"}},"required":["email","password"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":["integer","string"]},"email":{"type":"string"},"name":{"type":["string","null"]},"size":{"type":"string","enum":["small","large"]},"balance":{"type":["number","string"]},"tags":{"type":["array","null"],"items":{"type":["string","null"]}},"settings":{},"referrer":{"type":["integer","string","null"]},"since":{"type":["string","null"],"format":"date"},"until":{"type":["string","null"],"format":"date"},"version":{"type":"integer"},"created_at":{"type":"string","format":"date-time"}}}

create or replace function ai_gen.shop__customer__update__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Updates a row of shop.customer. Compiled from COMMENT ON TABLE shop.customer (fingerprint). Edit the declaration, not this function.
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
  _version text;
  id bigint;
  password text;
  name character varying;
  size shop.size;
  balance numeric;
  tags text[];
  since date;
  until date;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '($."id".type() == "number" && $."id".abs() <= 9223372036854775807 && $."id".floor() == $."id" || $."id".type() == "string" && $."id" like_regex "^-?[0-9]{1,18}$")'
          ' && (!exists($."password") || $."password".type() == "string")'
          ' && (!exists($."name") || $."name".type() == "null" || $."name".type() == "string")'
          ' && (!exists($."size") || $."size".type() == "string" && ($."size" == "small" || $."size" == "large"))'
          ' && (!exists($."balance") || ($."balance".type() == "number" && $."balance".abs() < 100000000 && ($."balance" * 100).floor() == $."balance" * 100 || $."balance".type() == "string" && $."balance" like_regex "^-?[0-9]{1,8}([.][0-9]{1,2})?$"))'
          ' && (!exists($."tags") || $."tags".type() == "null" || $."tags".type() == "array")'
          ' && (!exists($."since") || $."since".type() == "null" || $."since".type() == "string")'
          ' && (!exists($."until") || $."until".type() == "null" || $."until".type() == "string")'::pg_catalog.jsonpath
        and _in - '{"id","password","name","size","balance","tags","since","until"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        begin
          select (_in ->> 'id')::numeric::bigint,
            _in ->> 'password',
            _in ->> 'name',
            (_in ->> 'size')::shop.size,
            (_in ->> 'balance')::numeric
          into given.id, given.password, given.name, given.size, given.balance;
          if _in ? 'tags' then
            tags := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'tags')) as r (v text[]));
          end if;
          since := (_in ->> 'since')::date;
          until := (_in ->> 'until')::date;
          exit usual when (pg_catalog.char_length(password) < 8
            or pg_catalog.char_length(name::text) > 40
            or pg_catalog.cardinality(tags) > 3
            or pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e)
            or _in ?& '{"balance"}'::text[] and not ((balance >= (0)::numeric))
            or _in ?& '{"since","until"}'::text[] and not ((since < until))) is not true;
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
        perform ai_private.check_options('shop.customer', 'update', _opt, '{"dry_run","idempotency_key","expected_version","set_default"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', ai_private.keyed_request('shop.customer.update:' || _in::text || (_opt - 'idempotency_key')::text));
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('shop.customer', 'update', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"id","password","name","size","balance","tags","since","until"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"id","password","name","size","balance","tags","since","until"}'::text[]);
      end if;
      if not _in ?& '{"id"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"id"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'id') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'size') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'balance') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'tags') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'since') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'until') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"id":["number","string"],"password":["string"],"name":["string","null"],"size":["string"],"balance":["number","string"],"tags":["array","null"],"since":["string","null"],"until":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      password := _in ->> 'password';
      name := _in ->> 'name';
      loop
        begin
          id := (_in ->> 'id')::bigint;
          size := (_in ->> 'size')::shop.size;
          balance := (_in ->> 'balance')::numeric;
          if _in ? 'tags' then
            tags := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', _in -> 'tags')) as r (v text[]));
          end if;
          since := (_in ->> 'since')::date;
          until := (_in ->> 'until')::date;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"id":"bigint","size":"shop.size","balance":"numeric","tags":"text[]","since":"date","until":"date"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if pg_catalog.char_length(password) < 8 then
        _errors := _errors || ai_private.input_error('password', 'minLength', '{"minLength":8}'::jsonb);
      end if;
      if pg_catalog.char_length(name::text) > 40 then
        _errors := _errors || ai_private.input_error('name', 'maxLength', '{"maxLength":40}'::jsonb);
      end if;
      if pg_catalog.scale(pg_catalog.trim_scale(balance)) > 2 then
        _errors := _errors || ai_private.input_error('balance', 'multipleOf', '{"multipleOf":0.01}'::jsonb);
      end if;
      if pg_catalog.abs(balance) >= 1e8::numeric then
        _errors := _errors || ai_private.input_error('balance', 'maximum', '{"maximum":"99999999.99"}'::jsonb);
      end if;
      if pg_catalog.cardinality(tags) > 3 then
        _errors := _errors || ai_private.input_error('tags', 'maxItems', '{"maxItems":3}'::jsonb);
      end if;
      if pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e) then
        _errors := _errors || ai_private.input_error('tags', 'uniqueItems', '{"uniqueItems":true}'::jsonb);
      end if;

      -- What absent inputs become.
      if _opt ? 'set_default' then
        perform ai_private.check_resets('shop.customer', 'update', _opt -> 'set_default', '{"password","name","size","balance","tags","since","until"}'::text[]);
        if _opt -> 'set_default' ? 'password' then
          password := null;
          _in := _in || pg_catalog.jsonb_build_object('password', true);
        end if;
        if _opt -> 'set_default' ? 'name' then
          name := null;
          _in := _in || pg_catalog.jsonb_build_object('name', true);
        end if;
        if _opt -> 'set_default' ? 'size' then
          size := ('small'::shop.size)::shop.size;
          _in := _in || pg_catalog.jsonb_build_object('size', true);
        end if;
        if _opt -> 'set_default' ? 'balance' then
          balance := (0)::numeric;
          _in := _in || pg_catalog.jsonb_build_object('balance', true);
        end if;
        if _opt -> 'set_default' ? 'tags' then
          tags := null;
          _in := _in || pg_catalog.jsonb_build_object('tags', true);
        end if;
        if _opt -> 'set_default' ? 'since' then
          since := null;
          _in := _in || pg_catalog.jsonb_build_object('since', true);
        end if;
        if _opt -> 'set_default' ? 'until' then
          until := null;
          _in := _in || pg_catalog.jsonb_build_object('until', true);
        end if;
      end if;

      -- The table's CHECK constraints, as far as the inputs decide them.
      if _in ?& '{"balance"}'::text[] and not ((balance >= (0)::numeric)) then
        _errors := _errors || ai_private.input_error('balance', 'check', '{"constraint":"not_in_debt","check":"(balance >= (0)::numeric)","fields":["balance"]}'::jsonb);
      end if;
      if _in ?& '{"since","until"}'::text[] and not ((since < until)) then
        _errors := _errors || ai_private.input_error('since', 'check', '{"constraint":"ordered","check":"(since < until)","fields":["since","until"]}'::jsonb);
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('shop.customer', 'update', _errors);
      end if;
    end;

    -- The statement.
    update shop.customer as t
    set password = case when given._in ? 'password' then given.password else t.password end,
        name = case when given._in ? 'name' then given.name else t.name end,
        size = case when given._in ? 'size' then given.size else t.size end,
        balance = case when given._in ? 'balance' then given.balance else t.balance end,
        tags = case when given._in ? 'tags' then given.tags else t.tags end,
        since = case when given._in ? 'since' then given.since else t.since end,
        until = case when given._in ? 'until' then given.until else t.until end,
        version = t.version + 1
    where t.id = given.id
      and (not given._opt ? 'expected_version' or pg_catalog.to_jsonb(t.version) #>> '{}' = given._opt ->> 'expected_version')
    returning with (old as o, new as n) pg_catalog.jsonb_build_object('id', o.id, 'email', o.email, 'name', o.name, 'size', o.size, 'balance', o.balance, 'tags', o.tags, 'settings', o.settings, 'referrer', o.referrer, 'since', o.since, 'until', o.until, 'version', o.version, 'created_at', o.created_at),
      pg_catalog.jsonb_build_object('id', n.id, 'email', n.email, 'name', n.name, 'size', n.size, 'balance', n.balance, 'tags', n.tags, 'settings', n.settings, 'referrer', n.referrer, 'since', n.since, 'until', n.until, 'version', n.version, 'created_at', n.created_at)
      into _old, _new;
    if _new is null then
      if exists (select from shop.customer as t where t.id = given.id
      and (not given._opt ? 'expected_version' or pg_catalog.to_jsonb(t.version) #>> '{}' = given._opt ->> 'expected_version')) then
        perform ai_private.refuse_suppressed('shop.customer', 'update');
      end if;
      if _opt ? 'expected_version' then
        select pg_catalog.to_jsonb(t.version) #>> '{}' into _version from shop.customer as t where t.id = given.id;
        if exists (select from shop.customer as t where t.id = given.id) then
          perform ai_private.refuse_stale('shop.customer', 'update', pg_catalog.jsonb_build_object('id', given._in -> 'id'), _opt ->> 'expected_version', _version);
        end if;
      end if;
      perform ai_private.refuse_unmatched('shop.customer', 'update', pg_catalog.jsonb_build_object('id', given._in -> 'id'));
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('shop.customer', 'update', pg_catalog.jsonb_build_object('id', given._new -> 'id'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', given._old, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'shop.customer.update', 'shop.customer', 'update', a.row_key, a.actor, given._new
    from audit as a;

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('shop.customer', 'update', null, sqlstate);
      perform ai_private.refuse_violation('shop.customer', 'update', '{"customer_email_key":["email"],"customer_pkey":["id"],"customer_referrer_fkey":["referrer"],"not_in_debt":["balance"],"ordered":["since","until"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('shop.customer', 'update', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('shop__customer__update__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.shop__customer__update__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.shop__customer__update(
  id bigint,
  password text default null,
  name character varying default null,
  size shop.size default null,
  balance numeric default null,
  tags text[] default null,
  since date default null,
  until date default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen.shop__customer__update__json(
  case when $9 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($9, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($9)]))
      operator(pg_catalog.||) json_object('id': $1, 'password': $2, 'name': $3, 'size': $4, 'balance': $5, 'tags': $6, 'since': $7, 'until': $8 absent on null returning pg_catalog.jsonb)
    else json_object('id': $1, 'password': $2, 'name': $3, 'size': $4, 'balance': $5, 'tags': $6, 'since': $7, 'until': $8 absent on null returning pg_catalog.jsonb)
  end,
  $10)
$pg_ai$;

create or replace function ai_gen.shop__customer__update__bulk(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Many calls of shop__customer__update__json in one statement. Compiled from COMMENT ON TABLE shop.customer (fingerprint).
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
  perform from shop.customer as t
  join (
    select (item._in ->> 'id')::bigint as id
    from pg_catalog.unnest($1) as item (_in)
  ) as given on t.id = given.id
  order by t.id
  for no key update of t;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      (item._in ->> 'id')::bigint as id,
      item._in ->> 'password' as password,
      item._in ->> 'name' as name,
      (item._in ->> 'size')::shop.size as size,
      (item._in ->> 'balance')::numeric as balance,
      (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', item._in -> 'tags')) as r (v text[])) as tags,
      (item._in ->> 'since')::date as since,
      (item._in ->> 'until')::date as until
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"id","password","name","size","balance","tags","since","until"}'::text[] <> '{}'
        or not _in ?& '{"id"}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'id') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'size') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'balance') not in ('number', 'string')
        or pg_catalog.jsonb_typeof(_in -> 'tags') not in ('array', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'since') not in ('string', 'null')
        or pg_catalog.jsonb_typeof(_in -> 'until') not in ('string', 'null')
        or pg_catalog.char_length(password) < 8
        or pg_catalog.char_length(name::text) > 40
        or pg_catalog.scale(pg_catalog.trim_scale(balance)) > 2
        or pg_catalog.abs(balance) >= 1e8::numeric
        or pg_catalog.cardinality(tags) > 3
        or pg_catalog.cardinality(tags) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(tags) as e)
        or _in ?& '{"balance"}'::text[] and not ((balance >= (0)::numeric))
        or _in ?& '{"since","until"}'::text[] and not ((since < until))
    ) as all_right
  ),
  updated as (
    update shop.customer as t
    set password = case when given._in ? 'password' then given.password else t.password end,
        name = case when given._in ? 'name' then given.name else t.name end,
        size = case when given._in ? 'size' then given.size else t.size end,
        balance = case when given._in ? 'balance' then given.balance else t.balance end,
        tags = case when given._in ? 'tags' then given.tags else t.tags end,
        since = case when given._in ? 'since' then given.since else t.since end,
        until = case when given._in ? 'until' then given.until else t.until end,
        version = t.version + 1
    from given
    where t.id = given.id
      and (select v.all_right from verdict as v)
    returning with (old as o, new as n) given._key as position, pg_catalog.jsonb_build_object('id', o.id, 'email', o.email, 'name', o.name, 'size', o.size, 'balance', o.balance, 'tags', o.tags, 'settings', o.settings, 'referrer', o.referrer, 'since', o.since, 'until', o.until, 'version', o.version, 'created_at', o.created_at) as old_row,
      pg_catalog.jsonb_build_object('id', n.id, 'email', n.email, 'name', n.name, 'size', n.size, 'balance', n.balance, 'tags', n.tags, 'settings', n.settings, 'referrer', n.referrer, 'since', n.since, 'until', n.until, 'version', n.version, 'created_at', n.created_at) as new_row, null::text as version
  ),
  done as (
    select x.position, x.old_row, x.new_row, x.version from updated as x
  ),
  outcome as materialized (
    select d.position, d.old_row, d.new_row, d.version, pg_catalog.nextval('ai.audit_id') as audit_id
    from done as d
    order by d.position
  ),
  audited as (
    insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
    select o.audit_id, 'shop.customer', 'update', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'shop.customer.update', 'shop.customer', 'update', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, o.new_row
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

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"shop.customer update","type":"object","properties":{"id":{"type":["integer","string"],"x-type":"bigint"},"password":{"type":"string","minLength":8,"writeOnly":true,"x-type":"text"},"name":{"type":["string","null"],"maxLength":40,"x-type":"character varying(40)"},"size":{"type":"string","enum":["small","large"],"x-default":"('small'::shop.size)::shop.size","x-type":"shop.size"},"balance":{"type":["number","string"],"multipleOf":0.01,"maximum":99999999.99,"x-default":"(0)::numeric","x-type":"numeric(10,2)"},"tags":{"type":["array","null"],"items":{"type":["string","null"]},"maxItems":3,"uniqueItems":true,"x-type":"text[]"},"since":{"type":["string","null"],"format":"date","x-type":"date"},"until":{"type":["string","null"],"format":"date","x-type":"date"}},"required":["id"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":["integer","string"]},"email":{"type":"string"},"name":{"type":["string","null"]},"size":{"type":"string","enum":["small","large"]},"balance":{"type":["number","string"]},"tags":{"type":["array","null"],"items":{"type":["string","null"]}},"settings":{},"referrer":{"type":["integer","string","null"]},"since":{"type":["string","null"],"format":"date"},"until":{"type":["string","null"],"format":"date"},"version":{"type":"integer"},"created_at":{"type":"string","format":"date-time"}}}

create or replace function ai_gen.shop__customer__delete__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Deletes a row of shop.customer. Compiled from COMMENT ON TABLE shop.customer (fingerprint). Edit the declaration, not this function.
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
  _version text;
  id bigint;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '($."id".type() == "number" && $."id".abs() <= 9223372036854775807 && $."id".floor() == $."id" || $."id".type() == "string" && $."id" like_regex "^-?[0-9]{1,18}$")'::pg_catalog.jsonpath
        and _in - '{"id"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        id := (_in ->> 'id')::numeric::bigint;
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
        perform ai_private.check_options('shop.customer', 'delete', _opt, '{"dry_run","idempotency_key","expected_version"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'shop.customer.delete:' || _in::text || (_opt - 'idempotency_key')::text);
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('shop.customer', 'delete', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"id"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"id"}'::text[]);
      end if;
      if not _in ?& '{"id"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"id"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'id') not in ('number', 'string')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"id":["number","string"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      loop
        begin
          id := (_in ->> 'id')::bigint;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"id":"bigint"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('shop.customer', 'delete', _errors);
      end if;
    end;

    -- The statement.
    delete from shop.customer as t
    where t.id = given.id
      and (not given._opt ? 'expected_version' or t.xmin::text = given._opt ->> 'expected_version')
    returning pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'size', t.size, 'balance', t.balance, 'tags', t.tags, 'settings', t.settings, 'referrer', t.referrer, 'since', t.since, 'until', t.until, 'version', t.version, 'created_at', t.created_at)
      into _old;
    if _old is null then
      if exists (select from shop.customer as t where t.id = given.id
      and (not given._opt ? 'expected_version' or t.xmin::text = given._opt ->> 'expected_version')) then
        perform ai_private.refuse_suppressed('shop.customer', 'delete');
      end if;
      if _opt ? 'expected_version' then
        select t.xmin::text into _version from shop.customer as t where t.id = given.id;
        if exists (select from shop.customer as t where t.id = given.id) then
          perform ai_private.refuse_stale('shop.customer', 'delete', pg_catalog.jsonb_build_object('id', given._in -> 'id'), _opt ->> 'expected_version', _version);
        end if;
      end if;
      perform ai_private.refuse_unmatched('shop.customer', 'delete', pg_catalog.jsonb_build_object('id', given._in -> 'id'));
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('shop.customer', 'delete', pg_catalog.jsonb_build_object('id', given._old -> 'id'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', given._old, null, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'shop.customer.delete', 'shop.customer', 'delete', a.row_key, a.actor, given._old
    from audit as a;

    return _old;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('shop.customer', 'delete', null, sqlstate);
      perform ai_private.refuse_violation('shop.customer', 'delete', '{"customer_email_key":["email"],"customer_pkey":["id"],"customer_referrer_fkey":["referrer"],"not_in_debt":["balance"],"ordered":["since","until"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('shop.customer', 'delete', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('shop__customer__delete__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.shop__customer__delete__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.shop__customer__delete(
  id bigint,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen.shop__customer__delete__json(
  case when $2 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($2, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($2)]))
      operator(pg_catalog.||) json_object('id': $1 absent on null returning pg_catalog.jsonb)
    else json_object('id': $1 absent on null returning pg_catalog.jsonb)
  end,
  $3)
$pg_ai$;

create or replace function ai_gen.shop__customer__delete__bulk(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Many calls of shop__customer__delete__json in one statement. Compiled from COMMENT ON TABLE shop.customer (fingerprint).
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
      (item._in ->> 'id')::bigint as id
    from item
    order by id
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"id"}'::text[] <> '{}'
        or not _in ?& '{"id"}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'id') not in ('number', 'string')
    ) as all_right
  ),
  deleted as (
    delete from shop.customer as t
    using given
    where t.id = given.id
      and (select v.all_right from verdict as v)
    returning given._key as position, pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'size', t.size, 'balance', t.balance, 'tags', t.tags, 'settings', t.settings, 'referrer', t.referrer, 'since', t.since, 'until', t.until, 'version', t.version, 'created_at', t.created_at) as old_row, null::jsonb as new_row, null::text as version
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
    select o.audit_id, 'shop.customer', 'delete', pg_catalog.jsonb_build_object('id', o.old_row -> 'id'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'shop.customer.delete', 'shop.customer', 'delete', pg_catalog.jsonb_build_object('id', o.old_row -> 'id'), _actor, o.old_row
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

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"shop.customer delete","description":"Forgets a customer","type":"object","properties":{"id":{"type":["integer","string"],"x-type":"bigint"}},"required":["id"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":["integer","string"]},"email":{"type":"string"},"name":{"type":["string","null"]},"size":{"type":"string","enum":["small","large"]},"balance":{"type":["number","string"]},"tags":{"type":["array","null"],"items":{"type":["string","null"]}},"settings":{},"referrer":{"type":["integer","string","null"]},"since":{"type":["string","null"],"format":"date"},"until":{"type":["string","null"],"format":"date"},"version":{"type":"integer"},"created_at":{"type":"string","format":"date-time"}}}

create or replace function ai_gen.shop__customer__upsert__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Creates or updates a row of shop.customer. Compiled from COMMENT ON TABLE shop.customer (fingerprint). Edit the declaration, not this function.
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
  email text;
  password text;
  name character varying;
begin
  <<attempt>>
  begin
    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '$."email".type() == "string"'
          ' && $."password".type() == "string"'
          ' && (!exists($."name") || $."name".type() == "null" || $."name".type() == "string")'::pg_catalog.jsonpath
        and _in - '{"email","password","name"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        begin
          password := _in ->> 'password';
          name := _in ->> 'name';
          if _in ? 'email' then
            if ((_in ->> 'email')::text)::shop.email is null then end if;
            email := (_in ->> 'email')::text;
          end if;
          exit usual when (email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end)
            or pg_catalog.char_length(password) < 8
            or pg_catalog.char_length(name::text) > 40) is not true;
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
        perform ai_private.check_options('shop.customer', 'upsert', _opt, '{"dry_run","idempotency_key"}'::text[]);
        exit attempt when _opt -> 'dry_run' = 'true';
        if _opt ? 'idempotency_key' then
          _result := ai_private.claim_key(_opt ->> 'idempotency_key', ai_private.keyed_request('shop.customer.upsert:' || _in::text || (_opt - 'idempotency_key')::text));
          if _result is not null then
            return _result -> 'answer';
          end if;
          exit attempt;
        end if;
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('shop.customer', 'upsert', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"email","password","name"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"email","password","name"}'::text[]);
      end if;
      if not _in ?& '{"email","password"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"email","password"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'email') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"email":["string"],"password":["string"],"name":["string","null"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      password := _in ->> 'password';
      name := _in ->> 'name';
      loop
        begin
          if _in ? 'email' then
            if ((_in ->> 'email')::text)::shop.email is null then end if;
            email := (_in ->> 'email')::text;
          end if;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"email":"shop.email"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      -- Rules.
      if email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end) then
        _errors := _errors || ai_private.input_error('email', 'format', '{"format":"email"}'::jsonb);
      end if;
      if pg_catalog.char_length(password) < 8 then
        _errors := _errors || ai_private.input_error('password', 'minLength', '{"minLength":8}'::jsonb);
      end if;
      if pg_catalog.char_length(name::text) > 40 then
        _errors := _errors || ai_private.input_error('name', 'maxLength', '{"maxLength":40}'::jsonb);
      end if;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('shop.customer', 'upsert', _errors);
      end if;
    end;

    -- The statement.
    insert into shop.customer as t (email, password, name)
    values (given.email, given.password, given.name)
    on conflict (email) do update
    set password = excluded.password,
        name = case when given._in ? 'name' then excluded.name else t.name end
    returning with (old as o, new as n) pg_catalog.jsonb_build_object('id', o.id, 'email', o.email, 'name', o.name, 'size', o.size, 'balance', o.balance, 'tags', o.tags, 'settings', o.settings, 'referrer', o.referrer, 'since', o.since, 'until', o.until, 'version', o.version, 'created_at', o.created_at),
      pg_catalog.jsonb_build_object('id', n.id, 'email', n.email, 'name', n.name, 'size', n.size, 'balance', n.balance, 'tags', n.tags, 'settings', n.settings, 'referrer', n.referrer, 'since', n.since, 'until', n.until, 'version', n.version, 'created_at', n.created_at)
      into _old, _new;
    if _new is null then
      perform ai_private.refuse_suppressed('shop.customer', 'upsert');
    end if;
    if _old -> 'email' = 'null' then
      _old := null;
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('shop.customer', 'upsert', pg_catalog.jsonb_build_object('id', given._new -> 'id'),
        coalesce(
          nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
          nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
          nullif(pg_catalog.current_setting('role', true), 'none'),
          session_user),
        'fingerprint', given._old, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'shop.customer.upsert', 'shop.customer', 'upsert', a.row_key, a.actor, given._new
    from audit as a;

    return _new;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('shop.customer', 'upsert', null, sqlstate);
      perform ai_private.refuse_violation('shop.customer', 'upsert', '{"customer_email_key":["email"],"customer_pkey":["id"],"customer_referrer_fkey":["referrer"],"not_in_debt":["balance"],"ordered":["since","until"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('shop.customer', 'upsert', null, sqlstate);
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('shop__customer__upsert__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the identity sequence of shop.customer.id advances"},{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.shop__customer__upsert__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.shop__customer__upsert(
  email text,
  password text,
  name character varying default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
as $pg_ai$
select ai_gen.shop__customer__upsert__json(
  case when $4 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($4, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($4)]))
      operator(pg_catalog.||) json_object('email': $1, 'password': $2, 'name': $3 absent on null returning pg_catalog.jsonb)
    else json_object('email': $1, 'password': $2, 'name': $3 absent on null returning pg_catalog.jsonb)
  end,
  $5)
$pg_ai$;

create or replace function ai_gen.shop__customer__upsert__bulk(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Many calls of shop__customer__upsert__json in one statement. Compiled from COMMENT ON TABLE shop.customer (fingerprint).
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
  perform from shop.customer as t
  join (
    select item._in ->> 'email' as email
    from pg_catalog.unnest($1) as item (_in)
  ) as given on t.email = given.email
  order by t.email
  for no key update of t;
  with item as (
    select e.value as _in, e.position as _key
    from pg_catalog.unnest($1) with ordinality as e (value, position)
  ),
  given as materialized (
    select item._in, item._key,
      item._in ->> 'email' as email,
      item._in ->> 'password' as password,
      item._in ->> 'name' as name
    from item
  ),
  verdict as materialized (
    select not exists (
      select from given
      where pg_catalog.jsonb_typeof(_in) is distinct from 'object'
        or _in - '{"email","password","name"}'::text[] <> '{}'
        or not _in ?& '{"email","password"}'::text[]
        or pg_catalog.jsonb_typeof(_in -> 'email') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'password') <> 'string'
        or pg_catalog.jsonb_typeof(_in -> 'name') not in ('string', 'null')
        or email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end)
        or pg_catalog.char_length(password) < 8
        or pg_catalog.char_length(name::text) > 40
    ) as all_right
  ),
  updated as (
    update shop.customer as t
    set password = given.password,
        name = case when given._in ? 'name' then given.name else t.name end
    from given
    where t.email = given.email
      and (select v.all_right from verdict as v)
    returning with (old as o, new as n) given._key as position, pg_catalog.jsonb_build_object('id', o.id, 'email', o.email, 'name', o.name, 'size', o.size, 'balance', o.balance, 'tags', o.tags, 'settings', o.settings, 'referrer', o.referrer, 'since', o.since, 'until', o.until, 'version', o.version, 'created_at', o.created_at) as old_row,
      pg_catalog.jsonb_build_object('id', n.id, 'email', n.email, 'name', n.name, 'size', n.size, 'balance', n.balance, 'tags', n.tags, 'settings', n.settings, 'referrer', n.referrer, 'since', n.since, 'until', n.until, 'version', n.version, 'created_at', n.created_at) as new_row, null::text as version
  ),
  new_row as (
    insert into shop.customer as t (email, password, name)
    select given.email, given.password, given.name
    from given
    where (select v.all_right from verdict as v)
      and not exists (select from updated as u where u.position = given._key)
    order by given._key
    returning pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'size', t.size, 'balance', t.balance, 'tags', t.tags, 'settings', t.settings, 'referrer', t.referrer, 'since', t.since, 'until', t.until, 'version', t.version, 'created_at', t.created_at) as new_row, null::text as version
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
    select o.audit_id, 'shop.customer', 'upsert', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, 'fingerprint', o.old_row, o.new_row
    from outcome as o
  ),
  emitted as (
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select o.audit_id, 'shop.customer.upsert', 'shop.customer', 'upsert', pg_catalog.jsonb_build_object('id', o.new_row -> 'id'), _actor, o.new_row
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

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"shop.customer upsert","type":"object","properties":{"email":{"type":"string","format":"email","x-type":"shop.email"},"password":{"type":"string","minLength":8,"writeOnly":true,"x-type":"text"},"name":{"type":["string","null"],"maxLength":40,"x-type":"character varying(40)"}},"required":["email","password"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":["integer","string"]},"email":{"type":"string"},"name":{"type":["string","null"]},"size":{"type":"string","enum":["small","large"]},"balance":{"type":["number","string"]},"tags":{"type":["array","null"],"items":{"type":["string","null"]}},"settings":{},"referrer":{"type":["integer","string","null"]},"since":{"type":["string","null"],"format":"date"},"until":{"type":["string","null"],"format":"date"},"version":{"type":"integer"},"created_at":{"type":"string","format":"date-time"}}}

create or replace function ai_gen.shop__customer__fetch__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Reads a row of shop.customer. Compiled from COMMENT ON TABLE shop.customer (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _result jsonb;
  _version text;
  id bigint;
begin
  <<usual>>
  begin
    -- The usual case: nothing is wrong with the inputs.
    if _opt = '{}'
      and _in @@ '($."id".type() == "number" && $."id".abs() <= 9223372036854775807 && $."id".floor() == $."id" || $."id".type() == "string" && $."id" like_regex "^-?[0-9]{1,18}$")'::pg_catalog.jsonpath
      and _in - '{"id"}'::text[] = '{}'
    then
      id := (_in ->> 'id')::numeric::bigint;
      exit usual;
    end if;

    begin
      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- Options.
      if _opt <> '{}' then
        perform ai_private.check_options('shop.customer', 'fetch', _opt, '{}'::text[]);
      end if;

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('shop.customer', 'fetch', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"id"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"id"}'::text[]);
      end if;
      if not _in ?& '{"id"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"id"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'id') not in ('number', 'string')
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"id":["number","string"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      loop
        begin
          id := (_in ->> 'id')::bigint;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"id":"bigint"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('shop.customer', 'fetch', _errors);
      end if;
    exception
      when others or query_canceled or assert_failure then
        _result := ai_private.count_error('shop.customer', 'fetch', null, sqlstate);
        raise;
    end;
  end;

  -- The statement.
  select pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'name', t.name, 'version', t.version) || pg_catalog.jsonb_build_object('xmin', t.xmin::text)
  from shop.customer as t
  where t.id = given.id
    into _result;

  return _result;
end
$pg_ai$;

create or replace function ai_gen.shop__customer__fetch(
  id bigint,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
stable
security invoker
as $pg_ai$
select ai_gen.shop__customer__fetch__json(
  case when $2 operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object($2, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality($2)]))
      operator(pg_catalog.||) json_object('id': $1 absent on null returning pg_catalog.jsonb)
    else json_object('id': $1 absent on null returning pg_catalog.jsonb)
  end,
  $3)
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"shop.customer fetch","type":"object","properties":{"id":{"type":["integer","string"],"x-type":"bigint"}},"required":["id"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":["object","null"],"properties":{"id":{"type":["integer","string"]},"email":{"type":"string"},"name":{"type":["string","null"]},"version":{"type":"integer"},"xmin":{"type":"string"}}}
