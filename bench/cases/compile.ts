import { performance } from 'node:perf_hooks';
import type { TableSnapshot } from '../../src/compiler/catalog.ts';
import { type Compiled, compile } from '../../src/compiler/compile.ts';
import { compileTables } from '../../src/install/compile-host.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import { measure, type Result } from '../lib/result.ts';
import { median } from '../lib/statistics.ts';
import { declareMore } from './tables.ts';

const TABLES = 100;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** PostgreSQL's own part: creating the functions, without all that leads to them. */
const createAlone = async ({ admin }: Database, compiled: readonly Compiled[]): Promise<number> => {
  const statements = compiled.flatMap(({ operations }) =>
    operations
      .flatMap(({ jsonFunction, typedFunction, bulkFunction }) => [jsonFunction, typedFunction, bulkFunction])
      .filter((statement) => statement !== undefined)
      .map((statement) => statement.replace('create or replace function ai_gen.', 'create function bench.')),
  );
  return timed(async () => {
    await admin.query('begin; set local check_function_bodies = off');
    for (const statement of statements) await admin.query(statement);
    await admin.query('rollback');
  });
};

/** How long declarations take: in the database, one of many, and in Node. Each table declares all five operations. */
export const compileCase: Case = {
  name: 'compile',
  about: `compile ${TABLES} tables in the database and in Node, and 1 changed among them`,
  run: async ({ bench, say }) => {
    say(`compiling ${TABLES} tables`);
    const database = await bench.database('bench_compile');
    const { admin } = database;
    await admin.query('create schema bench');
    const results: Result[] = [];
    if (bench.javascript === 'none') say('  no JavaScript language here: the database cannot compile by itself');
    const declared = await timed(() => declareMore(database, 0, TABLES));
    if (bench.javascript !== 'none') {
      results.push(
        measure(`compile ${TABLES} tables`, 'in the database, each by its COMMENT', declared / 1000, 's', {
          bar: 5,
          note: 'with CREATE TABLE; one statement and one transaction for each table',
        }),
        measure(
          `compile ${TABLES} tables`,
          'in the database, ai.compile(force => true)',
          (await timed(() => admin.query('select count(*) from ai.compile(null, true)'))) / 1000,
          's',
          { bar: 5 },
        ),
      );
      const changes: number[] = [];
      for (let i = 0; i < 9; i++) {
        const comment = `{"operations": {"create": {"required": ["email", "name"]}, "update": {"optional": "*"}, "upsert": {"key": ["email"]}, "delete": {}, "fetch": {}}, "description": "change ${i}"}`;
        changes.push(await timed(() => admin.query(`comment on table bench.table_50 is '${comment}'`)));
      }
      results.push(
        measure(`1 changed among ${TABLES}`, 'COMMENT ON TABLE', median(changes), 'ms', {
          bar: 150,
          runs: changes.length,
        }),
      );
      const unchanged = await timed(() => admin.query('select count(*) from ai.compile()'));
      results.push(measure(`nothing changed among ${TABLES}`, 'ai.compile()', unchanged, 'ms'));
    }
    const { rows } = await admin.query<{ snapshot: TableSnapshot }>(
      'select ai_private.catalog_snapshot(c) as snapshot from ai_private.candidates() as c',
    );
    const compiled: Compiled[] = [];
    const pure = await timed(async () => {
      for (const { snapshot } of rows) compiled.push(compile({ table: snapshot, fingerprint: 'bench' }));
    });
    results.push(measure(`compile ${TABLES} tables`, 'in Node, the compiler alone', pure / 1000, 's'));
    await admin.query('grant ai_worker to current_user');
    const host = await timed(() => compileTables(admin, { force: true }));
    results.push(
      measure(`compile ${TABLES} tables`, 'in Node, from the catalog to functions in force', host / 1000, 's', {
        bar: 2,
      }),
      measure(
        `compile ${TABLES} tables`,
        'CREATE FUNCTION alone',
        (await createAlone(database, compiled)) / 1000,
        's',
        {
          note: 'the floor: the same functions under other names, in one transaction, with nothing read, checked or granted',
        },
      ),
    );
    await database.drop();
    return results;
  },
};
