-- What the compiler knows about a table: one JSON document with names instead of OIDs, the same for the same table in any database.
-- Both hosts of the compiler read this document and nothing else, which is why they print the same bytes.
-- Called by: the compiler's hosts. It reads only catalogs that everyone may read, and the hooks and policies of the table.
-- The settings are those that change how PostgreSQL prints names and constants: without them another session's DateStyle would be another
-- declaration, and a default of 1 February be read as 2 January.
create function ai_private.catalog_snapshot(target oid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set standard_conforming_strings = on
set datestyle = 'ISO, YMD'
set intervalstyle = 'iso_8601'
set timezone = 'UTC'
set extra_float_digits = 1
set bytea_output = 'hex'
as $pg_ai$
#variable_conflict use_column
declare
  snapshot jsonb;
  kept jsonb;
begin
  select jsonb_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'qualified', format('%I.%I', n.nspname, c.relname),
    'kind', c.relkind,
    'serverVersion', current_setting('server_version_num')::int / 10000,
    'comment', obj_description(c.oid, 'pg_class'),
    'rowSecurity', c.relrowsecurity,
    -- schemas of what the defaults and checks call: their text is compiled into the functions
    'schemas', coalesce((
      select jsonb_agg(distinct rn.nspname order by rn.nspname)
      -- from the table's few defaults and checks to what they name, so that the cost does not grow with the database
      from (
        select 'pg_attrdef'::regclass, d.oid from pg_attrdef d where d.adrelid = c.oid
        union all
        select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'
      ) as part (classid, objid)
      join pg_depend p on p.classid = part.classid and p.objid = part.objid
      cross join lateral (
        select f.pronamespace from pg_proc f where p.refclassid = 'pg_proc'::regclass and f.oid = p.refobjid
        union all
        select y.typnamespace from pg_type y where p.refclassid = 'pg_type'::regclass and y.oid = p.refobjid
      ) as named (namespace)
      join pg_namespace rn on rn.oid = named.namespace
      where rn.nspname <> 'pg_catalog'
    ), '[]'),
    'columns', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'base', ai_private.type_snapshot(a.atttypid, a.atttypmod),
        'notNull', a.attnotnull,
        'default', case
          when a.attidentity = 'd' then format('nextval(%L::regclass)', own.sequence)
          when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid)
        end,
        'sequences', case when a.attidentity = 'd' then jsonb_build_array(own.sequence) else (
          select jsonb_agg(format('%I.%I', sn.nspname, s.relname) order by sn.nspname, s.relname)
          from pg_depend p
          join pg_class s on s.oid = p.refobjid and s.relkind = 'S'
          join pg_namespace sn on sn.oid = s.relnamespace
          where p.classid = 'pg_attrdef'::regclass and p.objid = d.oid and p.refclassid = 'pg_class'::regclass
        ) end,
        'identity', nullif(a.attidentity, ''),
        'generated', nullif(a.attgenerated, ''),
        'comment', col_description(c.oid, a.attnum)
      )) order by a.attnum)
      from pg_attribute a
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      -- not pg_get_serial_sequence: that needs rights on the schema, which are granted after this
      left join lateral (
        select format('%I.%I', sn.nspname, s.relname) as sequence
        from pg_depend p
        join pg_class s on s.oid = p.objid and s.relkind = 'S'
        join pg_namespace sn on sn.oid = s.relnamespace
        where a.attidentity <> '' and p.refclassid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum
          and p.classid = 'pg_class'::regclass and p.deptype = 'i'
      ) as own on true
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ), '[]'),
    'constraints', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', k.conname,
        'kind', k.contype,
        'columns', (
          select jsonb_agg(a.attname order by u.position)
          from unnest(k.conkey) with ordinality as u (attnum, position)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
        ),
        'expression', case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end,
        'deferrable', nullif(k.condeferrable, false),
        'references', case when k.contype = 'f' then (
          select jsonb_build_object(
            'table', format('%I.%I', fn.nspname, f.relname),
            'columns', (
              select jsonb_agg(a.attname order by u.position)
              from unnest(k.confkey) with ordinality as u (attnum, position)
              join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum
            )
          )
          from pg_class f
          join pg_namespace fn on fn.oid = f.relnamespace
          where f.oid = k.confrelid
        ) end
      )) order by k.conname)
      from pg_constraint k
      where k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'f', 'x')
    ), '[]'),
    'uniqueIndexes', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', ic.relname,
        'primary', nullif(i.indisprimary, false),
        'partial', nullif(i.indpred is not null, false),
        'deferred', nullif(not i.indimmediate, false),
        -- null where the index is over expressions
        'columns', case when 0 <> all (i.indkey::int2[]) then (
          select jsonb_agg(a.attname order by u.position)
          from unnest(i.indkey::int2[]) with ordinality as u (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.attnum
          where u.position <= i.indnkeyatts
        ) end,
        -- columns that the expressions read: the field to name when the index is violated
        'reads', (
          select jsonb_agg(distinct a.attname order by a.attname)
          from pg_depend p
          join pg_attribute a on a.attrelid = p.refobjid and a.attnum = p.refobjsubid
          where p.classid = 'pg_class'::regclass and p.objid = i.indexrelid
            and p.refclassid = 'pg_class'::regclass and p.refobjid = i.indrelid and p.refobjsubid > 0
        )
      )) order by i.indisprimary desc, ic.relname)
      from pg_index i
      join pg_class ic on ic.oid = i.indexrelid
      where i.indrelid = c.oid and i.indisunique and i.indisvalid
    ), '[]')
  ) || ai_private.program_snapshot(c.oid)
  into snapshot
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.oid = target;
  select h.kept into kept from ai_private.held h where h.relation = target and h.refused = ai_private.declared_comments(target);
  if kept is not null then
    snapshot := ai_private.with_comments(snapshot, kept);
  end if;
  return snapshot;
end
$pg_ai$;
comment on function ai_private.catalog_snapshot(oid) is 'The JSON document about one table that the compiler reads';
revoke all on function ai_private.catalog_snapshot(oid) from public;
grant execute on function ai_private.catalog_snapshot(oid) to ai_owner, ai_worker;
