import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Server, startServer } from '../../../src/dev/server.ts';
import { install } from '../../../src/install/install.ts';
import { dotFolder } from '../../../src/project.ts';
import { type RunningCli, startCli } from '../../support/cli.ts';
import { needs } from '../../support/needs.ts';
import { until } from '../stage.ts';

const given = inject('server');
needs(given.can.files, 'this test kills its server, and this one is not ours to kill');

/** A server of its own, on the disk as a real one is, with a queue of notifications that fills up soon where there is such a setting. */
const dataDir = join(dotFolder(), 'test', `worker-kill-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), 'pg-ai-killed-'));
const hasSmallQueue = given.version >= 17;
let server: Server | undefined;
let worker: RunningCli | undefined;

const start = async (): Promise<void> => {
  mkdirSync(join(dotFolder(), 'test'), { recursive: true });
  server = await startServer({
    dataDir,
    ...(server === undefined ? {} : { port: server.port }),
    major: given.variant.startsWith('pg18-') ? 18 : 'system',
    javascript: 'none',
    settings: hasSmallQueue ? { max_notify_queue_pages: '64' } : {},
  });
};
const connected = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(server?.url);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
};
const numberOf = (sql: string): Promise<number> =>
  connected(async (client) => Number((await client.query(sql)).rows[0]?.n ?? 0));
const emit = (events: number): Promise<unknown> =>
  connected((client) =>
    client.query(`select count(ai.emit_event('kill.it.happened')) from generate_series(1, $1::int)`, [events]),
  );
const done = (): Promise<number> => numberOf('select count(distinct event) as n from public.effect');

beforeAll(async () => {
  if (!given.can.files) return;
  writeFileSync(
    join(folder, 'handlers.ts'),
    `
    import { EventRegistry } from 'pg-ai';
    import { appendFileSync } from 'node:fs';
    EventRegistry.register({ trigger: 'post', entity: 'kill.it', action: 'happened', name: 'kill', backoff: { base_ms: 50, factor: 1, max_ms: 50 }, maxAttempts: 1000,
      handler: async (ctx): Promise<void> => {
        await ctx.once('outside', async () => {
          await new Promise((done) => setTimeout(done, 3));
          appendFileSync(${JSON.stringify(join(folder, 'outside'))}, ctx.event.id + '\\n');
        });
        await ctx.db.query('insert into public.effect values ($1)', [ctx.event.id]);
      } });`,
  );
  writeFileSync(join(folder, 'outside'), '');
  await start();
  await connected(async (client) => {
    await install(client);
    await client.query('create table public.effect (event bigint)');
  });
  worker = startCli([
    ...['worker', '--url', server?.url ?? '', '--handlers', join(folder, 'handlers.ts')],
    ...['--lease', '2', '--poll', '100', '--no-compile'],
  ]);
  await worker.says('the worker runs');
});
afterAll(async () => {
  worker?.child.kill('SIGKILL');
  await worker?.exit;
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

test('a server that is killed under a running worker and started again: the worker goes on, and nothing is lost or done twice', async () => {
  let sent = 0;
  for (const kill of [
    // An immediate stop: every backend ends at once, and the server recovers when it starts.
    ([postmaster = 0]: number[]) => process.kill(postmaster, 'SIGQUIT'),
    // The machine loses its power.
    (pids: number[]) => {
      for (const pid of pids)
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has already gone with its parent.
        }
    },
  ]) {
    await emit(300);
    sent += 300;
    await until(async () => (await done()) >= sent - 270);
    const backends = await connected(
      async (client) => (await client.query('select pid from pg_stat_activity where client_port is not null')).rows,
    );
    kill([server?.pid ?? 0, ...backends.map(({ pid }) => pid as number)]);
    await server?.ended;
    await start();
    await emit(50);
    sent += 50;
    await until(async () => (await done()) >= sent);
  }
  await until(async () => (await numberOf('select count(*) as n from graphile_worker._private_jobs')) === 0);
  expect(await numberOf('select count(*) as n from public.effect')).toBe(sent);
  const outside = readFileSync(join(folder, 'outside'), 'utf8').trim().split('\n');
  expect(new Set(outside).size).toBe(sent);
  expect(outside).toHaveLength(sent);
  expect(await numberOf('select count(*) as n from ai.dead_letters')).toBe(0);
  // It is the process that was started first.
  expect(worker?.child.exitCode).toBe(null);
});

test('a full queue of notifications: mutations succeed, the worker does its work, and goes on when there is room again', async (context) => {
  if (!hasSmallQueue)
    return context.skip(
      `PostgreSQL ${given.version} has no max_notify_queue_pages: it would take 8 GB of notifications`,
    );
  const before = await done();
  const sleeper = new pg.Client(server?.url);
  sleeper.on('error', () => {});
  await sleeper.connect();
  // Somebody listens and does not come to reading.
  await sleeper.query('listen anything');
  await sleeper.query('begin');
  await sleeper.query('select 1');
  const full = await connected(async (client) => {
    try {
      for (let n = 0; n < 1000; n++) await client.query(`select pg_notify('anything', repeat('x', 7000) || $1)`, [n]);
      return 'not full';
    } catch (error) {
      return String(error);
    }
  });
  expect(full).toContain('too many notifications in the NOTIFY queue');
  // graphile-worker notifies of each batch of jobs, so these can only be made when there is room. Whoever writes does not notice.
  await emit(20);
  const subscriptions = `select count(*) as n from ai.event_log where topic = 'kill.it.happened'`;
  expect(await numberOf(subscriptions)).toBe(before + 20);
  await worker?.says('the log of events cannot be read or handed on; trying again');
  await sleeper.query('commit');
  await sleeper.end();
  await until(async () => (await done()) >= before + 20);
  expect(worker?.child.exitCode).toBe(null);
  worker?.child.kill('SIGTERM');
  expect(await worker?.exit).toBe(0);
});
