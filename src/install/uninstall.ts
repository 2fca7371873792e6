import type { Client } from 'pg';
import pg from 'pg';
import { findInstallation, type Installation } from './installed.ts';

const ROLES = ['ai_owner', 'ai_admin', 'ai_worker', 'ai_user'] as const;

export interface UninstallPlan {
  readonly installed: Installation;
  /** Rows that only pg_ai's own tables hold. */
  readonly history: { readonly audit: number; readonly events: number };
  /** Objects of users that use pg_ai's and would go with them. */
  readonly dependents: readonly string[];
  /** The statements, in order; each runs in the same transaction. */
  readonly statements: readonly string[];
  /** Why the four roles stay; undefined when they go. */
  readonly rolesStay?: string;
}

/** @returns what uninstall() would do here; undefined where pg_ai is not installed */
export const planUninstall = async (client: Client): Promise<UninstallPlan | undefined> => {
  const installed = await findInstallation(client);
  if (installed === undefined) return undefined;
  const rolesStay = await whyRolesStay(client);
  const language = await ownLanguage(client);
  return {
    installed,
    history: await history(client),
    dependents: await dependents(client),
    statements: [
      'drop event trigger if exists pg_ai_on_ddl',
      'drop event trigger if exists pg_ai_on_drop',
      ...(installed.as === 'extension' ? ['drop extension pg_ai cascade'] : []),
      'drop schema if exists ai_gen, ai, ai_private cascade',
      ...((await hasOwnQueue(client)) ? ['drop schema graphile_worker cascade'] : []),
      ...(language === undefined ? [] : [`drop extension ${pg.escapeIdentifier(language)}`]),
      ...(await disown(client, rolesStay === undefined ? ROLES : ['ai_owner'])),
      ...(rolesStay === undefined ? ROLES.map((role) => `drop role if exists ${role}`) : []),
    ].filter((statement) => installed.as === 'objects' || !statement.startsWith('drop event trigger')),
    ...(rolesStay === undefined ? {} : { rolesStay }),
  };
};

/** Runs the plan in one transaction. Comments on tables and columns stay: they are the users' own. */
export const uninstall = async (client: Client, plan: UninstallPlan): Promise<void> => {
  await client.query('begin');
  try {
    for (const statement of plan.statements) await client.query(statement);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw cause;
  }
};

const history = async (client: Client): Promise<UninstallPlan['history']> => {
  const { rows } = await client.query<{ audit: number; events: number }>(
    `select (select count(*) from ai.audit_log)::float8 as audit, (select count(*) from ai.event_log)::float8 as events`,
  );
  return rows[0] ?? { audit: 0, events: 0 };
};

/** What lies outside of the three schemas and needs something in them. */
const dependents = async (client: Client): Promise<string[]> => {
  const { rows } = await client.query<{ what: string }>(`
    with recursive own as (
      select 'pg_class'::regclass::oid as classid, oid as objid from pg_class
        where relnamespace in (select oid from pg_namespace where nspname in ('ai', 'ai_private', 'ai_gen'))
      union all
      select 'pg_proc'::regclass::oid, oid from pg_proc
        where pronamespace in (select oid from pg_namespace where nspname in ('ai', 'ai_private', 'ai_gen'))
      union all
      select 'pg_type'::regclass::oid, oid from pg_type
        where typnamespace in (select oid from pg_namespace where nspname in ('ai', 'ai_private', 'ai_gen'))
    )
    select distinct i.type || ' ' || i.identity as what
    from own
    join pg_depend d on d.refclassid = own.classid and d.refobjid = own.objid and d.deptype = 'n'
    -- a view stands in pg_depend as its rewrite rule, a default as itself
    left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
    cross join lateral pg_identify_object(
      case when w.oid is null then d.classid else 'pg_class'::regclass end, coalesce(w.ev_class, d.objid), case when w.oid is null then d.objsubid else 0 end) as i
    where coalesce(i.schema, '') not in ('ai', 'ai_private', 'ai_gen') and i.identity !~ '(^| )(ai|ai_private|ai_gen)[.]'
      and i.type not in ('event trigger')
    order by what`);
  return rows.map((row) => row.what);
};

/** The language that installing created, when nothing else uses it by now. */
const ownLanguage = async (client: Client): Promise<string | undefined> => {
  const { rows } = await client.query<{ language: string }>(`
    select i.created_language as language
    from ai_private.installation i
    join pg_extension e on e.extname = i.created_language
    where not exists (
      select from pg_proc p join pg_language l on l.oid = p.prolang
      where l.lanname = e.extname
        and not (p.pronamespace = 'ai_private'::regnamespace and p.proname in ('compile_text', 'run_javascript', 'prepare_javascript'))
        -- plv8 has a function in its own language
        and not exists (
          select from pg_depend d
          where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid))`);
  return rows[0]?.language;
};

/** graphile-worker's schema as a worker has made it: one that was there before belongs to others. */
const hasOwnQueue = async (client: Client): Promise<boolean> => {
  const { rowCount } = await client.query(
    `select from pg_namespace where nspname = 'graphile_worker' and nspowner = to_regrole('ai_worker')`,
  );
  return rowCount === 1;
};

/** Roles belong to the cluster: they go with the last database that knows them. */
const whyRolesStay = async (client: Client): Promise<string | undefined> => {
  const { rows } = await client.query<{ databases: string[] | null; may: boolean }>(
    `select (
         select array_agg(distinct coalesce(d.datname::text, 'the cluster itself'))
         from pg_shdepend s
         join pg_roles r on r.oid = s.refobjid and s.refclassid = 'pg_authid'::regclass and r.rolname = any ($1)
         left join pg_database d on d.oid = s.dbid
         -- memberships go with the roles
         where s.dbid <> (select oid from pg_database where datname = current_database()) and s.classid <> 'pg_auth_members'::regclass
       ) as databases,
       (select rolsuper or rolcreaterole and (current_setting('server_version_num')::int < 160000
           -- since PostgreSQL 16 only over roles that it created, or was given
           or not exists (select from pg_roles r where r.rolname = any ($1) and not pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')))
         from pg_roles where rolname = current_user) as may`,
    [ROLES],
  );
  const [row] = rows;
  if (row?.databases?.length) return `other databases use them: ${row.databases.join(', ')}`;
  return row?.may === true
    ? undefined
    : 'dropping them takes a role that may (CREATEROLE, since PostgreSQL 16 with ADMIN OPTION)';
};

/** Takes what the roles were granted in this database; whatever users let them own goes to who uninstalls, never away. */
const disown = async (client: Client, roles: readonly string[]): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any ($1)',
    [roles],
  );
  const there = roles.filter((role) => rows.some((row) => row.name === role));
  if (there.length === 0) return [];
  const superuser = await client.query('select from pg_roles where rolname = current_user and rolsuper');
  return [
    // Handing over what a role owns takes the rights of that role.
    ...(superuser.rowCount === 0 && roles.length > 1 ? [`grant ${there.join(', ')} to current_user`] : []),
    `reassign owned by ${there.join(', ')} to current_user`,
    `drop owned by ${there.join(', ')}`,
  ];
};
