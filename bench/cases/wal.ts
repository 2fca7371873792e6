import type pg from 'pg';
import { byHand, fill, generateMutation, OPERATIONS, typedFunction } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Side } from '../lib/interleave.ts';
import { measure, type Result } from '../lib/result.ts';

const CALLS = 300;

interface Traffic {
  readonly walBytes: number;
  readonly buffers: number;
}

interface Explained {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: Readonly<Record<string, number>> }];
}

/** Bytes of WAL with the commit, and buffers that the statement touched, for one call. Neither depends on the machine. */
const traffic = async (admin: pg.Client, side: Side, from: number): Promise<Traffic> => {
  await side.prepare?.(from, CALLS * 2);
  const quoted = (n: number): string =>
    side.sql.replace(/\$(\d+)/g, (_, i: string) => `'${side.parameters(n)[Number(i) - 1]?.replaceAll("'", "''")}'`);
  for (let n = from; n < from + 20; n++) await admin.query(quoted(n));
  const before = await admin.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
  for (let n = from + 20; n < from + CALLS; n++) await admin.query(quoted(n));
  const after = await admin.query<{ bytes: string }>('select pg_current_wal_insert_lsn() - $1::pg_lsn as bytes', [
    before.rows[0]?.lsn,
  ]);
  let buffers = 0;
  const explained = 50;
  for (let n = from + CALLS; n < from + CALLS + explained; n++) {
    const { rows } = await admin.query<Explained>(`explain (analyze, buffers, format json) ${quoted(n)}`);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
    buffers += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  }
  return { walBytes: Number(after.rows[0]?.bytes) / (CALLS - 20), buffers: buffers / explained };
};

/** WAL and buffers of each operation, beside those of the hand-written function. */
export const wal: Case = {
  name: 'wal',
  about: 'bytes of WAL and buffers touched by one mutation',
  run: async ({ accounts, say }) => {
    const database = await accounts();
    await fill(database);
    say('WAL and buffers');
    const results: Result[] = [];
    let from = 10_000_000;
    await database.admin.query('set synchronous_commit = off');
    for (const operation of OPERATIONS) {
      // The whole of each page goes to the WAL at its first change after a checkpoint; this keeps that out.
      const measured = async (side: Side): Promise<Traffic> => {
        from += 10_000;
        await traffic(database.admin, side, from);
        from += 10_000;
        return traffic(database.admin, side, from);
      };
      const hand = await measured(byHand(database, operation));
      for (const side of [generateMutation(database, operation), typedFunction(database, operation)]) {
        const ours = await measured(side);
        results.push(
          measure(`WAL, ${operation}`, side.name, ours.walBytes, 'bytes', {
            baseline_value: Math.round(hand.walBytes),
            runs: CALLS,
          }),
          measure(`buffers, ${operation}`, side.name, ours.buffers, 'buffers', {
            baseline_value: hand.buffers,
            runs: 50,
          }),
        );
      }
    }
    return results;
  },
};
