-- Whether a statement of an action can run: names and types are resolved, and with "rights" also whether ai_owner may do what the planner finds in it.
-- What it may not, it is told with the GRANTs where they are known. With "allowed": whether the planner finds other kinds of statements in it. Nothing is executed. Raises PostgreSQL's own error, or PI243.
create function ai_private.check_statement(statement text, types text[], path text, rights boolean, allowed text[] default null)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  plan json;
  found text;
  state text;
  told text;
  grants text;
begin
  perform set_config('search_path', path, true);
  if exists (select from pg_catalog.pg_prepared_statements s where s.name operator(pg_catalog.=) 'pg_ai_checked') then
    deallocate pg_ai_checked;
  end if;
  begin
    execute pg_catalog.format('prepare pg_ai_checked%s as %s', coalesce('(' || nullif(array_to_string(types, ', '), '') || ')', ''), statement);
    execute pg_catalog.format('explain (format json) execute pg_ai_checked%s', coalesce('(' || nullif(array_to_string(array_fill('null'::text, array[cardinality(types)]), ', '), '') || ')', ''))
      into plan;
  exception when insufficient_privilege or undefined_table then
    get stacked diagnostics state = returned_sqlstate, told = message_text;
    if rights then
      -- A schema that ai_owner may not use is no part of its path, so a name in it is not found.
      grants := ai_private.statement_grants(statement, path);
      if grants is not null and (state = '42501' or grants like 'grant usage%') then
        raise exception using errcode = '42501', message = told, hint = grants;
      end if;
    end if;
    if rights or state <> '42501' then
      raise;
    end if;
  end;
  select string_agg(distinct lower(o #>> '{}'), ', ') into found
  from jsonb_path_query(plan::jsonb, 'strict $.**.Operation') as o
  -- a foreign table is read by an operation of its own, and MERGE may do all three
  where allowed is not null and lower(o #>> '{}') <> all (allowed || '{select}'::text[]) and not (o = '"Merge"' and allowed @> '{insert,update,delete}');
  if found is not null then
    raise exception using errcode = 'PI243', message = pg_catalog.format('it does %s, and may do %s only', found, coalesce(nullif(array_to_string(allowed, ', '), ''), 'nothing'));
  end if;
  if exists (select from pg_catalog.pg_prepared_statements s where s.name operator(pg_catalog.=) 'pg_ai_checked') then
    deallocate pg_ai_checked;
  end if;
end
$pg_ai$;
comment on function ai_private.check_statement(text, text[], text, boolean, text[]) is 'Raises what is wrong with a statement, without running it';
revoke all on function ai_private.check_statement(text, text[], text, boolean, text[]) from public;
grant execute on function ai_private.check_statement(text, text[], text, boolean, text[]) to ai_owner;
