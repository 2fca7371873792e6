import type { Client } from 'pg';
import type { TableSnapshot } from '../compiler/catalog.ts';
import { compile } from '../compiler/compile.ts';
import { projectVersion } from '../project.ts';
import { actions } from './action-checks.ts';
import { type Finding, note, problem } from './finding.ts';
import type { Installation } from './installed.ts';
import { leftGrants } from './left-grants.ts';
import { difference, expectedBodies, expectedObjects, functionBodies, introspect } from './manifest.ts';
import { hasThisCompiler } from './upgrade.ts';

export type { Finding } from './finding.ts';

/** Everything that doctor looks at. */
export const examine = async (client: Client, installed: Installation): Promise<Finding[]> => {
  if (installed.version !== projectVersion) {
    const mend = installed.as === 'extension' ? 'alter extension pg_ai update' : 'pg-ai upgrade';
    // Of another version nothing else can be judged.
    return [problem('version', `pg_ai ${installed.version} is installed, and this pg-ai is ${projectVersion}`, mend)];
  }
  return [
    ...(await compiler(client, installed)),
    ...(await eventTriggers(client)),
    ...(await roles(client)),
    ...(await tables(client)),
    ...(await undeclared(client)),
    ...(await grants(client)),
    ...(await leftGrants(client)),
    ...(await callers(client)),
    ...(await rowSecurity(client)),
    ...(await functions(client)),
    ...(await encryptionKeys(client)),
    ...(await triggers(client)),
    ...(await actions(client)),
    ...(await subscriptions(client)),
    ...(await drift(client, installed)),
  ];
};

const compiler = async (client: Client, installed: Installation): Promise<Finding[]> => {
  const found: Finding[] = [];
  if (!(await hasThisCompiler(client))) {
    found.push(problem('compiler', 'the compiler in the database is not the one of this pg-ai', 'pg-ai upgrade'));
  }
  const { rows } = await client.query<{ name: string; created: boolean }>(`
    select x.name, exists (select from pg_language l where l.lanname = x.name) as created
    from pg_available_extensions x where x.name in ('plv8', 'pljs') order by x.name desc`);
  if (installed.javascript === 'none') {
    const created = rows.find((row) => row.created);
    const mend =
      created !== undefined
        ? 'select ai.attach_javascript()'
        : rows[0] !== undefined
          ? `create extension ${rows[0].name}; select ai.attach_javascript()`
          : 'install plv8 or pljs on the server, or go on with: pg-ai compile';
    found.push(
      note('JavaScript', 'no JavaScript language compiles here: changed declarations wait for pg-ai compile', mend),
    );
  } else {
    const stale = await client.query(`
      select from pg_proc p, ai_private.javascript j
      where p.oid = 'ai_private.compile_text(text)'::regprocedure and j.name = 'compiler' and strpos(p.prosrc, j.hash) = 0`);
    // Which of the two parameters counts is the library's affair: a language plv8 may be pljs underneath.
    const open = await client.query(`
      select from unnest(array['ai_private.prepare(oid, boolean)', 'ai_private.prepare_action(text, boolean)', 'ai_private.store_action(text, text, jsonb)', 'ai_private.build_hook(text)', 'ai_private.on_drop()']::regprocedure[]) as f
      join pg_proc p on p.oid = f
      where not exists (select from unnest(p.proconfig) as c where c ~ '^(plv8|pljs)[.]start_proc=(ai_private[.]compile_text)?$')`);
    if (stale.rowCount !== 0 || open.rowCount !== 0) {
      found.push(
        problem(
          'JavaScript',
          open.rowCount === 0
            ? 'ai_private.compile_text is not the compiler that is stored'
            : 'a start_proc that anybody may set would run as ai_owner',
          'select ai.attach_javascript()',
        ),
      );
    }
  }
  return found;
};

const eventTriggers = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; enabled: string | null }>(`
    select w.name, t.evtenabled as enabled
    from unnest(array['pg_ai_on_ddl', 'pg_ai_on_drop']) as w (name)
    left join pg_event_trigger t on t.evtname = w.name`);
  if (rows.every((row) => row.enabled === null)) {
    return [
      note(
        'event triggers',
        'none: declarations take effect when they are compiled, and so do changes of declared tables',
        'after each change: select * from ai.compile(), or pg-ai compile',
      ),
    ];
  }
  return rows.flatMap(({ name, enabled }) =>
    enabled === null
      ? [problem('event triggers', `${name} is missing`, 'pg-ai upgrade --repair, as a superuser')]
      : enabled === 'D'
        ? [problem('event triggers', `${name} is disabled`, `alter event trigger ${name} enable`)]
        : [],
  );
};

const roles = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; there: boolean; strong: boolean }>(`
    select w.name, r.oid is not null as there, coalesce(r.rolsuper or r.rolbypassrls or r.rolcanlogin, false) as strong
    from unnest(array['ai_owner', 'ai_admin', 'ai_worker', 'ai_user']) as w (name)
    left join pg_roles r on r.rolname = w.name`);
  return rows.flatMap(({ name, there, strong }) => {
    if (!there) return [problem('roles', `the role ${name} is missing`, `create role ${name} nologin`)];
    if (name !== 'ai_owner' || !strong) return [];
    return [
      problem(
        'roles',
        'ai_owner, which runs generated code, is a superuser, passes by row-level security or may log in',
        'alter role ai_owner nosuperuser nobypassrls nologin',
      ),
    ];
  });
};

const tables = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{
    name: string;
    state: string;
    gone: boolean;
    stale: boolean;
    problems: { severity: string; path: string; reason: string; suggestion?: string }[];
  }>(`
    select d.qualified_name as name, d.state, d.problems, c.oid is null as gone,
      c.oid is not null and d.fingerprint is distinct from ai_private.fingerprint(ai_private.catalog_snapshot(d.relation)) as stale
    from ai.declaration d left join pg_class c on c.oid = d.relation
    order by name`);
  return rows.flatMap((row) => {
    if (row.gone)
      return [problem(row.name, 'the table was dropped, and its operations are still registered', 'pg-ai compile')];
    if (row.state === 'inconsistent') {
      const reasons = row.problems
        .filter((each) => each.severity === 'error')
        .map((each) => `${each.path}: ${each.reason}${each.suggestion ? ` (${each.suggestion})` : ''}`);
      return [
        problem(
          row.name,
          `the operations are out of force: ${reasons.join('; ')}`,
          'mend its comments or the table, then: pg-ai compile',
        ),
      ];
    }
    if (row.state === 'pending') return [problem(row.name, 'the operations wait to be compiled', 'pg-ai compile')];
    return row.stale
      ? [
          problem(
            row.name,
            'the table, its comments or the compiler have changed since it was compiled',
            'pg-ai compile',
          ),
        ]
      : [];
  });
};

/** Comments that declare where nobody has taken notice: made without event triggers. */
const undeclared = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ snapshot: string }>(`
    select ai_private.catalog_snapshot(t)::text as snapshot
    from ai_private.candidates() as t
    where not exists (select from ai.declaration d where d.relation = t)`);
  return rows
    .map(({ snapshot }) => JSON.parse(snapshot) as TableSnapshot)
    .filter((table) => compile({ table, fingerprint: '' }).declares)
    .map((table) =>
      problem(table.qualified, 'its comment declares operations and was never compiled', 'pg-ai compile'),
    );
};

const grants = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; statements: string }>(`
    select d.qualified_name as name, string_agg(m.statement || ';', ' ') as statements
    from ai.declaration d
    join pg_class c on c.oid = d.relation
    cross join lateral ai_private.missing_grants(d.relation) as m
    where d.state = 'ready'
    group by d.qualified_name order by name`);
  return rows.map(({ name, statements }) =>
    problem(name, 'ai_owner, which runs the operations, lacks privileges', statements),
  );
};

const callers = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ role: string; there: boolean; operations: string }>(`
    select r.name as role, p.oid is not null as there, string_agg(o.qualified_name || ' ' || o.operation, ', ' order by o.qualified_name, o.operation) as operations
    from ai.operation o
    -- as SQL writes it
    cross join lateral unnest(o.roles) as r (name)
    left join pg_roles p on quote_ident(p.rolname) = r.name
    where r.name <> 'public'
      and (p.oid is null or not pg_has_role(p.oid, 'ai_user', 'MEMBER') and not pg_has_role(p.oid, 'ai_admin', 'MEMBER'))
    group by r.name, p.oid order by r.name`);
  return rows.map(({ role, there, operations }) =>
    there
      ? problem(
          role,
          `may execute ${operations}, and not ai.generate_mutation: that takes the role ai_user`,
          `grant ai_user to ${role}`,
        )
      : problem(role, `is declared to call ${operations}, and there is no such role`, `create role ${role}`),
  );
};

const rowSecurity = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string }>(`
    select d.qualified_name as name
    from ai.declaration d
    join pg_class c on c.oid = d.relation and c.relrowsecurity
    where d.privileges <> '[]' -- none where all operations run as their callers
      and not exists (
        select from pg_policy p
        where p.polrelid = c.oid and p.polpermissive
          and exists (select from unnest(p.polroles) as r (oid) where r.oid = 0 or pg_has_role('ai_owner', r.oid, 'MEMBER')))
    order by name`);
  return rows.map(({ name }) =>
    problem(
      name,
      'row-level security is on and no policy is for ai_owner: its operations see no row',
      `create policy pg_ai on ${name} to ai_owner using (…) with check (…), or declare "security": "invoker"`,
    ),
  );
};

const functions = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string }>(`
    select o.qualified_name || ' ' || o.operation as name
    from ai.operation o
    where to_regprocedure(format('ai_gen.%I(jsonb, jsonb)', o.function_name)) is null
    order by name`);
  return rows.map(({ name }) => problem(name, 'its function in ai_gen is missing', 'pg-ai compile --force'));
};

/** After a restore keys are not there, because a dump does not have them. */
const encryptionKeys = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; key: string }>(`
    select distinct format('%s.%I', o.qualified_name, e.key) as name, e.value as key
    from ai.operation o
    cross join lateral jsonb_each_text(o.plan -> 'encrypted') as e
    where not exists (select from ai.encryption_keys k where k.name = e.value)
    order by name`);
  return rows.map(({ name, key }) =>
    problem(
      name,
      `it is encrypted, and there is no key ${key}`,
      `select ai.add_encryption_key(${literal(key)}, '<the secret that was kept elsewhere>')`,
    ),
  );
};

const triggers = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ name: string; triggers: string }>(`
    select d.qualified_name as name, string_agg(quote_ident(t.tgname), ', ' order by t.tgname) as triggers
    from ai.declaration d
    join pg_trigger t on t.tgrelid = d.relation and not t.tgisinternal
    join pg_proc p on p.oid = t.tgfoid and not p.prosecdef
    where d.privileges <> '[]'
    group by d.qualified_name order by name`);
  return rows.map(({ name, triggers: names }) =>
    note(
      name,
      `its triggers run as ai_owner when an operation fires them: ${names}`,
      'where they touch other tables, make their functions security definer, or grant ai_owner what they need',
    ),
  );
};

/** Events that do not get where they are wanted. */
const subscriptions = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{
    about: string;
    name: string;
    state: string;
    waiting: string;
    problem: string | null;
  }>(
    `select t.about, t.name, t.state, t.waiting::text, t.problem from ai.status() as t where t.about <> 'declaration'`,
  );
  const { rows: lost } = await client.query<{ name: string }>(`
    select s.name from ai.subscriptions s
    where not exists (select from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = 'taker:' || s.name)
    order by s.name`);
  return [
    ...lost.map(({ name }) =>
      problem(
        `subscription ${name}`,
        'the function that takes its events is missing',
        `update ai.subscriptions set topics = topics where name = ${literal(name)}`,
      ),
    ),
    ...rows.flatMap(({ about, name, state, waiting, problem: reason }) =>
      about === 'dead letters'
        ? [note(`subscription ${name}`, `${waiting} events were given up; the last: ${reason}`, `pg-ai events list`)]
        : state === 'failing'
          ? [problem(`subscription ${name}`, `its events are not handed on: ${reason}`, 'see the log of pg-ai worker')]
          : reason === null
            ? []
            : [note(`${about} ${name}`, reason)],
    ),
  ];
};

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What is installed against what a fresh installation is. */
const drift = async (client: Client, installed: Installation): Promise<Finding[]> => {
  const objects = difference(expectedObjects(), await introspect(client));
  const bodies = difference(expectedBodies(), await functionBodies(client));
  const lost = objects.missing.flatMap((line) => /^function (\S+?)\(/.exec(line)?.[1] ?? []);
  const lines = [...objects.missing, ...bodies.missing.map((line) => `body of ${line.split(' ')[0]}`)];
  // A function that is missing is told once, without its grants and its body.
  const missing = lines.filter(
    (line) =>
      line.startsWith('function ') || !lost.some((name) => line.includes(` ${name}(`) || line === `body of ${name}`),
  );
  // Objects and grants that users have added are theirs, but nothing more may be open to everyone.
  const extra = objects.extra.filter((line) => /^grant .* to (public|ai_\w+)$/.test(line));
  const mend =
    installed.as === 'extension'
      ? 'restore the database from a dump: CREATE EXTENSION puts the objects in place anew'
      : 'pg-ai upgrade --repair';
  return [
    ...missing.map((line) => problem('objects', `not as installed: ${line}`, mend)),
    ...extra.map((line) =>
      problem('objects', `not of pg_ai's making: ${line}`, line.replace(/^grant (.*) to (\S+)$/, 'revoke $1 from $2')),
    ),
  ];
};
