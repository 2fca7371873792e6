import type pg from 'pg';
import { inject } from 'vitest';
import { compileAction } from '../../src/compiler/action/compile.ts';
import type { ActionSnapshot } from '../../src/compiler/action/snapshot.ts';
import type { TableSnapshot } from '../../src/compiler/catalog.ts';
import { compile } from '../../src/compiler/compile.ts';
import type { Diagnostic } from '../../src/compiler/diagnostic.ts';

/** What runs a statement: a test database or one connection to it. */
export type Runner = {
  query(sql: string, params?: unknown[]): Promise<pg.QueryResultRow[] | { readonly rows: pg.QueryResultRow[] }>;
};

export const rowsOf = async <Row extends pg.QueryResultRow>(
  runner: Runner,
  sql: string,
  params?: unknown[],
): Promise<Row[]> => {
  const result = await runner.query(sql, params);
  return (Array.isArray(result) ? result : result.rows) as Row[];
};

const waitingTables = async (runner: Runner): Promise<string[]> =>
  (
    await rowsOf<{ oid: string }>(
      runner,
      `select d.relation::oid::text as oid from ai.declaration d join pg_catalog.pg_class c on c.oid = d.relation where d.state = 'pending' order by 1`,
    )
  ).map(({ oid }) => oid);

/**
 * Compiles in Node what waits for a compiler, as `pg-ai compile` does: what is wrong is marked inconsistent. Raises PI001 where one of `refused` is
 * wrong. Does nothing where the database compiles by itself.
 */
export async function compilePending(runner: Runner, refused: (oid: string) => boolean = () => false): Promise<void> {
  for (const oid of await waitingTables(runner)) {
    const [table] = await rowsOf<{ snapshot: TableSnapshot; fingerprint: string }>(
      runner,
      `select s.snapshot, ai_private.fingerprint(s.snapshot) as fingerprint from ai_private.catalog_snapshot($1) as s (snapshot)`,
      [oid],
    );
    if (table === undefined) continue;
    const compiled = compile({ table: table.snapshot, fingerprint: table.fingerprint });
    await runner.query('select ai_private.store_prepared($1, $2, $3)', [
      oid,
      table.fingerprint,
      JSON.stringify(compiled),
    ]);
    await runner.query('select ai_private.grant_missing($1)', [oid]);
    const [applied] = await rowsOf<{ problems: Diagnostic[] }>(
      runner,
      'select ai_private.apply_prepared($1) as problems',
      [oid],
    );
    const problems = applied?.problems ?? [];
    if (refused(oid) && problems.some((problem) => problem.severity === 'error'))
      await runner.query('select ai_private.refuse_declaration($1, $2)', [oid, JSON.stringify(problems)]);
  }
}

const waitingActions = async (runner: Runner): Promise<string[]> =>
  (
    await rowsOf<{ name: string }>(
      runner,
      `select action_name as name from ai.action where state = 'pending' order by 1`,
    )
  ).map(({ name }) => name);

/** The same for actions that wait, raising PI007. */
export async function compilePendingActions(
  runner: Runner,
  refused: (name: string) => boolean = () => false,
): Promise<void> {
  // One that is compiled may make those wait that call it.
  for (;;) {
    const [name] = await waitingActions(runner);
    if (name === undefined) return;
    const [action] = await rowsOf<{ snapshot: ActionSnapshot; fingerprint: string }>(
      runner,
      `select s.snapshot, ai_private.fingerprint(s.snapshot) as fingerprint from ai_private.action_snapshot($1) as s (snapshot)`,
      [name],
    );
    if (action === undefined) return;
    const compiled = compileAction({ action: action.snapshot, fingerprint: action.fingerprint });
    await runner.query('select ai_private.store_action($1, $2, $3)', [
      name,
      action.fingerprint,
      JSON.stringify(compiled),
    ]);
    await runner.query('select ai_private.grant_missing_action($1)', [name]);
    const [applied] = await rowsOf<{ problems: Diagnostic[] }>(
      runner,
      'select ai_private.apply_action($1) as problems',
      [name],
    );
    const problems = applied?.problems ?? [];
    if (refused(name) && problems.some((problem) => problem.severity === 'error'))
      await runner.query(`select ai_private.refuse_program('action', $1, $2)`, [name, JSON.stringify(problems)]);
  }
}

/**
 * Runs DDL and declarations so that the operations are there afterwards on every server: where the database has no JavaScript language, Node
 * compiles in the same transaction. Either all of it takes effect or none.
 */
export async function declare(runner: Runner, sql: string): Promise<void> {
  if (inject('server').javascript !== 'none') {
    await runner.query(sql);
    return;
  }
  const before = new Set(await waitingTables(runner));
  const actionsBefore = new Set(await waitingActions(runner));
  await runner.query('begin');
  try {
    await runner.query(sql);
    await compilePending(runner, (oid) => !before.has(oid));
    await compilePendingActions(runner, (name) => !actionsBefore.has(name));
    await runner.query('commit');
  } catch (error) {
    await runner.query('rollback');
    throw error;
  }
}
