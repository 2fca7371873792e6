import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { functionSources } from './sql.ts';

/**
 * What an installation consists of, one line for each object, attribute and grant, the same on every server and for every installing
 * role. sql/manifest.txt holds the lines of a fresh installation; doctor compares.
 */
const OBJECTS = `
with owner as (
  select n.nspowner as oid from pg_namespace n where n.nspname = 'ai'
), relation as (
  select c.*, c.oid::regclass::text as name
  from pg_class c
  where c.relnamespace in ('ai'::regnamespace, 'ai_private'::regnamespace)
    -- months come and go
    and not exists (select from pg_inherits h where h.inhrelid = c.oid and c.relname ~ '_[0-9]{4}_[0-9]{2}')
    and not exists (select from pg_index i join pg_inherits h on h.inhrelid = i.indrelid join pg_class t on t.oid = i.indrelid
      where i.indexrelid = c.oid and t.relname ~ '_[0-9]{4}_[0-9]{2}$')
), function as (
  select p.*, p.oid::regprocedure::text as name
  from pg_proc p
  where p.pronamespace in ('ai'::regnamespace, 'ai_private'::regnamespace)
    -- there or not, and written by a language that is there or not
    and not (p.pronamespace = 'ai_private'::regnamespace and p.proname in ('compile_text', 'run_javascript', 'prepare_javascript'))
), line (line) as (
  select format('schema %s', n.nspname) from pg_namespace n where n.nspname in ('ai', 'ai_private', 'ai_gen')
  union all
  select format('%s %s%s', case r.relkind::text when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'S' then 'sequence' else r.relkind::text end, r.name,
    case when r.relowner <> (select oid from owner) then ' owner ' || r.relowner::regrole else '' end)
  from relation r where r.relkind not in ('i', 'I', 'c')
  union all
  select format('column %s.%I %s%s%s%s', r.name, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' end,
    ' default ' || pg_get_expr(d.adbin, d.adrelid), ' identity ' || nullif(a.attidentity, '')::text)
  from relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v', 'c')
  union all
  select format('constraint %I on %s %s', k.conname, r.name, pg_get_constraintdef(k.oid))
  from relation r join pg_constraint k on k.conrelid = r.oid and k.contype <> 'n' -- NOT NULL is one since PostgreSQL 18
  union all
  select pg_get_indexdef(r.oid) from relation r where r.relkind in ('i', 'I')
  union all
  select pg_get_triggerdef(t.oid) from relation r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
  union all
  -- without brackets and without what qualifies columns, of which each version of PostgreSQL writes as many as it likes
  select format('view %s: %s', r.name, md5(regexp_replace(pg_get_viewdef(r.oid), '[[:alnum:]_]+[.]|[[:space:]()]', '', 'g'))) from relation r where r.relkind = 'v'
  union all
  select format('function %s returns %s language %s volatility %s parallel %s%s%s%s%s', f.name, pg_get_function_result(f.oid), l.lanname, f.provolatile, f.proparallel,
    case when f.proisstrict then ' strict' end, case when f.prosecdef then ' security definer' end,
    -- start_proc is doctor's own business: who installed decides when it can be set
    ' set ' || nullif(array_to_string(array(select c from unnest(f.proconfig) as c where c !~ 'start_proc'), ' set '), ''),
    case when f.proowner <> (select oid from owner) then ' owner ' || f.proowner::regrole end)
  from function f join pg_language l on l.oid = f.prolang
  union all
  select format('grant %s on %s to %s', lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)), o.name, case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
  from (
    select 'schema ' || n.nspname as name, n.nspowner as owner, n.nspacl as acl from pg_namespace n where n.nspname in ('ai', 'ai_private', 'ai_gen')
    union all
    select r.name, r.relowner, r.relacl from relation r where r.relkind not in ('i', 'I', 'c')
    union all
    select 'function ' || f.name, f.proowner, coalesce(f.proacl, acldefault('f', f.proowner)) from function f
  ) as o
  cross join lateral aclexplode(o.acl) as a
  where a.grantee <> o.owner
  group by o.name, a.grantee
)
-- one line each, also where PostgreSQL prints a CASE on several
select o.line from line cross join lateral (select regexp_replace(line.line, '[[:space:]]+', ' ', 'g')) as o (line) order by o.line collate "C"`;

/** The lines of the installation in this database. */
export const introspect = async (client: Client): Promise<string[]> => {
  // Under an empty search_path every name is printed with its schema.
  await client.query('begin');
  try {
    await client.query(`set local search_path = ''`);
    const { rows } = await client.query<{ line: string }>(OBJECTS);
    return rows.map((row) => row.line);
  } finally {
    await client.query('rollback');
  }
};

/** `schema.name md5` for each function of pg_ai in this database. */
export const functionBodies = async (client: Client): Promise<string[]> => {
  const { rows } = await client.query<{ line: string }>(`
    select format('%I.%I %s', n.nspname, p.proname, md5(p.prosrc)) as line
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('ai', 'ai_private') and not (n.nspname = 'ai_private' and p.proname in ('compile_text', 'run_javascript', 'prepare_javascript'))`);
  return rows.map((row) => row.line).sort();
};

/** The same as the files of sql/ say. */
export const expectedBodies = (): string[] =>
  [...functionSources().matchAll(/^create function ([a-z_.]+)\([\s\S]*?\nas \$pg_ai\$([\s\S]*?)\$pg_ai\$;/gm)]
    .map(
      ([, name, body]) =>
        `${name} ${createHash('md5')
          .update(body ?? '')
          .digest('hex')}`,
    )
    .sort();

/** The lines of a fresh installation. */
export const expectedObjects = (): string[] =>
  readFileSync(fileURLToPath(new URL('../../sql/manifest.txt', import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/** What differs between two lists of lines. */
export const difference = (
  expected: readonly string[],
  found: readonly string[],
): { readonly missing: string[]; readonly extra: string[] } => {
  const [wanted, there] = [new Set(expected), new Set(found)];
  return {
    missing: expected.filter((line) => !there.has(line)),
    extra: found.filter((line) => !wanted.has(line)),
  };
};
