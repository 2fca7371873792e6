-- A column's type as the compiler needs it: domains are followed down to their base, with what each one demands on the way.
-- Called by: ai_private.catalog_snapshot.
create function ai_private.type_snapshot(type_id oid, type_modifier integer)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  t pg_type;
  typmod integer := type_modifier;
  domain_name text;
  domain_not_null boolean := false;
  base_id oid := type_id;
  element pg_type;
  built_in boolean;
begin
  select * into t from pg_type where oid = base_id;
  -- Most columns are of PostgreSQL's own types, of which there is nothing more to find out.
  built_in := t.typnamespace = 'pg_catalog'::regnamespace;
  if t.typtype = 'd' then
    domain_name := format_type(type_id, null);
  end if;
  while t.typtype = 'd' loop
    domain_not_null := domain_not_null or t.typnotnull;
    typmod := case when typmod = -1 then t.typtypmod else typmod end;
    base_id := t.typbasetype;
    select * into t from pg_type where oid = base_id;
  end loop;
  if t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc then
    select * into element from pg_type where oid = t.typelem;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    -- with the modifier left open: "character" and "bit" alone mean one character, one bit
    'name', format_type(base_id, -1),
    'kind', case when element.oid is not null then 'a' else t.typtype end,
    'category', t.typcategory,
    -- where the types live: SQL that names them needs USAGE there
    'schemas', case when not built_in then (
      select nullif(jsonb_agg(distinct n.nspname order by n.nspname), '[]')
      from pg_type u
      join pg_namespace n on n.oid = u.typnamespace
      where u.oid in (type_id, base_id) and n.nspname <> 'pg_catalog'
    ) end,
    -- the operator that a key is compared by, where it is not PostgreSQL's own (citext)
    'equality', case when not built_in then (
      select format('operator(%I.%s)', n.nspname, o.oprname)
      from pg_opclass k
      join pg_amop m on m.amopfamily = k.opcfamily and m.amoplefttype = base_id and m.amoprighttype = base_id and m.amopstrategy = 3
      join pg_operator o on o.oid = m.amopopr
      join pg_namespace n on n.oid = o.oprnamespace
      where k.opcintype = base_id and k.opcdefault
        and k.opcmethod = (select a.oid from pg_am a where a.amname = 'btree') and n.nspname <> 'pg_catalog'
    ) end,
    'domain', domain_name,
    'domainNotNull', nullif(domain_not_null, false),
    'element', case when element.oid is not null then ai_private.type_snapshot(element.oid, typmod) end,
    'labels', case when t.typtype = 'e' then (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = base_id) end,
    'attributes', case when t.typtype = 'c' then (
      select jsonb_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ) end,
    'length', case when typmod > 4 and base_id in ('varchar'::regtype, 'bpchar'::regtype) then typmod - 4
                   when typmod > 0 and base_id in ('bit'::regtype, 'varbit'::regtype) then typmod end,
    'precision', case when typmod >= 4 and base_id = 'numeric'::regtype then ((typmod - 4) >> 16) & 65535 end,
    -- the scale is an 11-bit two's complement number since PostgreSQL 15
    'scale', case when typmod >= 4 and base_id = 'numeric'::regtype then (((typmod - 4) & 2047) # 1024) - 1024 end
  ));
end
$pg_ai$;
comment on function ai_private.type_snapshot(oid, integer) is 'A type as the compiler reads it';
revoke all on function ai_private.type_snapshot(oid, integer) from public;
grant execute on function ai_private.type_snapshot(oid, integer) to ai_owner, ai_worker;
