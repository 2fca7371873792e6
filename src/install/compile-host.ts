import pg, { type Client } from 'pg';
import { compileAction } from '../compiler/action/compile.ts';
import type { ActionSnapshot } from '../compiler/action/snapshot.ts';
import type { TableSnapshot } from '../compiler/catalog.ts';
import { type CompileInput, compile } from '../compiler/compile.ts';
import type { Diagnostic } from '../compiler/diagnostic.ts';
import { bundleCompiler } from './bundle.ts';

/** What became of one table, or of one action ("action user_signup"). */
export interface TableOutcome {
  readonly table: string;
  /** refused: wrong, or not to be put in force; unchanged tables were in force before and still are. */
  readonly outcome: 'compiled' | 'unchanged' | 'withdrawn' | 'refused';
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileOptions {
  /** Compile what has not changed, too. */
  readonly force?: boolean;
  /** Only this table, as SQL names it. Default: all that declare. */
  readonly table?: string | undefined;
  /** Only tables that wait for a compiler; with 'waiting' also those that could not be put in force and are to be tried again. */
  readonly only?: 'pending' | 'waiting';
  /** Gets each table as it is done. */
  readonly report?: (outcome: TableOutcome) => void;
}

/** The compiler stored in the database is another one than this: their functions could differ. */
export class OtherCompiler extends Error {
  constructor() {
    super('the compiler of this pg-ai is not the one installed in the database');
  }
}

/**
 * Compiles declarations in Node, for databases without a JavaScript language: the same snapshot, compiler and functions that the event
 * triggers use. Each table is a transaction of its own, so that one mistake holds up nothing else.
 * @throws OtherCompiler
 * @throws pg.DatabaseError 42501 where the role is no member of ai_worker
 */
export const compileTables = async (client: Client, options: CompileOptions = {}): Promise<TableOutcome[]> => {
  const { hash } = await bundleCompiler();
  const stored = await client.query<{ hash: string }>(`select hash from ai_private.javascript where name = 'compiler'`);
  if (stored.rows[0]?.hash !== hash) throw new OtherCompiler();

  const { rows: targets } = await client.query<{ oid: number; name: string }>(
    `select t as oid, case when c.oid is null then d.qualified_name else format('%I.%I', n.nspname, c.relname) end as name
     from ai_private.candidates() as t
     left join ai.declaration d on d.relation = t
     left join pg_class c on c.oid = t
     left join pg_namespace n on n.oid = c.relnamespace
     where ($1::text is null or t = $1::regclass)
       and ($2::text is null or d.state = 'pending' or $2 = 'waiting' and d.state = 'inconsistent' and d.fingerprint is null)
     order by name`,
    [options.table ?? null, options.only ?? null],
  );
  const outcomes: TableOutcome[] = [];
  for (const { oid, name } of targets) {
    const outcome = await compileTable(client, oid, name, options.force === true);
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    options.report?.(outcome);
  }
  // Actions stand on tables, so they come after them.
  if (options.table !== undefined) return outcomes;
  for (const outcome of await compileActions(client, options.force === true, options.report)) outcomes.push(outcome);
  return outcomes;
};

/** Each name after those that it calls, since it is compiled against what they take and give. */
const calledFirst = (calls: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const order = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    if (order.has(name) || above.includes(name)) return;
    for (const called of calls.get(name) ?? []) visit(called, [...above, name]);
    if (calls.has(name)) order.add(name);
  };
  for (const name of calls.keys()) visit(name, []);
  return [...order];
};

const compileActions = async (
  client: Client,
  force: boolean,
  report: CompileOptions['report'],
): Promise<TableOutcome[]> => {
  const outcomes: TableOutcome[] = [];
  const { rows } = await client.query<{ name: string; calls: string[] }>(
    `select coalesce(m.action_name, a.action_name) as name, coalesce(ai_private.action_calls(m), '{}') as calls
     from ai.meta_actions m full join ai.action a on a.action_name = m.action_name order by name`,
  );
  for (const name of calledFirst(new Map(rows.map(({ name, calls }) => [name, calls])))) {
    const outcome = await transacted(
      client,
      `action ${name}`,
      () => compileOneAction(client, name, force),
      (problems) => client.query('select ai_private.give_up_action($1, $2)', [name, problems]),
    );
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    report?.(outcome);
  }
  return outcomes;
};

const compileTable = (client: Client, oid: number, table: string, force: boolean): Promise<TableOutcome | undefined> =>
  transacted(
    client,
    table,
    () => inTransaction(client, oid, table, force),
    // As the event triggers do: what cannot be brought up to date must not go on running as it was.
    (problems) => client.query('select ai_private.give_up($1, $2)', [oid, problems]),
  );

/** Does the work in a transaction of its own; what the database refuses is told, and what it concerns given up. */
const transacted = async (
  client: Client,
  name: string,
  work: () => Promise<TableOutcome | undefined>,
  giveUp: (problems: string) => Promise<unknown>,
): Promise<TableOutcome | undefined> => {
  await client.query('begin');
  try {
    const outcome = await work();
    await client.query('commit');
    return outcome;
  } catch (cause) {
    await client.query('rollback');
    if (!(cause instanceof pg.DatabaseError)) throw cause;
    const diagnostics = [diagnosticOf(cause, name)];
    await giveUp(JSON.stringify(diagnostics));
    return { table: name, outcome: 'refused', diagnostics };
  }
};

const inTransaction = async (
  client: Client,
  oid: number,
  table: string,
  force: boolean,
): Promise<TableOutcome | undefined> => {
  // The lock that the host inside the database takes, before either looks at the catalog.
  await client.query('select ai_private.lock_compiler()');
  // As text: JavaScript would lose digits of what PostgreSQL prints exactly.
  const { rows } = await client.query<{ snapshot: string; fingerprint: string; known: boolean; current: boolean }>(
    `with s as materialized (select ai_private.catalog_snapshot($1) as snapshot),
       f as materialized (select s.snapshot, ai_private.fingerprint(s.snapshot) as fingerprint from s)
     select f.snapshot::text as snapshot, f.fingerprint, d.relation is not null as known,
       coalesce(d.fingerprint = f.fingerprint and d.state = 'ready', false) as current
     from f
     left join ai.declaration d on d.relation = $1
     where f.snapshot is not null`,
    [oid],
  );
  const [row] = rows;
  if (row === undefined) {
    // The table was dropped where no event trigger saw it: this forgets it.
    await client.query('select ai_private.prepare($1)', [oid]);
    return { table, outcome: 'withdrawn', diagnostics: [] };
  }
  if (row.current && !force) return { table, outcome: 'unchanged', diagnostics: [] };

  const input: CompileInput = { table: JSON.parse(row.snapshot) as TableSnapshot, fingerprint: row.fingerprint };
  const compiled = compile(input);
  if (!compiled.declares && !row.known) return undefined;
  await client.query('select ai_private.store_prepared($1, $2, $3)', [oid, row.fingerprint, JSON.stringify(compiled)]);
  await client.query('select ai_private.grant_missing($1)', [oid]);
  const applied = await client.query<{ problems: Diagnostic[] }>('select ai_private.apply_prepared($1) as problems', [
    oid,
  ]);
  const diagnostics = applied.rows[0]?.problems ?? [];
  const refused = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return { table, outcome: refused ? 'refused' : compiled.declares ? 'compiled' : 'withdrawn', diagnostics };
};

const compileOneAction = async (client: Client, name: string, force: boolean): Promise<TableOutcome | undefined> => {
  const table = `action ${name}`;
  await client.query('select ai_private.lock_compiler()');
  const { rows } = await client.query<{ snapshot: string | null; fingerprint: string | null; current: boolean }>(
    `select s.snapshot::text as snapshot, ai_private.fingerprint(s.snapshot) as fingerprint,
       coalesce(a.fingerprint = ai_private.fingerprint(s.snapshot) and a.state = case when m.enabled then 'ready' else 'disabled' end, false) as current
     from (select ai_private.action_snapshot($1) as snapshot) as s
     left join ai.action a on a.action_name = $1
     left join ai.meta_actions m on m.action_name = $1`,
    [name],
  );
  const [row] = rows;
  if (row === undefined || row.snapshot === null || row.fingerprint === null) {
    await client.query('select ai_private.prepare_action($1)', [name]);
    return { table, outcome: 'withdrawn', diagnostics: [] };
  }
  if (row.current && !force) return { table, outcome: 'unchanged', diagnostics: [] };
  const compiled = compileAction({ action: JSON.parse(row.snapshot) as ActionSnapshot, fingerprint: row.fingerprint });
  await client.query('select ai_private.store_action($1, $2, $3)', [name, row.fingerprint, JSON.stringify(compiled)]);
  await client.query('select ai_private.grant_missing_action($1)', [name]);
  const applied = await client.query<{ problems: Diagnostic[] }>('select ai_private.apply_action($1) as problems', [
    name,
  ]);
  const diagnostics = applied.rows[0]?.problems ?? [];
  const refused = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return { table, outcome: refused ? 'refused' : 'compiled', diagnostics };
};

const diagnosticOf = (error: pg.DatabaseError, table: string): Diagnostic => ({
  severity: 'error',
  path: table,
  reason: error.message,
  // Missing grants come with the statements that give them.
  suggestion: [error.detail, error.hint].filter((text) => text !== undefined).join('; '),
});
