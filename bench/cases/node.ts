import { fill } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import { applicationUrl, type Contender, installPeers, openPeer, type Peer, race } from '../lib/peers.ts';
import type { Result } from '../lib/result.ts';

const CONNECTIONS = 20;

/** The same create from Node: validated by zod and written by a query layer in a transaction, against one call. */
export const node: Case = {
  name: 'node',
  about: 'create from Node against zod with Drizzle (an ORM) and with Kysely (a query builder)',
  run: async ({ accounts, quick, say }) => {
    installPeers(say);
    const database = await accounts();
    const url = await applicationUrl(database);
    const results: Result[] = [];
    for (const commit of ['off', 'on']) {
      await fill(database);
      say(`create from Node, synchronous_commit ${commit}`);
      const options = { connectionString: url, max: CONNECTIONS, options: `-c synchronous_commit=${commit}` };
      const open: Peer[] = [];
      const contender = async (name: string, module: string): Promise<Contender> => {
        const peer = await openPeer(module, options);
        open.push(peer);
        return {
          name,
          call: async (n) => {
            await peer.create({ email: `${module}${n}@example.com`, name: `User ${n}`, age: n % 90, balance: 12.5 });
          },
        };
      };
      results.push(
        ...(await race(
          `create from Node, ${CONNECTIONS} connections, synchronous_commit ${commit}`,
          [
            await contender('pg and ai.generate_mutation', 'ours'),
            {
              ...(await contender('pg and the typed function', 'typed')),
              floor: true,
              note: 'the other way to call the same operation',
            },
            {
              ...(await contender('pg and the function by hand', 'by-hand')),
              floor: true,
              note: 'the same call of the hand-written function: more than this cannot be had from one call',
            },
            await contender('zod, Drizzle', 'drizzle'),
            await contender('zod, Kysely', 'kysely'),
          ],
          {
            ...(quick ? { rounds: 3, turnMs: 300 } : { rounds: 9, turnMs: 500 }),
            workers: CONNECTIONS,
            bar: 3,
            note: 'throughput by throughput; validation, row, audit row and event row on both sides',
          },
        )),
      );
      for (const peer of open) await peer.close();
    }
    return results;
  },
};
