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
  found jsonb;
  typmod integer := type_modifier;
  domain_name text;
  domain_not_null boolean := false;
  base_id oid := type_id;
  element_id oid;
  own constant boolean := (select y.typnamespace <> 'pg_catalog'::regnamespace from pg_type y where y.oid = type_id);
begin
  loop
    select * into t from pg_type where oid = base_id;
    exit when t.typtype <> 'd';
    domain_name := coalesce(domain_name, format_type(type_id, null));
    domain_not_null := domain_not_null or t.typnotnull;
    typmod := case when typmod = -1 then t.typtypmod else typmod end;
    base_id := t.typbasetype;
  end loop;
  if t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc then
    element_id := t.typelem;
  end if;
  found := jsonb_build_object(
    -- with the modifier left open: "character" and "bit" alone mean one character, one bit
    'name', format_type(base_id, -1),
    'kind', case when element_id is not null then 'a' else t.typtype end,
    'category', t.typcategory,
    'domain', domain_name,
    'domainNotNull', nullif(domain_not_null, false),
    'length', case when typmod > 4 and base_id in ('varchar'::regtype, 'bpchar'::regtype) then typmod - 4
                   when typmod > 0 and base_id in ('bit'::regtype, 'varbit'::regtype) then typmod end,
    'precision', case when typmod >= 4 and base_id = 'numeric'::regtype then ((typmod - 4) >> 16) & 65535 end,
    -- the scale is an 11-bit two's complement number since PostgreSQL 15
    'scale', case when typmod >= 4 and base_id = 'numeric'::regtype then (((typmod - 4) & 2047) # 1024) - 1024 end
  );
  if element_id is not null then
    found := found || jsonb_build_object('element', ai_private.type_snapshot(element_id, typmod));
  end if;
  -- Most columns are of PostgreSQL's own types, of which there is nothing more to find out.
  if own then
    found := found || jsonb_build_object(
      -- where the types live: SQL that names them needs USAGE there
      'schemas', (
        select nullif(jsonb_agg(distinct n.nspname order by n.nspname), '[]')
        from pg_type u
        join pg_namespace n on n.oid = u.typnamespace
        where u.oid in (type_id, base_id) and n.nspname <> 'pg_catalog'
      ),
      -- the operator that a key is compared by, where it is not PostgreSQL's own (citext)
      'equality', (
        select format('operator(%I.%s)', n.nspname, o.oprname)
        from pg_opclass k
        join pg_amop m on m.amopfamily = k.opcfamily and m.amoplefttype = base_id and m.amoprighttype = base_id and m.amopstrategy = 3
        join pg_operator o on o.oid = m.amopopr
        join pg_namespace n on n.oid = o.oprnamespace
        where k.opcintype = base_id and k.opcdefault
          and k.opcmethod = (select a.oid from pg_am a where a.amname = 'btree') and n.nspname <> 'pg_catalog'
      ),
      'labels', case when t.typtype = 'e' then (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = base_id) end
    );
  end if;
  if t.typtype = 'c' then
    found := found || jsonb_build_object('attributes', (
      select jsonb_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
    ));
  end if;
  return jsonb_strip_nulls(found);
end
$pg_ai$;
comment on function ai_private.type_snapshot(oid, integer) is 'A type as the compiler reads it';
revoke all on function ai_private.type_snapshot(oid, integer) from public;
grant execute on function ai_private.type_snapshot(oid, integer) to ai_owner, ai_worker;
