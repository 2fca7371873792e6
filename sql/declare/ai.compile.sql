-- Compiles what has changed: all tables, or one. Event triggers do this by themselves; where none may be created, call it after changing
-- declarations or tables. Returns a row for each declared table, and for each action. Errors: PI001 when the one table that was named is wrong, 42501.
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
  -- Actions stand on tables, and on other actions: a second round finds those that were compiled before what they call.
  if wanted is null then
    for round in 1 .. 2 loop
      perform ai_private.recompile_action_quietly(a.name, force and round operator(pg_catalog.=) 1) from ai_private.known_actions() as a (name);
    end loop;
  end if;
  return query
    select d.qualified_name, d.state, d.problems
    from ai.declaration as d
    where wanted is null or d.relation operator(pg_catalog.=) wanted
    union all
    select 'action ' operator(pg_catalog.||) a.action_name, a.state, a.problems from ai.action as a where wanted is null
    order by 1;
end
$pg_ai$;
comment on function ai.compile(text, boolean) is 'Compiles changed declarations (of one table, or all) and says what state they are in';
revoke all on function ai.compile(text, boolean) from public;
grant execute on function ai.compile(text, boolean) to ai_admin;
