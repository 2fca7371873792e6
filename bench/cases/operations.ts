import {
  byHand,
  fill,
  generateMutation,
  guardedByHand,
  jsonFunction,
  OPERATIONS,
  type OperationName,
  typedByHand,
  typedFunction,
} from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import { interleave } from '../lib/interleave.ts';
import type { Result } from '../lib/result.ts';
import type { Wire } from '../lib/wire.ts';

const CLIENTS = [1, 2, 16];

const operationCase = (operation: OperationName): Case => ({
  name: operation,
  about: `${operation} through every door, 1, 2 and 16 clients, synchronous_commit on and off`,
  run: async ({ accounts, quick, say }) => {
    const database = await accounts();
    const results: Result[] = [];
    for (const commit of ['off', 'on']) {
      for (const clients of quick ? [1] : CLIENTS) {
        // A fetch writes nothing, so there is nothing to wait for.
        if (operation === 'fetch' && commit === 'on' && clients > 1) continue;
        await fill(database);
        const name = `${operation}, ${clients} client${clients === 1 ? '' : 's'}, synchronous_commit ${commit}`;
        say(name);
        const wires: Wire[] = [];
        for (let i = 0; i < clients; i++) wires.push(await database.wire({ synchronous_commit: commit }));
        const plan = quick ? { rounds: 5, turnMs: 150 } : { rounds: 21, turnMs: 100 };
        const doors = [
          byHand(database, operation),
          generateMutation(database, operation, 1.25),
          typedFunction(database, operation, 1.1),
          jsonFunction(database, operation, 1.1),
          // The one operation that is so cheap that it shows.
          ...(operation === 'delete' ? [guardedByHand(database, operation)] : []),
        ];
        results.push(...(await interleave(name, wires, doors, plan)));
        if (clients === 1 && commit === 'off') {
          const typed = [typedByHand(database, operation), typedFunction(database, operation)];
          results.push(...(await interleave(`${name}, both typed`, wires, typed, plan)));
        }
        for (const wire of wires) await wire.close();
      }
    }
    return results;
  },
});

export const operationCases: readonly Case[] = OPERATIONS.map(operationCase);
