import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { makeWorkerUtils } from 'graphile-worker';
import type { Database } from './database.ts';

/** Processes that work on a queue beside the benchmark, and how to tell that they are done. */

const CONCURRENCY = 10;
const root = join(import.meta.dirname, '../..');
export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits for something that takes two minutes at the most, so that what never comes is an error and no silence. */
export const until = async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
  const last = performance.now() + 120_000;
  while (!(await check())) {
    if (performance.now() > last) throw new Error(`two minutes have passed, and it is not so that ${what}`);
    await pause(20);
  }
};

export interface Child {
  /** What it reports, one call for each message. */
  onMessage(listen: (message: unknown) => void): void;
  stop(): Promise<void>;
}
const start = (args: readonly string[]): Child => {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  return {
    onMessage: (listen) => void child.on('message', listen),
    async stop() {
      if (child.connected) child.disconnect();
      child.kill('SIGTERM');
      await ended;
    },
  };
};
export const worker = (database: Database, ...more: readonly string[]): Child =>
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
export const graphileAlone = (database: Database): Child =>
  start(['bench/lib/graphile.mjs', database.url, String(CONCURRENCY), '1024']);

/** pg-boss, made as fast as its options allow: woken by NOTIFY, and fetching at once while there is more. */
export const pgBoss = (database: Database, batch: number): Child =>
  start(['bench/peers/pg-boss.mjs', database.url, String(CONCURRENCY), String(batch)]);

export const subscribe = (
  database: Database,
  name: string,
  topic: string,
  { task = 'drain', batch = 1 }: { readonly task?: string; readonly batch?: number } = {},
): Promise<unknown> =>
  database.admin.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, batch_size) values ($1, $2, 'job', jsonb_build_object('task', $3::text), $4)`,
    [name, [topic], task, batch],
  );
export const count = async (database: Database, sql: string): Promise<number> =>
  Number((await database.admin.query<{ n: string }>(sql)).rows[0]?.n);
export const JOBS = `select exists (select from graphile_worker._private_jobs)::integer as n`;
export const BEHIND = `select coalesce(sum(waiting), 0) as n from ai.status() where about = 'subscription'`;
/** Who has come to look for work. */
export const CONNECTED = `select count(*) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ~* 'listen "jobs:insert"|relay_jobs'`;
export const drained = async (database: Database): Promise<void> => {
  await until('all is done', async () => (await count(database, BEHIND)) === 0 && (await count(database, JOBS)) === 0);
};
export const prepareQueue = async (database: Database): Promise<void> => {
  const utils = await makeWorkerUtils({ connectionString: database.url });
  await utils.migrate();
  await utils.release();
};
export const emit = (database: Database, events: number, topics = 1, prefix = 'load'): Promise<unknown> =>
  database.admin.query(
    `select ai.emit_event($3 || '.t' || g % $2, jsonb_build_object('n', g), jsonb_build_object('id', g)) from generate_series(1, $1::int) as g`,
    [events, topics, prefix],
  );
export const empty = (database: Database): Promise<unknown> =>
  database.admin.query('truncate ai.event_log, ai_private.delivery_done, graphile_worker._private_jobs');
