import { performance } from 'node:perf_hooks';
import { ROWS } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import { sqlFile } from '../lib/database.ts';
import { interleave, type Side } from '../lib/interleave.ts';
import { type Result, round } from '../lib/result.ts';
import type { Wire } from '../lib/wire.ts';

const COUNTS = [1, 100, 1000];

/** The table of account.sql under other names, and without what concerns the schema, which is there: a grant on it, even the same one again, throws away every plan. */
export const declareMore = async (database: Database, from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i++) {
    await database.admin.query(
      sqlFile('account.sql')
        .replace(/^.* schema bench.*$/gm, '')
        .replaceAll('bench.account', `bench.table_${i}`),
    );
  }
};

/** The same mutation where one table is declared, and where a thousand are. */
export const tables: Case = {
  name: 'tables',
  about: 'create and fetch with 1, 100 and 1,000 declared tables in the database',
  run: async ({ bench, quick, say }) => {
    const counts = quick ? [1, 100] : COUNTS;
    const databases: Database[] = [];
    for (const count of counts) {
      say(`a database with ${count} declared tables`);
      const start = performance.now();
      const database = await bench.database(`bench_tables_${count}`);
      // Half of the tables before the one that is measured, half after it.
      await database.admin.query('create schema bench');
      const before = Math.floor((count - 1) / 2);
      await declareMore(database, 0, before);
      await database.admin.query(sqlFile('account.sql').replace('create schema bench;', ''));
      await declareMore(database, before, count - 1);
      await database.admin.query(
        `insert into bench.account (email, name) select 'row' || i || '@example.com', 'Row ' || i from generate_series(1, ${ROWS}) as i`,
      );
      await database.admin.query('vacuum analyze');
      say(`  declared in ${round((performance.now() - start) / 1000)} s`);
      databases.push(database);
    }
    const wires: Wire[] = [];
    for (const database of databases) wires.push(await database.wire({ synchronous_commit: 'off' }));
    const results: Result[] = [];
    for (const operation of ['create', 'fetch'] as const) {
      const sides = databases.map(
        (_, i): Side => ({
          name: `${counts[i]} tables`,
          sql: `select ai.generate_mutation('${operation}', 'bench.account', $1::jsonb)`,
          parameters: (n) => [
            JSON.stringify(
              operation === 'create'
                ? { email: `user${n}@example.com`, name: `User ${n}`, age: 30 }
                : { id: (n % ROWS) + 1 },
            ),
          ],
          bar: 1.1,
          wires: wires.slice(i, i + 1),
        }),
      );
      results.push(
        ...(await interleave(
          `${operation} by number of declared tables`,
          [],
          sides,
          quick ? { rounds: 7, turnMs: 150 } : { rounds: 15, turnMs: 200 },
        )),
      );
    }
    for (const wire of wires) await wire.close();
    for (const database of databases) await database.drop();
    return results;
  },
};
