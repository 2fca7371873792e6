-- The GRANTs that ai_owner lacks. They are executed by whoever declares, who may be a superuser, so nothing of what ai_owner can write gets into
-- them as text: names are looked up, privileges are chosen from a list, and the table is the target itself.
-- "owners": whether the table's owner has the privilege too. What they lack, nobody gives ai_owner on their table's behalf.
create function ai_private.missing_grants(target oid)
returns table (statement text, reason text, owners boolean)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
-- planning it anew would take longer than running it
set plan_cache_mode = force_generic_plan
set quote_all_identifiers = off
as $pg_ai$
#variable_conflict use_column
declare
  owner constant oid := (select c.relowner from pg_class c where c.oid = target);
begin
  return query
  with needed as (
    select x.position, x.p ->> 'on' as kind, x.p ->> 'name' as name, x.p -> 'columns' as columns, v.word as privilege
    from jsonb_array_elements(ai_private.needed_privileges(target)) with ordinality as x (p, position)
    join unnest(array['select', 'insert', 'update', 'delete', 'usage', 'execute']) as v (word) on v.word = x.p ->> 'privilege'
  ),
  -- by name in the catalogs' own indexes, so that the cost does not grow with the database
  named as (
    select needed.*, case kind when 'sequence' then parse_ident(name) when 'function' then parse_ident(left(name, -length('(jsonb)'))) end as parts
    from needed
  )
  select
    case n.kind
      when 'schema' then format('grant usage on schema %s to ai_owner', n.name::regnamespace)
      when 'sequence' then format('grant usage on sequence %s to ai_owner', s.name)
      when 'function' then format('grant execute on function %s to ai_owner', f.name)
      else format('grant %s%s on %s to ai_owner', n.privilege, ' (' || string_agg(quote_ident(c.name), ', ' order by c.position) || ')', target::regclass)
    end,
    format('the operations of %s need it', target::regclass),
    case n.kind
      when 'schema' then has_schema_privilege(owner, n.name::regnamespace, 'usage')
      when 'sequence' then has_sequence_privilege(owner, s.oid, 'usage')
      when 'function' then has_function_privilege(owner, f.oid, 'execute')
      else true
    end
  from named n
  left join lateral jsonb_array_elements_text(n.columns) with ordinality as c (name, position) on n.kind = 'table'
  -- not ::regclass: whoever declares may not have USAGE on the schema
  left join lateral (
    select q.oid, format('%I.%I', h.nspname, q.relname) as name from pg_class q join pg_namespace h on h.oid = q.relnamespace
    where n.kind = 'sequence' and q.relkind = 'S' and h.nspname = n.parts[1]::name and q.relname = n.parts[2]::name
  ) as s on true
  left join lateral (
    select r.oid, format('%I.%I(jsonb)', h.nspname, r.proname) as name from pg_proc r join pg_namespace h on h.oid = r.pronamespace
    where n.kind = 'function' and h.nspname = n.parts[1]::name and r.proname = n.parts[2]::name and r.pronargs = 1 and r.proargtypes[0] = 'jsonb'::regtype
  ) as f on true
  where case n.kind
    when 'schema' then not has_schema_privilege('ai_owner', n.name::regnamespace, 'usage')
    when 'sequence' then not has_sequence_privilege('ai_owner', s.oid, 'usage')
    when 'function' then not has_function_privilege('ai_owner', f.oid, 'execute')
    else case
      when n.columns is not null then not has_column_privilege('ai_owner', target, c.name, n.privilege)
      else not has_table_privilege('ai_owner', target, n.privilege)
    end
  end
  group by n.position, n.kind, n.name, n.privilege, s.oid, s.name, f.oid, f.name
  order by n.position;
end
$pg_ai$;
comment on function ai_private.missing_grants(oid) is 'GRANTs that a table''s operations still need';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.missing_grants(oid) to public;
