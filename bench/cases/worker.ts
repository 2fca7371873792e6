import pg from 'pg';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import { installPeers, openPeer } from '../lib/peers.ts';
import { measure, type Result, round } from '../lib/result.ts';
import { median, quantile } from '../lib/statistics.ts';
import {
  BEHIND,
  type Child,
  CONNECTED,
  count,
  emit,
  empty,
  graphileAlone,
  JOBS,
  pause,
  pgBoss,
  prepareQueue,
  subscribe,
  until,
  worker,
} from '../lib/workers.ts';

const RATE = 200;
const BATCH = 100;

/** How many jobs pg-boss has not done yet. */
const BOSS = `select count(*) as n from pgboss.job where name = 'drain' and state in ('created', 'retry', 'active')`;

/** Processors that others share are slower for a while after they have worked hard: whose turn it is finds them rested. */
const REST_MS = 20_000;

const now = (): number => performance.timeOrigin + performance.now();

/** Starts, lets it settle, and ends what the work has used. */
const during = async <T>(child: Child, work: (child: Child) => Promise<T>): Promise<T> => {
  await pause(2500);
  try {
    return await work(child);
  } finally {
    await child.stop();
  }
};

/** Times from the moment at which whoever writes knows of the commit until the handler begins, in ms. */
const latencies = async (
  child: Child,
  write: (data: { readonly n: number }) => Promise<unknown>,
  seconds: number,
): Promise<number[]> => {
  const committed = new Map<number, number>();
  const begun = new Map<number, number>();
  child.onMessage((message) => {
    if (Array.isArray(message)) begun.set(Number(message[0]), Number(message[1]));
  });
  return during(child, async () => {
    const from = now();
    const total = RATE * seconds;
    const writes: Promise<void>[] = [];
    for (let n = 0; n < total; n++) {
      const due = from + (n * 1000) / RATE;
      const early = due - now();
      if (early > 0) await pause(early);
      writes.push(
        write({ n }).then(() => {
          committed.set(n, now());
        }),
      );
    }
    await Promise.all(writes);
    await until('every event has begun', () => begun.size >= total);
    // Without what is only done once: connecting, and the first event of a sleeping relay.
    return [...begun]
      .filter(([n]) => n >= RATE / 2)
      .map(([n, at]) => Math.max(0, at - (committed.get(n) ?? Number.NaN)));
  });
};

const latency = async (database: Database, quick: boolean): Promise<Result[]> => {
  const seconds = quick ? 3 : 6;
  await database.admin.query('delete from ai.subscriptions');
  await subscribe(database, 'latency', 'latency.*', { task: 'latency' });
  const pool = new pg.Pool({ connectionString: database.url, max: 8 });
  pool.on('error', () => {});
  const boss = await openPeer('pg-boss-sender', { connectionString: database.url });
  const sides = [
    {
      name: 'pg-ai worker',
      child: () => worker(database, '--handlers', 'bench/lib/latency.mjs'),
      write: (data: object) => pool.query(`select ai.emit_event('latency.tick', $1::jsonb)`, [data]),
      times: [] as number[],
    },
    {
      name: 'graphile-worker alone',
      child: () => graphileAlone(database),
      write: (data: object) => pool.query(`select graphile_worker.add_job('latency', $1::json)`, [data]),
      times: [] as number[],
    },
    {
      name: 'pg-boss',
      child: () => pgBoss(database, 1),
      write: (data: object) => boss.create({ ...data }),
      times: [] as number[],
    },
  ];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    for (const side of sides) {
      await empty(database);
      if (!quick) await pause(REST_MS);
      side.times.push(...(await latencies(side.child(), side.write, seconds)));
    }
  }
  await pool.end();
  await boss.close();
  return sides.flatMap(({ name, times }, i) => [
    measure(`commit to handler start, ${RATE} events/s`, `${name}, p50`, quantile(times, 0.5), 'ms', {
      ...(i === 0 ? { bar: 5 } : {}),
      runs: times.length,
    }),
    measure(`commit to handler start, ${RATE} events/s`, `${name}, p99`, quantile(times, 0.99), 'ms', {
      ...(i === 0 ? { bar: 30 } : {}),
      runs: times.length,
    }),
  ]);
};

/** How fast events become done, relay and all, against graphile-worker given the very jobs that the relay makes, and against pg-boss given as many. */
const draining = async (database: Database, quick: boolean): Promise<Result[]> => {
  const events = quick ? 5_000 : 50_000;
  // One subscription at a time; what many cost is a case of its own.
  const only = async (name: string, topic: string, batch?: number): Promise<void> => {
    await database.admin.query('delete from ai.subscriptions');
    await empty(database);
    await subscribe(database, name, `${topic}.*`, batch === undefined ? {} : { batch });
  };
  const setPaused = (paused: boolean): Promise<unknown> =>
    database.admin.query('update ai.subscriptions set paused = $1', [paused]);
  const rate = async (child: Child, begin: () => Promise<unknown>, left: readonly string[]): Promise<number> =>
    during(child, async () => {
      if (left.includes(JOBS)) await until('a worker is there', async () => (await count(database, CONNECTED)) > 0);
      const started = performance.now();
      await begin();
      for (const sql of left) await until('all is done', async () => (await count(database, sql)) === 0);
      return events / ((performance.now() - started) / 1000);
    });
  const rates = { ours: [] as number[], batches: [] as number[], graphile: [] as number[], boss: [] as number[] };
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const [name, topic, batch, into] of [
      ['drain', 'load', undefined, rates.ours],
      ['batches', 'many', BATCH, rates.batches],
    ] as const) {
      await only(name, topic, batch);
      await setPaused(true);
      await emit(database, events, 1, topic);
      into.push(await rate(worker(database), () => setPaused(false), [BEHIND, JOBS]));
    }
    // The same events once more, relayed beforehand and kept aside until the clock runs.
    await only('drain', 'load');
    await emit(database, events);
    const more = 'select unfinished as u from ai_private.relay_jobs()';
    while ((await database.admin.query<{ u: boolean }>(more)).rows[0]?.u === true);
    await database.admin.query(`update graphile_worker._private_jobs set run_at = 'infinity'`);
    rates.graphile.push(
      await rate(
        graphileAlone(database),
        () =>
          database.admin.query(
            `update graphile_worker._private_jobs set run_at = now(); notify "jobs:insert", '{"r":1,"count":1}'`,
          ),
        [JOBS],
      ),
    );
    rates.boss.push(
      await rate(
        // One at a time it polls for each.
        pgBoss(database, BATCH),
        () =>
          database.admin.query(
            `insert into pgboss.job (name, data) select 'drain', jsonb_build_object('n', g) from generate_series(1, $1::int) as g`,
            [events],
          ),
        [BOSS],
      ),
    );
    await database.admin.query('truncate pgboss.job');
  }
  const compared = (
    subject: string,
    baseline: string,
    mine: readonly number[],
    theirs: readonly number[],
    bar?: number,
  ): Result => {
    const ratios = mine.map((value, i) => value / (theirs[i] ?? Number.NaN));
    return {
      ...measure('draining events', subject, median(mine), 'events/s', {
        baseline_value: round(median(theirs)),
        ...(bar === undefined ? {} : { bar }),
        want: 'at least',
        runs: mine.length,
        spread: [round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))],
        note: `${events} events`,
      }),
      baseline,
      ratio: round(median(ratios)),
    };
  };
  return [
    compared('relay and runner', 'graphile-worker alone, the same jobs', rates.ours, rates.graphile, 0.8),
    compared('relay and runner', `pg-boss, as many jobs, ${BATCH} a fetch`, rates.ours, rates.boss),
    compared(`the same, ${BATCH} events a call`, 'relay and runner, one by one', rates.batches, rates.ours, 5),
  ];
};

export const workerCase: Case = {
  name: 'worker',
  about: 'from commit to handler, and draining, one by one and in batches; against graphile-worker alone and pg-boss',
  run: async ({ bench, quick, say }) => {
    installPeers(say);
    const database = await bench.database('bench_worker', ['account.sql']);
    await prepareQueue(database);
    say(`${RATE} events a second`);
    const results = await latency(database, quick);
    say('draining');
    results.push(...(await draining(database, quick)));
    await database.drop();
    return results;
  },
};
