import type pg from 'pg';
import pino from 'pino';
import { afterEach, expect, inject, test } from 'vitest';
import { startServer } from '../../src/dev/server.ts';
import type { Listener } from '../../workers/listen.ts';
import { createPool } from '../../workers/pool.ts';
import { startRelay } from '../../workers/relay/relay.ts';
import { type EventStream, type SubscribeOptions, subscribe } from '../../workers/subscribe.ts';
import { useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { type Runner, rowsOf } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { startProxy } from '../support/proxy.ts';

/** Services that hear of events: LISTEN on a channel of a subscription, ai.events_after, and subscribe() in TypeScript. */
const database = useDatabase();
useTables(
  database,
  `create table public.users (id text primary key);
   comment on table public.users is '{"operations": {"create": {"required": ["id"]}}}';`,
);
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const emit = async (topic: string, payload: object = {}, runner: Runner = database): Promise<string> =>
  (await rowsOf<{ id: string }>(runner, 'select ai.emit_event($1, $2) as id', [topic, JSON.stringify(payload)]))[0]
    ?.id ?? '';
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const begin = async (): Promise<pg.Client> => {
  const client = await database.client();
  await client.query('begin');
  return client;
};

test('a channel hears of each event with what leads to it, always below 8000 bytes', async () => {
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('heard', '{public.users.*,odd.**}', 'notify', '{"channel": "user_events"}')`,
  );
  const ear = await database.client();
  const heard: string[] = [];
  ear.on('notification', ({ channel, payload = '' }) => heard.push(`${channel} ${payload}`));
  await ear.query('listen user_events');
  await mutate(database, 'create', 'users', { id: 'Lan' });
  await mutate(database, 'create', 'users', { id: 'x"\\'.repeat(2000) });
  await mutate(database, 'create', 'users', { id: 'ễ'.repeat(1000) });
  const wide = '"'.concat('ễ'.repeat(80), '"');
  await emit(`odd.${wide}`);
  await database.query('select ai_private.relay_notifications()');
  await until(() => heard.length === 4);
  const events = await database.query<{ id: string; at: string; size: number }>(
    `select id::text, to_json(at) #>> '{}' as at from ai.event_log order by id`,
  );
  const payloads = heard.map((one) => JSON.parse(one.replace(/^user_events /, '')) as Record<string, unknown>);
  expect(payloads.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  expect(payloads[0]).toEqual({
    id: events[0]?.id,
    at: events[0]?.at,
    topic: 'public.users.create',
    entity: 'public.users',
    operation: 'create',
    key: { id: 'Lan' },
  });
  expect(payloads[1]).toEqual({ id: events[1]?.id, at: events[1]?.at, topic: 'public.users.create', truncated: true });
  expect(payloads[2]).toMatchObject({ key: { id: 'ễ'.repeat(1000) } });
  expect(payloads[3]).toMatchObject({ entity: 'odd', operation: wide });
  // What is short is written out where the event is read; it must be what the function writes.
  const written = await database.query<{ text: string }>(
    'select ai_private.notification(id, at, topic, entity, operation, row_key) as text from ai.event_log order by id',
  );
  expect(heard).toEqual(written.map(({ text }) => `user_events ${text}`));
  for (const one of heard) expect(Buffer.byteLength(one)).toBeLessThan(8000 + 'user_events '.length);
  await database.query(`delete from ai.subscriptions where name = 'heard'`);
});

test('nothing fits into a notification only in theory: then there is the id', async () => {
  const [row] = await database.query<{ text: string }>(
    `select ai_private.notification(7, now(), repeat('x', 9000), 'e', 'o', null) as text`,
  );
  expect(row?.text).toBe('{"id":"7","truncated":true}');
});

test('events_after reads on from position to position, and misses nothing that commits late', async () => {
  const [start] = await database.query<{ position: string }>('select ai.event_position() as position');
  let position = start?.position ?? '';
  const got: string[] = [];
  const read = async (most = 2): Promise<number> => {
    const rows = await database.query<{ id: string; position: string }>(
      `select id, position from ai.events_after($1::text, '{read.*}', $2)`,
      [position, most],
    );
    for (const row of rows) {
      got.push(row.id);
      position = row.position;
    }
    return rows.length;
  };
  const late = await begin();
  const ids = [await emit('read.late', {}, late)];
  for (let n = 0; n < 5; n++) {
    ids.push(await emit('read.other'));
    await emit('other.topic');
  }
  while ((await read()) > 0);
  expect(got).toEqual(ids.slice(1));
  await late.query('commit');
  ids.push(await emit('read.last'));
  while ((await read()) > 0);
  expect(got).toEqual([...ids.slice(1, -1), ids[0], ids.at(-1)]);
  expect(await read()).toBe(0);
  await late.end();
});

test('events_after goes over many events of other topics to the one that is wanted', async () => {
  const [from] = await database.query<{ position: string }>('select ai.event_position() as position');
  await database.query(`select ai.emit_event('crowd.one') from generate_series(1, 500)`);
  const id = await emit('wanted.one');
  expect(await database.query(`select id from ai.events_after($1::text, '{wanted.*}', 10)`, [from?.position])).toEqual([
    { id },
  ]);
  expect(
    await database.query(`select id from ai.events_after($1::bigint, '{wanted.*}', 10)`, [Number(id) - 1]),
  ).toEqual([{ id }]);
  const [all] = await database.query(`select count(*) as n from ai.event_log`);
  expect(await database.query(`select count(*) as n from ai.events_after('beginning', '{**}', 100000)`)).toEqual([all]);
});

test('reading only reads: it takes no transaction id', async () => {
  const [from] = await database.query<{ position: string }>('select ai.event_position() as position');
  const client = await begin();
  await emit('quiet.one');
  const { rows } = await client.query(`select position from ai.events_after($1::text)`, [from?.position]);
  expect(rows).toHaveLength(1);
  expect((await client.query('select pg_current_xact_id_if_assigned() as id')).rows).toEqual([{ id: null }]);
  await client.end();
});

test.each(['', 'later', '1/2', '7/1:1:/1', null])('%j is no position', async (position) => {
  const { code } = await refusal(database.query('select ai.events_after($1::text)', [position]));
  expect(code).toBe('PI404');
});

const log = pino({ level: 'silent' });
const start = (options: Partial<SubscribeOptions> & Pick<SubscribeOptions, 'name' | 'handle'>): EventStream => {
  const stream = subscribe({ connection: { connectionString: database.url }, log, pace: { awakeMs: 50 }, ...options });
  ends.push(() => stream.stop());
  return stream;
};

test('subscribe() reads from where it stopped, and needs no relay', async () => {
  const got: string[] = [];
  const handle: SubscribeOptions['handle'] = ({ id, topic, payload }) => {
    got.push(`${id} ${topic} ${JSON.stringify(payload)}`);
  };
  const expected: string[] = [];
  const write = async (n: number): Promise<void> => {
    expected.push(`${await emit('resume.one', { n })} resume.one {"n":${n}}`);
    await emit('resume.not');
  };
  const first = start({ name: 'resumer', topics: ['resume.one'], handle });
  await until(() => first.position !== undefined);
  await write(1);
  await write(2);
  await until(() => got.length === 2);
  await first.stop();
  expect(first.state).toBe('stopped');
  await write(3);
  const late = await begin();
  const open = `${await emit('resume.one', {}, late)} resume.one {}`;
  const second = start({ name: 'resumer', topics: ['resume.one'], handle });
  await write(4);
  await until(() => got.length === 4);
  await late.query('commit');
  await until(() => got.length === 5);
  await until(() => second.state === 'asleep');
  await write(5);
  await until(() => got.length === 6);
  expect(got).toEqual([...expected.slice(0, 4), open, expected[4]]);
  expect(await database.query(`select name, topics from ai.listeners`)).toEqual([
    { name: 'resumer', topics: ['resume.one'] },
  ]);
  await late.end();
});

test('a handler that fails gets the same event again, and nothing overtakes it', async () => {
  const got: string[] = [];
  const seen: string[] = [];
  const stream = start({
    name: 'stumbler',
    topics: ['stumble.*'],
    handle({ id }) {
      seen.push(id);
      if (seen.filter((one) => one === id).length < 3 && Number(id) % 2 === 0) throw new Error('not yet');
      got.push(id);
    },
  });
  await until(() => stream.position !== undefined);
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await emit('stumble.one'));
  await until(() => got.length === 4);
  expect(got).toEqual(ids);
  expect(seen).toHaveLength(4 + 2 * 2);
});

test('of two processes with one name one reads, and the other takes over', async () => {
  const got: string[] = [];
  const names: string[] = [];
  const open = (who: string): EventStream =>
    start({
      name: 'pair',
      topics: ['pair.*'],
      handle({ id }) {
        got.push(id);
        names.push(who);
      },
    });
  const first = open('first');
  await until(() => first.state !== 'standby');
  const second = open('second');
  const ids = [await emit('pair.one'), await emit('pair.two')];
  await until(() => got.length === 2);
  expect(second.state).toBe('standby');
  await first.stop();
  ids.push(await emit('pair.three'));
  await until(() => got.length === 3);
  expect(got).toEqual(ids);
  expect(names).toEqual(['first', 'first', 'second']);
});

test('connections that are cut and freeze cost no event', { timeout: 60_000 }, async () => {
  const proxy = await startProxy(database.url);
  const got: string[] = [];
  const stream = start({
    name: 'shaken',
    topics: ['shake.*'],
    connection: { connectionString: proxy.url },
    answerMs: 300,
    handle: ({ id }) => void got.push(id),
  });
  ends.push(() => proxy.close());
  await until(() => stream.position !== undefined);
  const ids: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 10; n++) ids.push(await emit('shake.one'));
    if (round % 2 === 0) proxy.cut();
    else proxy.freeze();
    // What is frozen still holds its place, until the server takes it for gone.
    if (round % 2 === 1)
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pg-ai shaken' and datname = current_database()`,
      );
  }
  await until(() => new Set(got).size >= ids.length);
  expect([...new Set(got)]).toEqual(ids);
});

test('a store of one’s own and a signal', async () => {
  const kept: string[] = [];
  const controller = new AbortController();
  const got: string[] = [];
  const from = await emit('own.before');
  const ids = [await emit('own.one'), await emit('own.two')];
  const stream = start({
    name: 'own',
    topics: ['own.*'],
    startAt: from,
    store: { load: async () => kept.at(-1), save: async (position) => void kept.push(position) },
    signal: controller.signal,
    handle: ({ id }) => void got.push(id),
  });
  await until(() => got.length === 2);
  expect(got).toEqual(ids);
  controller.abort();
  await until(() => stream.state === 'stopped');
  await stream.stop();
  expect(kept[0]).toBe(from);
  expect(await database.query(`select from ai.events_after($1::text, '{own.*}')`, [kept.at(-1)])).toEqual([]);
  expect(await database.query(`select from ai.listeners where name = 'own'`)).toEqual([]);
});

test('mutations go on while the queue of notifications is full', { timeout: 120_000 }, async (context) => {
  const { can, variant, version } = inject('server');
  if (!can.ownCluster || !variant.startsWith('pg18'))
    return context.skip(`PostgreSQL ${version} here has no small queue: it takes an embedded server of 18`);
  const server = await startServer({
    dataDir: `${process.env.TMPDIR ?? '/tmp'}/pg-ai-notify-${process.pid}`,
    major: 18,
    javascript: 'none',
    reset: true,
    settings: { max_notify_queue_pages: '64', fsync: 'off', synchronous_commit: 'off' },
  });
  ends.push(() => server.stop());
  await fillQueue(server.url);
});

async function fillQueue(url: string): Promise<void> {
  const { default: driver } = await import('pg');
  const { install } = await import('../../src/install/install.ts');
  const open: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new driver.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    open.push(client);
    return client;
  };
  const client = await connect();
  await install(client);
  await client.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('heard', '{**}', 'notify', '{"channel": "user_events"}')`,
  );
  // Somebody listens and does not come to reading: the queue fills up.
  const sleeper = await connect();
  await sleeper.query('listen anything');
  await sleeper.query('begin');
  await sleeper.query('select 1');
  const full = await refusal(
    (async () => {
      for (let n = 0; n < 1000; n++) await client.query(`select pg_notify('anything', repeat('x', 7000) || $1)`, [n]);
    })(),
  );
  expect(full.message).toContain('NOTIFY queue');
  // A relay that sleeps: its bell hangs.
  const relay = await connect();
  await relay.query(`select pg_advisory_lock(hashtextextended('pg_ai.doorbell', 0))`);
  await client.query(`select ai.emit_event('full.one')`);
  expect((await client.query(`select rang from ai.event_log`)).rows).toEqual([{ rang: null }]);
  await relay.query(`select pg_advisory_unlock_all()`);
  // What is to be notified waits, and is told of; nothing is lost, and it goes on by itself.
  expect((await refusal(client.query('select ai_private.relay_notifications()'))).code).toBe('54000');
  const pool = createPool({ connection: { connectionString: url }, max: 2, applicationName: 'pg_ai relay' });
  const deaf: Listener = { works: false, on: () => () => {}, close: async () => {} };
  const running = startRelay({ pool, listener: deaf, log });
  await until(() => running.state === 'failing');
  const ear = await connect();
  const heard: unknown[] = [];
  ear.on('notification', ({ payload = '' }) => heard.push(JSON.parse(payload)));
  await sleeper.query('commit');
  await ear.query('listen user_events');
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([{ topic: 'full.one' }]);
  await running.stop();
  await pool.end();
  for (const one of open) await one.end();
}

test.each([
  [`'0', '{}'`, 'topics: no topic'],
  [`'0', '{a..b}'`, 'topics: "a..b" is not a pattern'],
  [`'0', '{**}', 0`, 'most: 0 events cannot be read'],
  [`'0', '{a b,**}', -1`, 'topics: "a b" is not a pattern; most: -1 events cannot be read'],
])('events cannot be read after %s', async (given, reason) => {
  const { code, message } = await refusal(database.query(`select * from ai.events_after(${given})`));
  expect([code, message]).toEqual(['PI407', `events cannot be read like this: ${reason}`]);
});

test('nulls stand for the defaults', async () => {
  const count = async (rest: string): Promise<unknown> =>
    (await database.query(`select count(*) from ai.events_after('beginning'${rest})`))[0];
  expect(await count(', null, null')).toEqual(await count(''));
});

test('a place to start that is none is not kept, where it would fail whoever looks at all listeners', async () => {
  const lost = start({ name: 'lost', startAt: 'begining', handle: () => {} });
  await until(() => lost.state === 'failing');
  await lost.stop();
  expect(await database.query(`select from ai.listeners where name = 'lost'`)).toEqual([]);
  for (const position of ['nonsense', '1/2', 'now'])
    expect(
      (await refusal(database.query(`insert into ai.listeners (name, position) values ('lost', $1)`, [position]))).code,
    ).toBe('23514');
  await database.query('select * from ai.status()');
});
