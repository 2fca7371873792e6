import { fill } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import { sqlFile } from '../lib/database.ts';
import { HttpConnection } from '../lib/http.ts';
import { applicationUrl, type Contender, installPeers, race, startPeerServer } from '../lib/peers.ts';
import type { Result } from '../lib/result.ts';

const CONNECTIONS = 10;

const CREATE = `mutation ($account: AccountInput!) {
  createAccount(input: {account: $account}) { account { rowId email name age balance status createdAt } }
}`;
const REGISTER = 'mutation ($inputs: JSON!) { registerAccount(input: {inputs: $inputs}) { result } }';

const inputsOf = (n: number) => ({ email: `http${n}@example.com`, name: `User ${n}`, age: n % 90, balance: 12.5 });

/** The n-th create as the server wants it. Every answer must hold the new row's address. */
const contender = (
  name: string,
  note: string,
  connections: readonly HttpConnection[],
  body: (inputs: ReturnType<typeof inputsOf>) => object,
): Contender => {
  const free = [...connections];
  return {
    name,
    note,
    call: async (n) => {
      // There are as many connections as workers, so that there is always one that waits for nothing.
      const connection = free.pop();
      if (connection === undefined) throw new Error('more calls at a time than connections');
      const inputs = inputsOf(n);
      const answer = await connection.post(JSON.stringify(body(inputs)));
      free.push(connection);
      if (!answer.includes(inputs.email)) throw new Error(`${name}: ${answer}`);
    },
  };
};

/** Create over HTTP: PostGraphile's mutations against a minimal handler that calls ours, each server in a process of its own. */
export const postgraphile: Case = {
  name: 'postgraphile',
  about: 'create over HTTP against PostGraphile 5',
  run: async ({ accounts, quick, say }) => {
    installPeers(say);
    const database = await accounts();
    const url = new URL(await applicationUrl(database));
    await database.admin.query(sqlFile('baseline/postgraphile.sql'));
    const results: Result[] = [];
    for (const commit of ['off', 'on']) {
      await fill(database);
      const name = `create over HTTP, ${CONNECTIONS} clients, synchronous_commit ${commit}`;
      say(name);
      url.searchParams.set('options', `-c synchronous_commit=${commit}`);
      const ours = await startPeerServer('http-ours', url.href, `ai.generate_mutation('create', 'bench.account', $1)`);
      const byHand = await startPeerServer('http-ours', url.href, 'bench.create_account($1)');
      const theirs = await startPeerServer('http-postgraphile', url.href);
      const open = (port: number, path: string) =>
        Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(port, path)));
      const handler = await open(ours.port, '/');
      const floor = await open(byHand.port, '/');
      const graphql = await open(theirs.port, '/graphql');
      try {
        results.push(
          ...(await race(
            name,
            [
              contender('node:http and ai.generate_mutation', '', handler, (inputs) => inputs),
              {
                ...contender(
                  'node:http and the function by hand',
                  'the same handler calling the hand-written function: more than this cannot be had from one call',
                  floor,
                  (inputs) => inputs,
                ),
                floor: true,
              },
              contender(
                'PostGraphile 5, createAccount',
                'throughput by throughput; CHECK constraints and a trigger do the same work for its own create mutation',
                graphql,
                // It takes numeric as text.
                (inputs) => ({
                  query: CREATE,
                  variables: { account: { ...inputs, balance: String(inputs.balance) } },
                }),
              ),
              contender(
                'PostGraphile 5, a mutation that calls the function by hand',
                'throughput by throughput; the hand-written function does the same work, and its JSON is the answer',
                graphql,
                (inputs) => ({ query: REGISTER, variables: { inputs } }),
              ),
            ],
            { ...(quick ? { rounds: 5, turnMs: 300 } : { rounds: 15, turnMs: 300 }), workers: CONNECTIONS, bar: 2 },
          )),
        );
      } finally {
        for (const one of [...handler, ...floor, ...graphql]) one.close();
        for (const one of [ours, byHand, theirs]) one.stop();
      }
    }
    return results;
  },
};
