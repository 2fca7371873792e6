import pino from 'pino';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { createListener, type Listener } from '../../workers/listen.ts';
import { createPool } from '../../workers/pool.ts';
import { type Relay, startRelay } from '../../workers/relay/relay.ts';
import { useRole, useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { jobsOf, prepareJobs } from '../support/jobs.ts';
import { mutate } from '../support/mutation.ts';
import { findPgbouncer, startPgbouncer } from '../support/pgbouncer.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';

const database = useDatabase();
beforeAll(() => prepareJobs(database));
useTables(
  database,
  `create table public.users (id int primary key);
   comment on table public.users is '{"operations": {"create": {"required": ["id"]}}}';`,
);
const log = pino({ level: 'silent' });

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Started {
  readonly relay: Relay;
  readonly listener: Listener;
}
const start = (url = database.url, answerMs = 2000, goneMs = 30_000, roundMs = 3000): Started => {
  const connection = { connectionString: url };
  const pool = createPool({ connection, max: 2, applicationName: 'pg_ai relay', answerMs });
  const bells = createPool({ connection, max: 1, applicationName: 'pg_ai bells', answerMs });
  const listener = createListener({
    connection,
    notify: (channel, payload) => bells.query('select pg_notify($1, $2)', [channel, payload]),
    heartbeatMs: 300,
    answerMs: 500,
    log,
  });
  const relay = startRelay({ pool, listener, log, pace: { awakeMs: 20 }, goneMs, roundMs });
  ends.push(
    () => pool.end(),
    () => bells.end(),
    () => listener.close(),
    () => relay.stop(),
  );
  return { relay, listener };
};

let names = 0;
const subscribe = async (): Promise<string> => {
  const name = `p${++names}`;
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ($1, '{public.users.*}', 'job', '{"task": "x"}')`,
    [name],
  );
  return name;
};
let ids = 0;
const create = async (runner: Parameters<typeof mutate>[0] = database): Promise<string> => {
  await mutate(runner, 'create', 'users', { id: ++ids });
  return String(ids);
};
/** Keys of the rows whose events have become jobs, in order. */
const handed = async (name: string): Promise<string[]> => {
  const jobs = await jobsOf(database, name);
  const rows = await database.query<{ id: string }>(
    `select e.row_key ->> 'id' as id from unnest($1::bigint[]) with ordinality as w (id, n) join ai.event_log e on e.id = w.id order by n`,
    [jobs.map(({ payload }) => payload.event)],
  );
  return rows.map(({ id }) => id);
};
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const rang = async (): Promise<number> =>
  Number((await database.query<{ n: string }>('select count(*) as n from ai.event_log where rang'))[0]?.n);

/** Whether somebody holds a lock by which mutations see that a relay sleeps. */
const bellHangs = async (): Promise<boolean> =>
  (
    await database.query(
      `select from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()`,
    )
  ).length > 0;

test('a relay hands on what is written, asleep or awake; the doorbell is rung only while it sleeps', async () => {
  const name = await subscribe();
  const { relay, listener } = start();
  await until(() => listener.works);
  const expected: string[] = [];
  for (let n = 0; n < 3; n++) {
    await until(() => relay.state === 'asleep');
    const before = await rang();
    // Nobody waits for its clock here: a ring must have woken it.
    expected.push(await create());
    await until(async () => (await handed(name)).length === expected.length);
    expect((await rang()) - before).toBeLessThanOrEqual(1);
  }
  expect(await rang()).toBeGreaterThan(0);
  expect(await handed(name)).toEqual(expected);
});

test('where no relay sleeps, nobody rings', async () => {
  const before = await rang();
  for (let n = 0; n < 20; n++) await create();
  expect(await rang()).toBe(before);
});

test('what was under way when the relay lay down wakes it before long, though it could not ring', async () => {
  const name = await subscribe();
  const open = await database.client();
  await open.query('begin');
  const late = await create(open);
  const { relay, listener } = start();
  await until(() => listener.works && relay.state === 'asleep');
  await open.query('commit');
  await until(async () => (await handed(name)).length === 1);
  expect(await handed(name)).toEqual([late]);
  await open.end();
});

test('two relays, whose connections are cut and freeze again and again: each event once', {
  timeout: 90_000,
}, async () => {
  const name = await subscribe();
  const proxies: TcpProxy[] = [await startProxy(database.url), await startProxy(database.url)];
  const relays = proxies.map(({ url }) => start(url, 300, 2500));
  // Before the relays stop: a connection that is frozen does not say goodbye.
  ends.push(async () => {
    for (const proxy of proxies) await proxy.close();
  });
  const expected: string[] = [];
  for (let round = 0; round < 12; round++) {
    for (let n = 0; n < 20; n++) expected.push(await create());
    const proxy = proxies[round % 2];
    if (round % 4 < 2) proxy?.cut();
    else proxy?.freeze();
    if (round === 6) proxy?.refuse(true);
    if (round === 9) for (const each of proxies) each.refuse(false);
  }
  await until(async () => (await handed(name)).length >= expected.length);
  expect((await handed(name)).toSorted()).toEqual(expected.toSorted());
  expect((await jobsOf(database, name)).filter(({ revision }) => revision > 0)).toEqual([]);
  // They have found back and hear again, and who vanished with the bell in hand lets go of it: the server takes it for gone.
  await until(() => relays.every(({ relay, listener }) => listener.works && relay.state === 'asleep'));
  for (const { relay } of relays) await relay.stop();
  await until(async () => !(await bellHangs()));
  const before = await rang();
  await create();
  expect(await rang()).toBe(before);
});

test('a relay that cannot add jobs notifies all the same, and goes on when it can', async () => {
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('heard', '{public.users.*}', 'notify', '{"channel": "user_events"}')`,
  );
  const name = await subscribe();
  const ear = await database.client();
  const heard: string[] = [];
  ear.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '{}').key.id));
  await ear.query('listen user_events');
  await database.query('alter schema graphile_worker rename to elsewhere');
  const { relay } = start();
  const first = Number(await create());
  await until(() => heard.length >= 1);
  await database.query('alter schema elsewhere rename to graphile_worker');
  await until(async () => (await handed(name)).length === 1);
  const second = Number(await create());
  await until(() => heard.length >= 2);
  expect(heard).toEqual([first, second]);
  await until(() => relay.state === 'asleep');
  await ear.end();
  await database.query(`delete from ai.subscriptions where name = 'heard'`);
});

test('a filter that takes long holds up its own subscription alone, which is told what to do; mended, it gets all', async () => {
  // Each event costs seconds.
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, filter)
     values ('slow', '{public.users.*}', 'job', '{"task": "x"}',
       'factorial(32000 + length(topic)) > 0 and factorial(32001 + length(topic)) > 0 and factorial(32002 + length(topic)) > 0')`,
  );
  const name = await subscribe();
  const { relay } = start(database.url, 10_000, 30_000, 250);
  const expected: string[] = [];
  const status = async (): Promise<{ state: string; problem: string }[]> =>
    database.query(`select state, problem from ai.status() where about = 'subscription' and name = 'slow'`);
  for (let n = 0; n < 3; n++) expected.push(await create());
  await until(async () => (await status())[0]?.state === 'failing' && (await status())[0]?.problem !== null);
  expect((await status())[0]?.problem).toMatch(
    /^its filter was stopped \(.*\), and holds up this subscription alone: simplify it/,
  );
  expected.push(await create());
  await until(async () => (await handed(name)).length === expected.length);
  expect(await handed(name)).toEqual(expected);
  expect(relay.state).not.toBe('failing');
  expect(await handed('slow')).toEqual([]);
  await database.query(`update ai.subscriptions set filter = 'topic <> ''''' where name = 'slow'`);
  await until(async () => (await handed('slow')).length === expected.length);
  expect(await handed('slow')).toEqual(expected);
  await relay.stop();
  await database.query(`delete from ai.subscriptions where name = 'slow'`);
});

test('a member of ai_worker may relay, once the queue is handed over', async () => {
  const name = await subscribe();
  const worker = await database.as(useRoleName);
  const id = await create();
  await expect(worker.query('select ai_private.relay_jobs()')).rejects.toMatchObject({ code: '42501' });
  await database.query(`grant usage on schema graphile_worker to ai_worker; grant execute on all functions in schema graphile_worker to ai_worker;
    grant select, insert, update on all tables in schema graphile_worker to ai_worker; grant usage on all sequences in schema graphile_worker to ai_worker`);
  await database.query(
    `create policy relay on graphile_worker._private_jobs to ai_worker using (true); create policy relay on graphile_worker._private_tasks to ai_worker using (true);
     create policy relay on graphile_worker._private_job_queues to ai_worker using (true)`,
  );
  await worker.query('select ai_private.relay_jobs()');
  expect(await handed(name)).toContain(id);
});
const useRoleName = useRole(database, ['ai_worker']);

const pgbouncer = findPgbouncer();
test('behind a pooler that shares sessions it polls, rings no bell and leaves no lock', async (context) => {
  if (!Array.isArray(pgbouncer)) return context.skip('missing' in pgbouncer ? pgbouncer.missing : '');
  const pooler = await startPgbouncer(pgbouncer, database.url, {});
  ends.push(() => pooler.stop());
  const name = await subscribe();
  const { relay, listener } = start(pooler.url);
  await until(() => relay.state === 'asleep');
  expect(listener.works).toBe(false);
  const before = await rang();
  const id = await create();
  await until(async () => (await handed(name)).length === 1);
  expect(await handed(name)).toEqual([id]);
  expect(await rang()).toBe(before);
  expect(await bellHangs()).toBe(false);
});
