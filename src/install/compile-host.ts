import pg, { type Client } from 'pg';
import type { TableSnapshot } from '../compiler/catalog.ts';
import { type CompileInput, compile } from '../compiler/compile.ts';
import type { Diagnostic } from '../compiler/diagnostic.ts';
import { bundleCompiler } from './bundle.ts';

/** What became of one table. */
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
     where $1::text is null or t = $1::regclass
     order by name`,
    [options.table ?? null],
  );
  const outcomes: TableOutcome[] = [];
  for (const { oid, name } of targets) {
    const outcome = await compileTable(client, oid, name, options.force === true);
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    options.report?.(outcome);
  }
  return outcomes;
};

const compileTable = async (
  client: Client,
  oid: number,
  table: string,
  force: boolean,
): Promise<TableOutcome | undefined> => {
  await client.query('begin');
  try {
    const outcome = await inTransaction(client, oid, table, force);
    await client.query('commit');
    return outcome;
  } catch (cause) {
    await client.query('rollback');
    if (!(cause instanceof pg.DatabaseError)) throw cause;
    const diagnostics = [diagnosticOf(cause, table)];
    // As the event triggers do: what cannot be brought up to date must not go on running as it was.
    await client.query('select ai_private.give_up($1, $2)', [oid, JSON.stringify(diagnostics)]);
    return { table, outcome: 'refused', diagnostics };
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

const diagnosticOf = (error: pg.DatabaseError, table: string): Diagnostic => ({
  severity: 'error',
  path: table,
  reason: error.message,
  // Missing grants come with the statements that give them.
  suggestion: [error.detail, error.hint].filter((text) => text !== undefined).join('; '),
});
