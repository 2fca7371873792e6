import { readFileSync } from 'node:fs';
import pg from 'pg';
import { fill, OPERATIONS } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import { measure, type Result, round as significant } from '../lib/result.ts';

const MEGABYTE = 1024 * 1024;
const CALLS = 500;

interface Footprint {
  /** What PostgreSQL has taken for itself, in bytes: pg_backend_memory_contexts. */
  readonly contexts: number;
  /** Memory that only this process has, in bytes; it depends on the C library too. */
  readonly own: number | undefined;
  readonly engines: readonly string[];
}

const ownMemory = (pid: number): number | undefined => {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map((match) => Number(match[1]));
    return kilobytes.reduce((a, b) => a + b, 0) * 1024;
  } catch {
    return undefined;
  }
};

const loadedEngines = (pid: number): readonly string[] => {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    return [...new Set(maps.match(/\S*(?:plv8|pljs|quickjs|libv8|libnode)\S*/g) ?? [])];
  } catch {
    return [];
  }
};

const footprint = async (database: Database, work: (client: pg.Client) => Promise<void>): Promise<Footprint> => {
  const url = new URL(database.url);
  url.username = 'bench_user';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows: identity } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = identity[0]?.pid ?? 0;
  await work(client);
  const own = ownMemory(pid);
  const engines = loadedEngines(pid);
  await database.admin.query('grant pg_read_all_stats to bench_user');
  const { rows } = await client.query<{ total: string }>(
    'select sum(total_bytes) as total from pg_backend_memory_contexts',
  );
  await client.end();
  return { contexts: Number(rows[0]?.total ?? 0), own, engines };
};

/** Memory of a backend that only runs mutations, and what it has loaded. */
export const backend: Case = {
  name: 'backend',
  about: 'a backend that only runs mutations: no JavaScript engine, at most 2 MB over a bare one',
  run: async ({ accounts, bench, say }) => {
    const database = await accounts();
    await fill(database);
    say('memory of a backend');
    let round = 0;
    const mutations = async (
      client: pg.Client,
      call: (operation: string) => string,
      kinds: readonly string[],
    ): Promise<void> => {
      for (let n = CALLS * round; n < CALLS * (round + 1); n++) {
        for (const [operation, inputs] of [
          ['create', { email: `memory${n}@example.com`, name: 'M' }],
          ['update', { id: n + 1, name: 'N' }],
          ['upsert', { email: `row${n + 1000}@example.com`, name: 'U' }],
          ['fetch', { id: n + 1 }],
          ['delete', { id: n + 5001 }],
        ] as const) {
          if (!kinds.includes(operation)) continue;
          await client.query({ name: operation, text: call(operation), values: [JSON.stringify(inputs)] });
        }
      }
      round++;
    };
    const byName = (operation: string) => `select ai.generate_mutation('${operation}', 'bench.account', $1::jsonb)`;
    const byHand = (operation: string) => `select bench.${operation}_account($1::jsonb)`;
    const bare = await footprint(database, async (client) => {
      await client.query('select 1');
    });
    const results: Result[] = [];
    for (const [subject, kinds] of [
      ['a backend that creates', ['create']],
      ['a backend that runs all five operations', OPERATIONS],
    ] as const) {
      const ours = await footprint(database, (client) => mutations(client, byName, kinds));
      const hand = await footprint(database, (client) => mutations(client, byHand, kinds));
      results.push(
        measure('backend, JavaScript engines loaded', subject, ours.engines.length, 'libraries', {
          bar: 0,
          note:
            bench.javascript === 'none'
              ? 'there is no JavaScript language on this server'
              : `the database has ${bench.javascript}`,
        }),
        measure('backend, memory over a bare one', subject, (ours.contexts - bare.contexts) / MEGABYTE, 'MB', {
          bar: 2,
          baseline_value: significant((hand.contexts - bare.contexts) / MEGABYTE),
          note: `sum of pg_backend_memory_contexts after ${CALLS} rounds`,
        }),
      );
      if (ours.own !== undefined && bare.own !== undefined && hand.own !== undefined)
        results.push(
          measure('backend, private pages over a bare one', subject, (ours.own - bare.own) / MEGABYTE, 'MB', {
            baseline_value: significant((hand.own - bare.own) / MEGABYTE),
            note: 'Private_Clean and _Dirty of smaps_rollup: the contexts, and pages of its own code and catalogs that PostgreSQL touches',
          }),
        );
    }
    return results;
  },
};
