-- Behind db.query of JavaScript hooks: one statement with parameters, all as text, with the rights of whoever runs the hook. {"rows": […]}, or {"error": {…}}:
-- errors are an answer, because plv8 and pljs each lose another part of them, and pljs crashes at the fifth that is caught.
-- PREPARE gives the parameters the types that the statement asks for; each value is then read by its type's own rules.
-- Called by: the JavaScript runtime.
create function ai_private.javascript_query(statement text, parameters text)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  -- not in use: a query may call what runs a hook that queries
  plan_name constant text := format('pg_ai_query_%s', (select count(*) from pg_prepared_statements s where starts_with(s.name, 'pg_ai_query_')));
  types regtype[];
  gives_rows boolean;
  value record;
  argument text;
  arguments text[] := '{}';
  call text;
  answer record;
  several refcursor;
  first_row json;
  repeated text;
  plan json;
  rows text[] := '{}';
  problem jsonb;
  message text;
  detail text;
  hint text;
  broken text;
begin
  -- Several statements, some of which PREPARE would not take: without a semicolon there is one. Else the server reads them, which runs nothing and fails for
  -- certain: one it calls by its command, in any language.
  if strpos(statement, ';') > 0 then
    begin
      open several for execute format('prepare %I as %s', plan_name, statement);
    exception when invalid_cursor_definition then
      if strpos(sqlerrm, 'PREPARE') = 0 then
        raise exception using errcode = '42601', message = 'db.query takes one statement, and this text has several';
      end if;
    end;
  end if;
  execute format('prepare %I as %s', plan_name, statement);
  select s.parameter_types, to_jsonb(s) -> 'result_types' <> 'null' into types, gives_rows from pg_prepared_statements s where s.name = plan_name;
  for value in select e.value, e.position, types[e.position] as type from jsonb_array_elements(parameters::jsonb) with ordinality as e (value, position) loop
    if value.value = 'null' then
      argument := null;
    elsif value.type in ('json', 'jsonb') then
      argument := value.value::text;
    elsif jsonb_typeof(value.value) in ('array', 'object') then
      execute format('select r.v::text from jsonb_to_record($1) as r (v %s)', value.type) into argument using jsonb_build_object('v', value.value);
    else
      argument := value.value #>> '{}';
    end if;
    arguments := arguments || quote_nullable(argument);
  end loop;
  call := format('execute %I%s', plan_name, '(' || nullif(array_to_string(arguments, ', '), '') || ')');
  if gives_rows is null and current_setting('server_version_num')::integer < 160000 then
    -- The server does not say; asking for rows that there are none of fails before anything is done.
    begin
      for answer in execute call loop
        if first_row is null then first_row := row_to_json(answer); end if;
        rows := array_append(rows, to_jsonb(answer)::text);
      end loop;
    exception when invalid_cursor_definition then
      gives_rows := false;
    end;
  elsif gives_rows then
    for answer in execute call loop
      if first_row is null then first_row := row_to_json(answer); end if;
      rows := array_append(rows, to_jsonb(answer)::text);
    end loop;
  end if;
  if not gives_rows then
    -- PREPARE takes SELECT INTO, which makes a table. What writes rows is told by its plan, where its first word does not tell.
    if statement ~* '[[:<:]]into[[:>:]]' and statement !~* '^[[:space:]]*(insert|merge|update|delete)[[:>:]]' then
      execute 'explain (format json) ' || call into plan;
      if plan #>> '{0,Plan,Node Type}' <> 'ModifyTable' then
        raise exception using errcode = '42601', message = 'db.query takes SELECT, INSERT, UPDATE, DELETE and MERGE, and no SELECT INTO';
      end if;
    end if;
    execute call;
  end if;
  -- An object holds one value of a name.
  if first_row is not null then
    select k.key into repeated from json_object_keys(first_row) as k (key) group by k.key having count(*) > 1 limit 1;
    if repeated is not null then
      raise exception using errcode = '42701', message = format('db.query gives rows as objects, and two columns are called %s: name one of them otherwise', repeated);
    end if;
  end if;
  execute format('deallocate %I', plan_name);
  return '{"rows":[' || array_to_string(rows, ',') || ']}';
exception when others or query_canceled or assert_failure then
  get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint, broken = constraint_name;
  problem := jsonb_strip_nulls(jsonb_build_object('code', sqlstate, 'message', message, 'detail', nullif(detail, ''), 'hint', nullif(hint, ''), 'constraint', nullif(broken, '')));
  if exists (select from pg_prepared_statements s where s.name = plan_name) then
    execute format('deallocate %I', plan_name);
  end if;
  return jsonb_build_object('error', problem)::text;
end
$pg_ai$;
comment on function ai_private.javascript_query(text, text) is 'One statement of a JavaScript hook';
revoke all on function ai_private.javascript_query(text, text) from public;
grant execute on function ai_private.javascript_query(text, text) to ai_owner, ai_admin, ai_user;
