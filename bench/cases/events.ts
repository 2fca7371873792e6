import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { makeWorkerUtils } from 'graphile-worker';
import { fill, generateMutation } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import type { Bench, Database } from '../lib/database.ts';
import { interleave } from '../lib/interleave.ts';
import { measure, type Result, round } from '../lib/result.ts';
import { median, quantile } from '../lib/statistics.ts';

const CLIENTS = 32;
const CONCURRENCY = 10;
const root = join(import.meta.dirname, '../..');
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

interface Child {
  stop(): Promise<void>;
}
const start = (args: readonly string[]): Child => {
  const child: ChildProcess = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
const worker = (database: Database, ...more: readonly string[]): Child =>
  start([
    ...[
      'src/cli/main.ts',
      'worker',
      '--url',
      database.url,
      '--concurrency',
      String(CONCURRENCY),
      '--log-level',
      'error',
    ],
    ...(more.length === 0 ? ['--handlers', 'bench/lib/handlers.mjs'] : more),
  ]);
const graphileAlone = (database: Database): Child =>
  start(['bench/lib/graphile.mjs', database.url, String(CONCURRENCY), '1024']);

const subscribe = (database: Database, name: string, topic: string): Promise<unknown> =>
  database.admin.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ($1, $2, 'job', jsonb_build_object('task', 'drain'))`,
    [name, [topic]],
  );
const count = async (database: Database, sql: string): Promise<number> =>
  Number((await database.admin.query<{ n: string }>(sql)).rows[0]?.n);
const JOBS = `select exists (select from graphile_worker._private_jobs)::integer as n`;
const BEHIND = `select coalesce(sum(waiting), 0) as n from ai.status() where about = 'subscription'`;
/** Who has come to look for work. */
const CONNECTED = `select count(*) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ~* 'listen "jobs:insert"|relay_jobs'`;
const drained = async (database: Database): Promise<void> => {
  while ((await count(database, BEHIND)) > 0 || (await count(database, JOBS)) > 0) await pause(20);
};
const prepareQueue = async (database: Database): Promise<void> => {
  const utils = await makeWorkerUtils({ connectionString: database.url });
  await utils.migrate();
  await utils.release();
};
const emit = (database: Database, events: number, topics = 1): Promise<unknown> =>
  database.admin.query(
    `select ai.emit_event('load.t' || g % $2, jsonb_build_object('n', g), jsonb_build_object('id', g)) from generate_series(1, $1::int) as g`,
    [events, topics],
  );
const empty = (database: Database): Promise<unknown> =>
  database.admin.query('truncate ai.event_log, ai_private.delivery_done, graphile_worker._private_jobs');

/** Mutations while a worker notifies a service of each, and while it does a job for each, against the same without any subscriber. */
const mutations = async (bench: Bench, plain: Database, quick: boolean): Promise<Result[]> => {
  const told = await bench.database('bench_told', ['account.sql']);
  const served = await bench.database('bench_served', ['account.sql']);
  for (const database of [plain, told, served]) await fill(database);
  for (const database of [told, served]) await prepareQueue(database);
  await told.admin.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('told', '{bench.account.*}', 'notify', '{"channel": "accounts"}')`,
  );
  await told.admin.query('listen accounts');
  const running = [worker(told, '--no-run', '--no-compile'), worker(served)];
  while ((await count(served, `select count(*) as n from ai.subscriptions where name = 'bench'`)) === 0)
    await pause(50);
  const open = async (database: Database) =>
    Promise.all(Array.from({ length: CLIENTS }, () => database.wire({ synchronous_commit: 'on' })));
  const wires = [await open(plain), await open(told), await open(served)];
  // What the others' turns have left to do is done before the next begins.
  const prepare = async (): Promise<void> => {
    await drained(told);
    await drained(served);
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
      ],
      quick ? { rounds: 5, turnMs: 300 } : { rounds: 11, turnMs: 1000 },
    );
  } finally {
    for (const one of running) await one.stop();
    for (const wire of wires.flat()) await wire.close();
    await told.drop();
    await served.drop();
  }
};

/** How fast events become done, relay and all, against graphile-worker given the very jobs that the relay makes. */
const draining = async (database: Database, quick: boolean): Promise<Result[]> => {
  const events = quick ? 5_000 : 50_000;
  await database.admin.query('delete from ai.subscriptions');
  await subscribe(database, 'drain', 'load.*');
  const timed = async (child: () => Child, left: string): Promise<number> => {
    // Each starts up before there is anything to do; what counts is the work.
    const running = child();
    while ((await count(database, CONNECTED)) === 0) await pause(50);
    await pause(1000);
    const started = performance.now();
    await database.admin.query(left);
    while ((await count(database, JOBS)) > 0 || (await count(database, BEHIND)) > 0) await pause(20);
    const seconds = (performance.now() - started) / 1000;
    await running.stop();
    return events / seconds;
  };
  const ours: number[] = [];
  const floor: number[] = [];
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    await empty(database);
    await database.admin.query(`update ai.subscriptions set paused = true where name = 'drain'`);
    await emit(database, events);
    ours.push(await timed(() => worker(database), `update ai.subscriptions set paused = false where name = 'drain'`));
    // The same events once more, relayed beforehand and kept aside until the clock runs.
    await database.admin.query(`select ai.replay('drain', 0)`);
    while (
      (await database.admin.query<{ u: boolean }>('select unfinished as u from ai_private.relay_jobs()')).rows[0]?.u ===
      true
    );
    await database.admin.query(`update graphile_worker._private_jobs set run_at = 'infinity'`);
    floor.push(
      await timed(
        () => graphileAlone(database),
        `update graphile_worker._private_jobs set run_at = now(); notify "jobs:insert", '{"r":1,"count":1}'`,
      ),
    );
  }
  const ratios = ours.map((rate, i) => rate / (floor[i] ?? Number.NaN));
  return [
    {
      ...measure('draining events', 'relay and runner', median(ours), 'events/s', {
        baseline_value: round(median(floor)),
        bar: 0.8,
        want: 'at least',
        runs: ours.length,
        spread: [round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))],
        note: `${events} events; the floor has its jobs already`,
      }),
      baseline: 'graphile-worker alone, the same jobs',
      ratio: round(median(ratios)),
    },
  ];
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
    'mutations with a worker that listens, draining against graphile-worker alone, the cost of 1, 10 and 100 subscribers',
  run: async ({ bench, accounts, quick, say }) => {
    const plain = await accounts();
    say(`create, ${CLIENTS} clients, with and without a worker`);
    const results = await mutations(bench, plain, quick);
    const heard = await bench.database('bench_events', ['account.sql']);
    await prepareQueue(heard);
    say('draining');
    results.push(...(await draining(heard, quick)));
    say('subscribers');
    results.push(...(await subscribers(heard, quick)));
    await heard.drop();
    return results;
  },
};
