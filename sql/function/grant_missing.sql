-- The GRANTs that ai_owner lacks for a table's operations: those being applied, else those in force.
create function ai_private.missing_grants(target oid)
returns table (statement text, reason text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
begin
  return query
  select case
      when x.p ? 'columns' then format('grant %s (%s) on %s to ai_owner', x.p ->> 'privilege', string_agg(quote_ident(c.name), ', ' order by c.position), x.p ->> 'name')
      else format('grant %s on %s %s to ai_owner', x.p ->> 'privilege', x.p ->> 'on', x.p ->> 'name')
    end,
    format('the operations of %s need it', target::regclass)
  from (
    select coalesce(
      (select r.compiled -> 'privileges' from ai_private.prepared r where r.relation = target),
      (select d.privileges from ai.declaration d where d.relation = target)) as privileges
  ) as needed
  cross join lateral jsonb_array_elements(needed.privileges) with ordinality as x (p, position)
  left join lateral jsonb_array_elements_text(x.p -> 'columns') with ordinality as c (name, position) on true
  where case x.p ->> 'on'
    when 'schema' then not has_schema_privilege('ai_owner', (x.p ->> 'name')::regnamespace, x.p ->> 'privilege')
    -- not ::regclass: ai_owner may not have USAGE on the schema yet
    when 'sequence' then not has_sequence_privilege('ai_owner', (
      select s.oid from pg_class s join pg_namespace n on n.oid = s.relnamespace where s.relkind = 'S' and format('%I.%I', n.nspname, s.relname) = x.p ->> 'name'
    ), x.p ->> 'privilege')
    else case
      when x.p ? 'columns' then not has_column_privilege('ai_owner', target, c.name, x.p ->> 'privilege')
      else not has_table_privilege('ai_owner', target, x.p ->> 'privilege')
    end
  end
  group by x.position, x.p
  order by x.position;
end
$pg_ai$;
alter function ai_private.missing_grants(oid) owner to ai_owner;
comment on function ai_private.missing_grants(oid) is 'GRANTs that a table''s operations still need';

-- Grants them, with the rights of whoever declares: nobody can give ai_owner more than they have themselves.
create function ai_private.grant_missing(target oid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  g record;
  still text;
begin
  for g in select m.statement, m.reason from ai_private.missing_grants(target) as m loop
    begin
      execute g.statement;
    exception when insufficient_privilege then
      null; -- told below, with all the others
    end;
  end loop;
  select string_agg(m.statement || ';', ' ' order by m.statement) into still from ai_private.missing_grants(target) as m;
  if still is not null then
    raise exception using
      errcode = '42501',
      message = ai_private.message('PI004', jsonb_build_object('table', target::regclass::text)),
      detail = still,
      hint = ai_private.message('PI004.hint', '{}');
  end if;
end
$pg_ai$;
comment on function ai_private.grant_missing(oid) is 'Gives ai_owner what a table''s operations need';
