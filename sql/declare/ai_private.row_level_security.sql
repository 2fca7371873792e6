create function ai_private.row_level_security(name text, apply boolean)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
declare
  d constant ai.declaration := (select x from ai.declaration x where x.qualified_name = name);
  statement text;
begin
  if d.relation is null then
    raise exception using
      errcode = 'PI101',
      message = ai_private.message('PI101.table', jsonb_build_object('table', name)),
      hint = ai_private.message('PI101.table.hint', '{}');
  end if;
  for statement in
    with wanted as (
      select p.position, p.value ->> 'name' as name, p.value ->> 'command' as command,
        ai_private.one_expression(d.relation, p.value ->> 'using') as using, ai_private.one_expression(d.relation, p.value ->> 'check') as checked
      from jsonb_array_elements(d.row_security) with ordinality as p (value, position)
      where p.value ->> 'command' in ('all', 'select', 'insert', 'update', 'delete')
    ), there as (
      select p.polname as name, starts_with(p.polname, 'pg_ai_') as ours, p.polpermissive as permissive from pg_policy p where p.polrelid = d.relation
    )
    select s.text from (
      select 1 as part, 0 as position, format('drop policy %I on %s', t.name, d.relation) as text from there t where t.ours
      union all
      -- only where it was switched on from here
      select 2, 0, format('alter table %s disable row level security', d.relation)
      where not exists (select from wanted) and exists (select from there t where t.name = 'pg_ai_everybody') and not exists (select from there t where not t.ours)
      union all
      select 3, 0, format('create policy pg_ai_everybody on %s using (true) with check (true)', d.relation)
      where exists (select from wanted) and not exists (select from there t where t.permissive and not t.ours)
      union all
      select 4, w.position, format('create policy %I on %s as restrictive for %s', w.name, d.relation, w.command)
        || coalesce(' using (' || w.using || ')', '') || coalesce(' with check (' || w.checked || ')', '')
      from wanted w
      union all
      select 5, 0, format('alter table %s enable row level security', d.relation) where exists (select from wanted)
    ) as s
    order by s.part, s.position, s.text
  loop
    if apply then
      execute statement;
    end if;
    return next statement;
  end loop;
end
$pg_ai$;
comment on function ai_private.row_level_security(text, boolean) is 'Behind ai.row_level_security: the table by its full name';
revoke all on function ai_private.row_level_security(text, boolean) from public;
grant execute on function ai_private.row_level_security(text, boolean) to ai_admin;
