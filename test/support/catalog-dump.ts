import type { Client } from 'pg';

/** Everything in the catalogs that a change of schema would touch, to show that something changed nothing. */
export async function catalogDump(client: Client): Promise<string> {
  const { rows } = await client.query<{ line: string }>(`
    select 'namespace ' || n.oid || n::text as line from pg_namespace n where n.nspname !~ '^pg_(toast_)?temp'
    union all select 'class ' || c::text from (select oid, relname, relnamespace, relowner, relacl, relkind, reltype from pg_class
      where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_')) c
    union all select 'proc ' || p.oid || p.proname || p.proowner || coalesce(p.proacl::text, '') || md5(p.prosrc) from pg_proc p where p.oid >= 16384
    union all select 'attribute ' || a::text from (select attrelid, attname, atttypid, attacl from pg_attribute where attrelid >= 16384 and attnum > 0) a
    union all select 'constraint ' || k.oid || k.conname from pg_constraint k where k.oid >= 16384
    union all select 'extension ' || e.extname from pg_extension e
    union all select 'event trigger ' || t::text from pg_event_trigger t
    union all select 'description ' || d::text from pg_description d where d.objoid >= 16384
    union all select 'dependency on a role ' || s::text from pg_shdepend s where s.dbid = (select oid from pg_database where datname = current_database())
    union all select 'role ' || r.rolname from pg_roles r where r.rolname ~ '^ai_(owner|admin|worker|user)$'
    order by line`);
  return rows.map(({ line }) => line).join('\n');
}
