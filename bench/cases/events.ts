import { fill, generateMutation } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Bench, Database } from '../lib/database.ts';
import { interleave } from '../lib/interleave.ts';
import { measure, type Result } from '../lib/result.ts';
import {
  count,
  drained,
  emit,
  empty,
  graphileAlone,
  JOBS,
  pause,
  prepareQueue,
  subscribe,
  worker,
} from '../lib/workers.ts';

const CLIENTS = 32;
/** Mutations while a worker notifies a service of each, and while it does a job for each, against the same without any subscriber. */
const mutations = async (bench: Bench, plain: Database, quick: boolean): Promise<Result[]> => {
  const told = await bench.database('bench_told', ['account.sql']);
  const served = await bench.database('bench_served', ['account.sql']);
  const queued = await bench.database('bench_queued', ['account.sql']);
  for (const database of [plain, told, served, queued]) await fill(database);
  for (const database of [told, served, queued]) await prepareQueue(database);
  // What whoever has no event log does: the mutation adds the job itself.
  await queued.admin.query(
    `create function bench.create_and_queue(inputs jsonb) returns jsonb language plpgsql security definer as $$
     declare answer jsonb;
     begin
       answer := ai.generate_mutation('create', 'bench.account', inputs);
       perform graphile_worker.add_job('pg_ai.job:drain', json_build_object('id', answer -> 'id'));
       return answer;
     end $$`,
  );
  await queued.admin.query(
    'grant execute on function bench.create_and_queue(jsonb) to bench_user; grant usage on schema bench to bench_user',
  );
  await told.admin.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('told', '{bench.account.*}', 'notify', '{"channel": "accounts"}')`,
  );
  await told.admin.query('listen accounts');
  const running = [worker(told, '--no-run', '--no-compile'), worker(served), graphileAlone(queued)];
  while ((await count(served, `select count(*) as n from ai.subscriptions where name = 'bench'`)) === 0)
    await pause(50);
  const open = async (database: Database) =>
    Promise.all(Array.from({ length: CLIENTS }, () => database.wire({ synchronous_commit: 'on' })));
  const wires = [await open(plain), await open(told), await open(served), await open(queued)];
  // What the others' turns have left to do is done before the next begins.
  const prepare = async (): Promise<void> => {
    await drained(told);
    await drained(served);
    while ((await count(queued, JOBS)) > 0) await pause(20);
  };
  const create = (database: Database, name: string) => ({ ...generateMutation(database, 'create'), name, prepare });
  try {
    return await interleave(
      `create, ${CLIENTS} clients, synchronous_commit on`,
      wires[0] ?? [],
      [
        create(plain, 'no subscriber'),
        { ...create(told, 'a worker that notifies a listener'), wires: wires[1] ?? [], bar: 1 / 0.9 },
        { ...create(served, 'a worker that does a job for each'), wires: wires[2] ?? [], bar: 1 / 0.9 },
        // The floor: no bar, as it is not ours.
        {
          ...create(queued, 'graphile-worker in its place'),
          sql: 'select bench.create_and_queue($1::jsonb)',
          wires: wires[3] ?? [],
        },
      ],
      quick ? { rounds: 5, turnMs: 300 } : { rounds: 11, turnMs: 1000 },
    );
  } finally {
    for (const one of running) await one.stop();
    for (const wire of wires.flat()) await wire.close();
    await told.drop();
    await served.drop();
    await queued.drop();
  }
};

/** What the relay spends on an event where one in so many subscribers wants it. */
const subscribers = async (database: Database, quick: boolean): Promise<Result[]> => {
  const events = quick ? 2_000 : 10_000;
  const results: Result[] = [];
  for (const number of [1, 10, 100]) {
    await database.admin.query('delete from ai.subscriptions');
    await empty(database);
    for (let n = 0; n < number; n++) await subscribe(database, `s${n}`, `load.t${n}`);
    await database.admin.query('vacuum analyze ai_private.subscription_cursor');
    await emit(database, events, number);
    const started = performance.now();
    for (let looked = '1'; looked !== '0'; )
      looked =
        (await database.admin.query<{ n: string }>('select looked_at as n from ai_private.relay_jobs()')).rows[0]?.n ??
        '0';
    const micros = ((performance.now() - started) * 1000) / events;
    const idle = performance.now();
    for (let n = 0; n < 200; n++) await database.admin.query('select ai_private.relay_jobs()');
    results.push(
      measure(`relay, ${number} subscribers`, 'for each event', micros, 'µs', {
        note: 'each event is wanted by one of them',
      }),
      measure(`relay, ${number} subscribers`, 'a look in vain', ((performance.now() - idle) * 1000) / 200, 'µs'),
    );
  }
  return results;
};

export const events: Case = {
  name: 'events',
  about:
    'mutations with a worker that listens against none, and against graphile-worker in its place; the cost of 1, 10 and 100 subscribers',
  run: async ({ bench, accounts, quick, say }) => {
    const plain = await accounts();
    say(`create, ${CLIENTS} clients, with and without a worker`);
    const results = await mutations(bench, plain, quick);
    const heard = await bench.database('bench_events', ['account.sql']);
    await prepareQueue(heard);
    say('subscribers');
    results.push(...(await subscribers(heard, quick)));
    await heard.drop();
    return results;
  },
};
