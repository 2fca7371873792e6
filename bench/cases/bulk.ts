import { performance } from 'node:perf_hooks';
import { byHand, fill, generateMutation } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import { interleave } from '../lib/interleave.ts';
import { type Result, round } from '../lib/result.ts';
import { median, quantile } from '../lib/statistics.ts';
import type { Wire } from '../lib/wire.ts';

const COUNT = 10_000;

/** Bulk create against an INSERT … SELECT by hand, and a row of it against a single call. */
export const bulk: Case = {
  name: 'bulk',
  about: `create ${COUNT} rows in one call`,
  run: async ({ accounts, quick, say }) => {
    const database = await accounts();
    await fill(database);
    say(`bulk create of ${COUNT} rows`);
    const wire = await database.wire({ synchronous_commit: 'off' });
    let batch = 0;
    const once = async (sql: string): Promise<number> => {
      batch++;
      const inputs = Array.from({ length: COUNT }, (_, i) => ({
        email: `bulk${batch}x${i}@example.com`,
        name: `User ${i}`,
        age: i % 90,
        balance: 12.5,
      }));
      const frame = await wire.frame(sql, [JSON.stringify(inputs)]);
      const start = performance.now();
      await wire.run([frame]);
      return performance.now() - start;
    };
    const hand = 'select bench.create_accounts($1::jsonb)';
    const ours = `select ai.generate_mutations('create', 'bench.account', $1::jsonb)`;
    for (const sql of [hand, ours]) await once(sql);
    const rounds = quick ? 3 : 9;
    const times: { readonly hand: number; readonly ours: number }[] = [];
    for (let i = 0; i < rounds; i++) {
      if (i % 2 === 0) times.push({ hand: await once(hand), ours: await once(ours) });
      else {
        const first = await once(ours);
        times.push({ ours: first, hand: await once(hand) });
      }
    }
    const ratios = times.map((one) => one.ours / one.hand);
    const ms = median(times.map((one) => one.ours));
    const handMs = median(times.map((one) => one.hand));
    const rows = (milliseconds: number): number => (COUNT * 1000) / milliseconds;
    const durable = await database.wire();
    const inRow: Result[] = [];
    for (const [connection, setting] of [
      [durable, 'on'],
      [wire, 'off'],
    ] as const) {
      const single = await singleCalls(connection, [byHand(database, 'create'), generateMutation(database, 'create')]);
      const floor = rows(handMs) / (single.baseline_tps ?? Number.NaN);
      inRow.push({
        case: `bulk create, a row of ${COUNT}`,
        subject: 'ai.generate_mutations',
        baseline: `ai.generate_mutation, one call and one commit a row, synchronous_commit ${setting}`,
        ratio: round(rows(ms) / (single.tps ?? Number.NaN)),
        // As PostgreSQL is set by default. Where nothing waits for the disk there is less to be saved: told, with what can be had by hand.
        bar: setting === 'on' ? 5 : null,
        want: 'at least',
        tps: round(rows(ms)),
        p50_ms: null,
        p99_ms: null,
        runs: rounds,
        baseline_tps: single.tps ?? Number.NaN,
        note: `how many times faster a row is in bulk; by hand, bulk against single calls: ${round(floor)}`,
      });
    }
    await wire.close();
    await durable.close();
    return [
      {
        case: `bulk create, ${COUNT} rows`,
        subject: 'ai.generate_mutations',
        baseline: 'INSERT … SELECT by hand',
        ratio: round(median(ratios)),
        bar: 1.5,
        want: 'at most',
        tps: round(rows(ms)),
        p50_ms: round(ms),
        p99_ms: round(
          quantile(
            times.map((one) => one.ours),
            0.99,
          ),
        ),
        runs: rounds,
        spread: [round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))],
        baseline_tps: round(rows(handMs)),
        note: 'tps is rows a second; p50 and p99 are of the whole call',
      },
      ...inRow,
    ];
  },
};

const singleCalls = async (wire: Wire, sides: Parameters<typeof interleave>[2]): Promise<Result> => {
  const [result] = await interleave('single calls', [wire], sides, { rounds: 5, turnMs: 200 });
  if (result === undefined) throw new Error('single calls gave no result');
  return result;
};
