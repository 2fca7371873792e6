import type pg from 'pg';
import { inject } from 'vitest';
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

/** Compiles in Node what waits for a compiler, as `pg-ai compile` does. Raises PI001 with every diagnostic where a declaration is wrong. */
export async function compilePending(runner: Runner): Promise<void> {
  const waiting = await rowsOf<{ oid: string; snapshot: TableSnapshot; fingerprint: string }>(
    runner,
    `select c.oid::text, s.snapshot, ai_private.fingerprint(s.snapshot) as fingerprint
       from ai.declaration d
       join pg_catalog.pg_class c on c.oid = d.relation
       cross join lateral (select ai_private.catalog_snapshot(c.oid) as snapshot) as s
      where d.state = 'pending'
      order by c.oid`,
  );
  for (const { oid, snapshot, fingerprint } of waiting) {
    const compiled = compile({ table: snapshot, fingerprint });
    await runner.query('select ai_private.store_prepared($1, $2, $3)', [oid, fingerprint, JSON.stringify(compiled)]);
    await runner.query('select ai_private.grant_missing($1)', [oid]);
    const [applied] = await rowsOf<{ problems: Diagnostic[] }>(
      runner,
      'select ai_private.apply_prepared($1) as problems',
      [oid],
    );
    const problems = applied?.problems ?? [];
    if (problems.some((problem) => problem.severity === 'error'))
      await runner.query('select ai_private.refuse_declaration($1, $2)', [oid, JSON.stringify(problems)]);
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
  await runner.query('begin');
  try {
    await runner.query(sql);
    await compilePending(runner);
    await runner.query('commit');
  } catch (error) {
    await runner.query('rollback');
    throw error;
  }
}
