import pg, { type Client } from 'pg';
import { compileAction } from '../compiler/action/compile.ts';
import type { ActionSnapshot } from '../compiler/action/snapshot.ts';
import type { TableSnapshot } from '../compiler/catalog.ts';
import { type Compiled, compile } from '../compiler/compile.ts';
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

interface Target {
  readonly oid: number;
  readonly name: string;
}

/** What the compiler reads of a table. As text: JavaScript would lose digits of what PostgreSQL prints exactly. */
interface Reading {
  /** null: the table was dropped where no event trigger saw it. */
  readonly snapshot: string | null;
  readonly fingerprint: string | null;
  readonly known: boolean;
  readonly current: boolean;
}

/** How many tables are read at once. */
const BATCH = 100;

/**
 * Compiles declarations in Node, for databases without a JavaScript language: the same snapshot, compiler and functions that the event
 * triggers use. Each table is a transaction of its own, so that one mistake holds up nothing else; while the database puts one in force, the
 * next is compiled.
 * @throws OtherCompiler
 * @throws pg.DatabaseError 42501 where the role is no member of ai_worker
 */
export const compileTables = async (client: Client, options: CompileOptions = {}): Promise<TableOutcome[]> => {
  const { hash } = await bundleCompiler();
  const stored = await client.query<{ hash: string }>(`select hash from ai_private.javascript where name = 'compiler'`);
  if (stored.rows[0]?.hash !== hash) throw new OtherCompiler();

  const { rows: targets } = await client.query<Target>(
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
  const add = (outcome: TableOutcome | undefined): void => {
    if (outcome === undefined) return;
    outcomes.push(outcome);
    options.report?.(outcome);
  };
  const force = options.force === true;
  for (let from = 0; from < targets.length; from += BATCH) {
    const batch = targets.slice(from, from + BATCH);
    const readings = await read(client, batch);
    let working: Promise<TableOutcome | undefined> = Promise.resolve(undefined);
    for (const [i, target] of batch.entries()) {
      const compiled = compileReading(readings[i] as Reading, force);
      add(await working);
      working = settle(client, target, readings[i] as Reading, compiled, force);
    }
    add(await working);
  }
  // Actions stand on tables, so they come after them.
  if (options.table !== undefined) return outcomes;
  for (const outcome of await compileActions(client, force, options.report)) outcomes.push(outcome);
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

const read = async (client: Client, targets: readonly Target[]): Promise<readonly Reading[]> => {
  const { rows } = await client.query<Reading>(
    `with s as materialized (
       select t.oid, t.position, ai_private.catalog_snapshot(t.oid) as snapshot from unnest($1::oid[]) with ordinality as t (oid, position)
     ), f as materialized (select s.*, ai_private.fingerprint(s.snapshot) as fingerprint from s)
     select f.snapshot::text as snapshot, f.fingerprint, d.relation is not null as known,
       coalesce(d.fingerprint = f.fingerprint and d.state = 'ready', false) as current
     from f
     left join ai.declaration d on d.relation = f.oid
     order by f.position`,
    [targets.map(({ oid }) => oid)],
  );
  return rows;
};

/** Nothing where there is nothing to compile. */
const compileReading = ({ snapshot, fingerprint, current }: Reading, force: boolean): Compiled | undefined => {
  if (snapshot === null || fingerprint === null || (current && !force)) return undefined;
  return compile({ table: JSON.parse(snapshot) as TableSnapshot, fingerprint });
};

/**
 * Puts in force what was compiled, in one statement that is its own transaction. A table that somebody changes between reading and this is
 * refused by its fingerprint, which apply_prepared compares under the compiler's lock: it is read again, as long as that is why.
 */
const settle = async (
  client: Client,
  target: Target,
  reading: Reading,
  compiled: Compiled | undefined,
  force: boolean,
): Promise<TableOutcome | undefined> => {
  const { oid, name: table } = target;
  if (reading.snapshot === null) {
    await client.query('select ai_private.prepare($1)', [oid]); // this forgets it
    return { table, outcome: 'withdrawn', diagnostics: [] };
  }
  if (compiled === undefined) return { table, outcome: 'unchanged', diagnostics: [] };
  if (!compiled.declares && !reading.known) return undefined;
  let diagnostics: readonly Diagnostic[];
  try {
    // One after the other, as they are named.
    const { rows } = await client.query<{ problems: Diagnostic[] }>(
      'select ai_private.store_prepared($1, $2, $3), ai_private.grant_missing($1), ai_private.apply_prepared($1) as problems',
      [oid, reading.fingerprint, JSON.stringify(compiled)],
    );
    diagnostics = rows[0]?.problems ?? [];
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError)) throw cause;
    diagnostics = [diagnosticOf(cause, table)];
    // As the event triggers do: what cannot be brought up to date must not go on running as it was.
    await client.query('select ai_private.give_up($1, $2)', [oid, JSON.stringify(diagnostics)]);
  }
  if (!diagnostics.some(({ severity }) => severity === 'error'))
    return { table, outcome: compiled.declares ? 'compiled' : 'withdrawn', diagnostics };
  const [now] = await read(client, [target]);
  if (now === undefined || now.fingerprint === reading.fingerprint) return { table, outcome: 'refused', diagnostics };
  return settle(client, target, now, compileReading(now, force), force);
};

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
