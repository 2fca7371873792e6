import { performance } from 'node:perf_hooks';
import { byHand, fill, generateMutation, typedFunction } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import type { Side } from '../lib/interleave.ts';
import { measure } from '../lib/result.ts';
import { median, quantile } from '../lib/statistics.ts';

/** From parsing to answer, on a connection that has done nothing yet. */
const firstCall = async (database: Database, side: Side, n: number): Promise<number> => {
  await side.prepare?.(n, 1);
  const wire = await database.wire({ synchronous_commit: 'off' });
  const start = performance.now();
  const frame = await wire.frame(side.sql, side.parameters(n));
  await wire.run([frame]);
  const ms = performance.now() - start;
  await wire.close();
  return ms;
};

/** What a connection pays once: catalog look-ups, parsing and planning of the functions. */
export const firstCallCase: Case = {
  name: 'first-call',
  about: 'first call on a new connection, over that of the hand-written function',
  run: async ({ accounts, quick, say }) => {
    const database = await accounts();
    await fill(database);
    const results = [];
    let n = 0;
    for (const operation of ['create', 'update', 'fetch'] as const) {
      say(`first call of ${operation}`);
      const hand: number[] = [];
      for (const [side, baselineToo] of [
        [generateMutation(database, operation), true],
        [typedFunction(database, operation), false],
      ] as const) {
        const over: number[] = [];
        for (let i = 0; i < (quick ? 10 : 30); i++) {
          const base = await firstCall(database, byHand(database, operation), n++);
          const mine = await firstCall(database, side, n++);
          over.push(mine - base);
          if (baselineToo) hand.push(base);
        }
        results.push(
          measure(`first call, ${operation}`, side.name, median(over), 'ms', {
            bar: 3,
            runs: over.length,
            spread: [quantile(over, 0.25), quantile(over, 0.75)],
            note: `over the first call by hand, which takes ${median(hand).toFixed(2)} ms`,
          }),
        );
      }
    }
    return results;
  },
};
