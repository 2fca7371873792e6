-- Compiles one table as whoever calls it, and refuses a wrong declaration with all that is wrong.
create function ai_private.declare_table(target oid, anyway boolean default false)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  outcome text;
begin
  select ai_private.prepare(target, anyway) into outcome;
  if outcome <> 'prepared' then
    return '[]';
  end if;
  perform ai_private.grant_missing(target);
  return ai_private.apply_prepared(target);
end
$pg_ai$;
comment on function ai_private.declare_table(oid, boolean) is 'Prepares, grants and applies a table''s declaration';

create function ai_private.refuse_declaration(target oid, problems jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  errors jsonb;
begin
  select jsonb_agg(p - 'severity') into errors from jsonb_array_elements(problems) as p where p ->> 'severity' = 'error';
  raise exception using
    errcode = 'PI001',
    message = ai_private.message('PI001', jsonb_build_object('table', target::regclass::text, 'count', jsonb_array_length(errors),
      'errors', (select string_agg(format(E'\n  %s: %s%s', e ->> 'path', e ->> 'reason', coalesce('; ' || (e ->> 'suggestion'), '')), '') from jsonb_array_elements(errors) as e))),
    detail = jsonb_build_object('table', target::regclass::text, 'errors', errors)::text,
    hint = ai_private.message('PI001.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_declaration(oid, jsonb) is 'Raises PI001 with every diagnostic';

-- Compiles what has changed: all tables, or one. Event triggers do this by themselves; where none may be created, call it after changing
-- declarations or tables. Returns a row for each declared table. Errors: PI001 when the one table that was named is wrong, 42501.
create function ai.compile(table_name text default null, force boolean default false)
returns table (relation text, state text, problems jsonb)
language plpgsql
volatile
security invoker
as $pg_ai$
#variable_conflict use_column
declare
  wanted pg_catalog.oid;
  target pg_catalog.oid;
  found_problems pg_catalog.jsonb;
begin
  if table_name is not null then
    wanted := table_name::pg_catalog.regclass;
  end if;
  for target in select c from ai_private.candidates() as c where wanted is null or c operator(pg_catalog.=) wanted loop
    select ai_private.declare_table(target, force) into found_problems;
    if wanted is not null and ai_private.has_errors(found_problems) then
      perform ai_private.refuse_declaration(target, found_problems);
    end if;
  end loop;
  return query
    select d.qualified_name, d.state, d.problems
    from ai.declaration as d
    where wanted is null or d.relation operator(pg_catalog.=) wanted
    order by d.qualified_name;
end
$pg_ai$;
comment on function ai.compile(text, boolean) is 'Compiles changed declarations (of one table, or all) and says what state they are in';
revoke all on function ai.compile(text, boolean) from public;
grant execute on function ai.compile(text, boolean) to ai_admin;
grant execute on function ai_private.has_errors(jsonb) to ai_admin, ai_worker;

-- Tables that declare or might.
create function ai_private.candidates()
returns setof oid
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select d.objoid
  from pg_description d
  join pg_class c on c.oid = d.objoid and c.relkind in ('r', 'p', 'f', 'v', 'm')
  where d.classoid = 'pg_class'::regclass and d.objsubid = 0
    and (d.description like '%@ai(%' or ltrim(d.description, E' \t\r\n') like '{%')
  union
  -- also what was dropped where no event trigger saw it
  select d.relation::oid from ai.declaration d
$pg_ai$;
comment on function ai_private.candidates() is 'Tables whose comments may declare operations';
revoke all on function ai_private.candidates() from public;
grant execute on function ai_private.candidates() to ai_owner, ai_admin, ai_worker;
