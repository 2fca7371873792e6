grant usage on schema hooks to ai_owner;

grant execute on function hooks.tidy(jsonb) to ai_owner;

grant select ("id", "email", "age") on table hooks.person to ai_owner;

grant insert ("id", "email", "age") on table hooks.person to ai_owner;

create or replace function ai_gen.hooks__person__create__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Creates a row of hooks.person. Compiled from COMMENT ON TABLE hooks.person (fingerprint). Edit the declaration, not this function.
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
  _hook jsonb;
  _asked jsonb;
  _doing text;
  _detail text;
  _hint text;
  _again boolean := false;
  _by jsonb := '{}';
  _added jsonb := '{}';
  id integer;
  email text;
  age integer;
begin
  <<attempt>>
  begin
    if _opt is null then
      _opt := '{}';
    end if;
    -- Options.
    if _opt <> '{}' then
      perform ai_private.check_options('hooks.person', 'create', _opt, '{"dry_run","idempotency_key"}'::text[]);
      exit attempt when _opt -> 'dry_run' = 'true';
      if _opt ? 'idempotency_key' then
        _result := ai_private.claim_key(_opt ->> 'idempotency_key', 'hooks.person.create:' || _in::text || (_opt - 'idempotency_key')::text);
        if _result is not null then
          return _result -> 'answer';
        end if;
        exit attempt;
      end if;
    end if;
    -- Nothing of the caller's runs before the JavaScript of others.
    if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
      perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
    end if;
    _actor := coalesce(
      nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
      nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
      nullif(pg_catalog.current_setting('role', true), 'none'),
      session_user);
    _asked := _in;
    if pg_catalog.jsonb_typeof(_in) = 'object' then
      -- The hook "tidy".
      _doing := 'tidy';
      select hooks.tidy(pg_catalog.jsonb_build_object('inputs', given._asked, 'row', null::jsonb, 'old', null::jsonb, 'actor', given._actor, 'operation', 'create', 'table', 'hooks.person')) into _hook;
      _doing := null;
      if _hook is not null then
        _hook := ai_private.hook_inputs('tidy', 'hooks.person', 'create', _hook, _asked);
        if _hook <> _asked then
          _by := _by || ai_private.changed_inputs('tidy', _asked, _hook);
          _asked := _hook;
        end if;
      end if;
      _in := _asked;
    end if;

    <<reading>>
    loop
      <<usual>>
      begin
        -- The usual case: nothing is wrong with the inputs.
        if _opt = '{}'
          and _in @@ '$."id".type() == "number" && $."id".abs() <= 2147483647 && $."id".floor() == $."id"'
            ' && $."email".type() == "string"'
            ' && (!exists($."age") || $."age".type() == "null" || $."age".type() == "number" && $."age".abs() <= 2147483647 && $."age".floor() == $."age")'::pg_catalog.jsonpath
          and _in - '{"id","email","age"}'::text[] = '{}'
          and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
        then
          id := (_in -> 'id')::integer;
          email := _in ->> 'email';
          age := (_in ->> 'age')::numeric::integer;
          exit usual when (email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end)) is not true;
        end if;

        -- What is rare or wrong, rule by rule.
        _opt := coalesce(_opt, '{}');
        _errors := '[]';

        -- One object with known inputs, none missing, each of its JSON type.
        if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
          perform ai_private.refuse_inputs('hooks.person', 'create', ai_private.input_error(null, 'type', '{"type":"object"}'));
        end if;
        if _in - '{"id","email","age"}'::text[] <> '{}' then
          _errors := _errors || ai_private.unknown_inputs(_in, '{"id","email","age"}'::text[]);
        end if;
        if not _in ?& '{"id","email"}'::text[] then
          _errors := _errors || ai_private.missing_inputs(_in, '{"id","email"}'::text[]);
        end if;
        if pg_catalog.jsonb_typeof(_in -> 'id') <> 'number'
          or pg_catalog.jsonb_typeof(_in -> 'email') <> 'string'
          or pg_catalog.jsonb_typeof(_in -> 'age') not in ('number', 'null')
        then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"id":["number"],"email":["string"],"age":["number","null"]}'::jsonb) as r;
        end if;

        -- Each input as its column's type.
        email := _in ->> 'email';
        loop
          begin
            id := (_in ->> 'id')::integer;
            age := (_in ->> 'age')::integer;
            exit;
          exception when others then
            select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"id":"integer","age":"integer"}'::jsonb, sqlstate, sqlerrm) as r;
          end;
        end loop;

        -- Rules.
        if email !~ (case when pg_catalog.char_length(email) < 64 then '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' else '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$' end) then
          _errors := _errors || ai_private.input_error('email', 'format', '{"format":"email"}'::jsonb);
        end if;

        if _errors <> '[]' then
          perform ai_private.refuse_inputs('hooks.person', 'create', ai_private.by_hooks(_errors, _by));
        end if;
      end;

      exit reading when _again;
      -- The hook "adult".
      _doing := 'adult';
      select case when ai_gen._when_adult(given._asked, null::jsonb, null::jsonb, given._actor, 'create') then ai_gen._hook_adult(pg_catalog.jsonb_build_object('inputs', given._asked, 'row', null::jsonb, 'old', null::jsonb, 'actor', given._actor, 'operation', 'create', 'table', 'hooks.person')) end into _hook;
      _doing := null;
      if _hook is not null then
        _hook := ai_private.hook_inputs('adult', 'hooks.person', 'create', _hook, _asked);
        if _hook <> _asked then
          _by := _by || ai_private.changed_inputs('adult', _asked, _hook);
          _again := true;
          _asked := _hook;
        end if;
      end if;
      exit reading when not _again;
      -- Changed inputs are read as if they had come so.
      _in := _asked;
      id := null;
      email := null;
      age := null;
    end loop;

    -- The statement.
    insert into hooks.person as t (id, email, age)
    values (given.id, given.email, given.age)
    returning pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'age', t.age)
      into _new;
    if _new is null then
      perform ai_private.refuse_suppressed('hooks.person', 'create');
    end if;

    -- The hook "greet".
    _doing := 'greet';
    select ai_gen._hook_greet(pg_catalog.jsonb_build_object('inputs', given._asked, 'row', given._new, 'old', null::jsonb, 'actor', given._actor, 'operation', 'create', 'table', 'hooks.person')) into _hook;
    _doing := null;
    if _hook is not null then
      _added := _added || ai_private.hook_result('greet', 'hooks.person', 'create', _hook);
    end if;

    -- Audit and event, in the same transaction.
    with audit as (
      insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
      values ('hooks.person', 'create', pg_catalog.jsonb_build_object('id', given._new -> 'id'),
        given._actor,
        'fingerprint', null, given._new, (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given._started) * 1000000)::bigint)
      returning id, row_key, actor
    )
    insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
    select a.id, 'hooks.person.create', 'hooks.person', 'create', a.row_key, a.actor, given._new
    from audit as a;

    return _new || _added;
  exception
    when integrity_constraint_violation then
      get stacked diagnostics _constraint = constraint_name, _column = column_name;
      _result := ai_private.count_error('hooks.person', 'create', null, case when _doing is not null and sqlstate = 'P0001' then 'PI301' else sqlstate end);
      if _doing is not null then
        get stacked diagnostics _detail = pg_exception_detail, _hint = pg_exception_hint, _constraint = constraint_name;
        perform ai_private.refuse_in_hook(_doing, 'hooks.person', 'create', sqlstate, sqlerrm, _detail, _hint, _constraint);
      end if;
      perform ai_private.refuse_violation('hooks.person', 'create', '{"person_pkey":["id"]}'::jsonb, sqlstate, _constraint, _column, sqlerrm);
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('hooks.person', 'create', null, case when _doing is not null and sqlstate = 'P0001' then 'PI301' else sqlstate end);
      if _doing is not null then
        get stacked diagnostics _detail = pg_exception_detail, _hint = pg_exception_hint, _constraint = constraint_name;
        perform ai_private.refuse_in_hook(_doing, 'hooks.person', 'create', sqlstate, sqlerrm, _detail, _hint, _constraint);
      end if;
      raise;
  end;

  -- A dry run, or a call with a key that is new.
  if _opt -> 'dry_run' = 'true' then
    return ai_private.rehearse('hooks__person__create__json', _in, _opt - '{dry_run,idempotency_key}'::text[], '[{"effect":"the sequences ai.audit_id and ai.event_id advance"}]'::jsonb);
  end if;
  return ai_private.keep_answer(_opt ->> 'idempotency_key', ai_gen.hooks__person__create__json(_in, _opt - 'idempotency_key'));
end
$pg_ai$;

create or replace function ai_gen.hooks__person__create(
  id integer,
  email text,
  age integer default null,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
select ai_gen.hooks__person__create__json(
  (jsonb_build_object('id', $1, 'email', $2, 'age', $3))
    - array(select n.name from (values ('id', $1 is null), ('email', $2 is null), ('age', $3 is null)) as n (name, is_null)
            where n.is_null and not n.name = any ($4)),
  $5)
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"hooks.person create","type":"object","properties":{"id":{"type":"integer","x-type":"integer"},"email":{"type":"string","format":"email","x-type":"text"},"age":{"type":["integer","null"],"x-type":"integer"}},"required":["id","email"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"integer"},"email":{"type":"string"},"age":{"type":["integer","null"]}}}

create or replace function ai_gen.hooks__person__fetch__json(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
-- Reads a row of hooks.person. Compiled from COMMENT ON TABLE hooks.person (fingerprint). Edit the declaration, not this function.
#variable_conflict use_column
<<given>>
declare
  _in alias for $1;
  _opt alias for $2;
  _errors jsonb;
  _result jsonb;
  _actor text;
  _hook jsonb;
  _asked jsonb;
  _doing text;
  _detail text;
  _hint text;
  _constraint text;
  _added jsonb := '{}';
  id integer;
begin
  <<attempt>>
  begin
    if _opt is null then
      _opt := '{}';
    end if;
    -- Options.
    if _opt <> '{}' then
      perform ai_private.check_options('hooks.person', 'fetch', _opt, '{}'::text[]);
    end if;
    -- Nothing of the caller's runs before the JavaScript of others.
    if pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> '' then
      perform pg_catalog.set_config('plv8.start_proc', '', true), pg_catalog.set_config('pljs.start_proc', '', true);
    end if;
    _actor := coalesce(
      nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
      nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
      nullif(pg_catalog.current_setting('role', true), 'none'),
      session_user);
    _asked := _in;

    <<usual>>
    begin
      -- The usual case: nothing is wrong with the inputs.
      if _opt = '{}'
        and _in @@ '$."id".type() == "number" && $."id".abs() <= 2147483647 && $."id".floor() == $."id"'::pg_catalog.jsonpath
        and _in - '{"id"}'::text[] = '{}'
        and not pg_catalog.concat(pg_catalog.current_setting('plv8.start_proc', true), pg_catalog.current_setting('pljs.start_proc', true)) <> ''
      then
        id := (_in -> 'id')::integer;
        exit usual;
      end if;

      -- What is rare or wrong, rule by rule.
      _opt := coalesce(_opt, '{}');
      _errors := '[]';

      -- One object with known inputs, none missing, each of its JSON type.
      if pg_catalog.jsonb_typeof(_in) is distinct from 'object' then
        perform ai_private.refuse_inputs('hooks.person', 'fetch', ai_private.input_error(null, 'type', '{"type":"object"}'));
      end if;
      if _in - '{"id"}'::text[] <> '{}' then
        _errors := _errors || ai_private.unknown_inputs(_in, '{"id"}'::text[]);
      end if;
      if not _in ?& '{"id"}'::text[] then
        _errors := _errors || ai_private.missing_inputs(_in, '{"id"}'::text[]);
      end if;
      if pg_catalog.jsonb_typeof(_in -> 'id') <> 'number'
      then
        select _errors || r.errors, r.rest into _errors, _in from ai_private.type_errors(_in, '{"id":["number"]}'::jsonb) as r;
      end if;

      -- Each input as its column's type.
      loop
        begin
          id := (_in ->> 'id')::integer;
          exit;
        exception when others then
          select _errors || r.errors, r.rest into _errors, _in from ai_private.conversion_errors(_in, '{"id":"integer"}'::jsonb, sqlstate, sqlerrm) as r;
        end;
      end loop;

      if _errors <> '[]' then
        perform ai_private.refuse_inputs('hooks.person', 'fetch', _errors);
      end if;
    end;

    -- The statement.
    select pg_catalog.jsonb_build_object('id', t.id, 'email', t.email, 'age', t.age)
    from hooks.person as t
    where t.id = given.id
      into _result;

    if _result is not null then
      -- The hook "greet".
      _doing := 'greet';
      select ai_gen._hook_greet(pg_catalog.jsonb_build_object('inputs', given._asked, 'row', given._result, 'old', null::jsonb, 'actor', given._actor, 'operation', 'fetch', 'table', 'hooks.person')) into _hook;
      _doing := null;
      if _hook is not null then
        _added := _added || ai_private.hook_result('greet', 'hooks.person', 'fetch', _hook);
      end if;
    end if;

    return _result || _added;
  exception
    when others or query_canceled or assert_failure then
      _result := ai_private.count_error('hooks.person', 'fetch', null, case when _doing is not null and sqlstate = 'P0001' then 'PI301' else sqlstate end);
      if _doing is not null then
        get stacked diagnostics _detail = pg_exception_detail, _hint = pg_exception_hint, _constraint = constraint_name;
        perform ai_private.refuse_in_hook(_doing, 'hooks.person', 'fetch', sqlstate, sqlerrm, _detail, _hint, _constraint);
      end if;
      raise;
  end;
end
$pg_ai$;

create or replace function ai_gen.hooks__person__fetch(
  id integer,
  set_null text[] default '{}',
  options jsonb default '{}'
)
returns jsonb
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
select ai_gen.hooks__person__fetch__json(
  (jsonb_build_object('id', $1))
    - array(select n.name from (values ('id', $1 is null)) as n (name, is_null)
            where n.is_null and not n.name = any ($2)),
  $3)
$pg_ai$;

-- inputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"hooks.person fetch","type":"object","properties":{"id":{"type":"integer","x-type":"integer"}},"required":["id"],"additionalProperties":false}
-- outputs: {"$schema":"https://json-schema.org/draft/2020-12/schema","type":["object","null"],"properties":{"id":{"type":"integer"},"email":{"type":"string"},"age":{"type":["integer","null"]}}}
