import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createListener } from '../../workers/listen.ts';
import { createPool } from '../../workers/pool.ts';
import { createJetStreamBroker } from '../../workers/relay/jetstream.ts';
import { subjectOf } from '../../workers/relay/pump.ts';
import { startRelay } from '../../workers/relay/relay.ts';
import { startCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { prepareJobs } from '../support/jobs.ts';
import { findNats, type Nats, startNats } from '../support/nats.ts';
import { needs } from '../support/needs.ts';

const program = findNats();
needs(typeof program === 'string', typeof program === 'string' ? '' : program.missing);

const database = useDatabase();
let nats: Nats;
let client: NatsConnection;
beforeAll(async () => {
  if (typeof program !== 'string') return;
  await prepareJobs(database);
  nats = await startNats(program);
  client = await connect({ servers: nats.servers, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  await (await jetstreamManager(client)).streams.add({ name: 'events', subjects: ['events.>'] });
});
afterAll(async () => {
  await client?.close();
  await nats?.stop();
});
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const start = (): void => {
  const connection = { connectionString: database.url };
  const log = pino({ level: 'silent' });
  const pool = createPool({ connection, max: 3, applicationName: 'pg_ai relay', answerMs: 5000 });
  const listener = createListener({
    connection,
    notify: (channel, payload) => pool.query('select pg_notify($1, $2)', [channel, payload]),
    log,
  });
  const broker = createJetStreamBroker({ servers: nats.servers, ackMs: 500, reconnectTimeWait: 50 });
  const relay = startRelay({ pool, listener, log, broker, batch: 50 });
  ends.push(
    () => pool.end(),
    () => listener.close(),
    () => broker.close(),
    () => relay.stop(),
  );
};
const subscribe = (name: string, settings: object, ordered = false) =>
  database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, ordered) values ($1, '{order.*}', 'broker', $2, $3)`,
    [name, JSON.stringify(settings), ordered],
  );
const emit = (count: number, from = 0) =>
  database.query(
    `select ai.emit_event('order.paid', jsonb_build_object('n', $2::int + g), jsonb_build_object('id', g % 5)) from generate_series(1, $1::int) as g`,
    [count, from],
  );
type Message = {
  readonly subject: string;
  readonly id: string;
  readonly topic: string;
  readonly trace: string;
  readonly event: Record<string, unknown>;
};
/** What the stream holds of a subject. */
const read = async (subject: string): Promise<Message[]> => {
  const { streams } = await jetstreamManager(client, { timeout: 1000 });
  const { state } = await streams.info('events');
  const found: Message[] = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await streams.getMessage('events', { seq });
    if (message?.subject !== subject) continue;
    found.push({
      subject,
      id: message.header.get('Nats-Msg-Id'),
      topic: message.header.get('Pg-Ai-Topic'),
      trace: message.header.get('traceparent'),
      event: message.json(),
    });
  }
  return found;
};
/** The same, when there are at least so many. What is asked while the server is away gets no answer. */
const stored = async (subject: string, atLeast: number): Promise<Message[]> => {
  for (;;) {
    const found = await read(subject).catch((): Message[] => []);
    if (found.length >= atLeast) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const status = (name: string) =>
  database.query<{ state: string; problem: string | null }>(
    `select state, problem from ai.status() where about = 'subscription' and name = $1`,
    [name],
  );
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('pg-ai worker --nats hands them on', async () => {
  await subscribe('by_cli', { subject: 'events.cli.{topic}' });
  const worker = startCli(['worker', '--url', database.url, '--no-run', '--no-compile', '--nats', nats.servers]);
  ends.push(async () => {
    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
  });
  await emit(3);
  expect((await stored('events.cli.order.paid', 3)).map(({ event }) => event.payload)).toEqual(
    [1, 2, 3].map((n) => ({ n })),
  );
});

test('events become messages with their id, topic and trace', async () => {
  await subscribe('plain', { subject: 'events.plain.{topic}' });
  start();
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await database.query(`select set_config('pg_ai.trace_id', $1, false)`, [trace]);
  const [emitted] = await database.query(`select ai.emit_event('order.paid', '{"total": 7}', '{"id": 1}') as id`);
  await database.query(`select set_config('pg_ai.trace_id', '', false)`);
  expect(await stored('events.plain.order.paid', 1)).toEqual([
    {
      subject: 'events.plain.order.paid',
      id: `plain:${emitted?.id}`,
      topic: 'order.paid',
      trace,
      event: {
        id: emitted?.id,
        at: expect.any(String),
        topic: 'order.paid',
        entity: 'order',
        operation: 'paid',
        action: null,
        key: { id: 1 },
        actor: expect.any(String),
        payload: { total: 7 },
        trace_id: trace,
      },
    },
  ]);
});

test('a broker that goes away in between, and a relay that never hears that it was done: each event once, those of a row in order', {
  timeout: 60_000,
}, async () => {
  const [before] = await database.query('select ai_private.last_event_id() as id');
  await subscribe('often', { subject: 'events.often' }, true);
  start();
  await emit(300);
  await nats.end();
  await emit(300, 300);
  await nats.start();
  await until(async () => (await status('often'))[0]?.state === 'running');
  await emit(10, 600);
  const first = await stored('events.often', 610);
  // As if the relay had died after publishing, before it recorded that: all of it again.
  await database.query(
    `update ai_private.subscription_cursor set seen = '1:1:', seen_boundary = '1', seen_id = $1, until = null, taken = 0 where subscription = 'often'`,
    [before?.id],
  );
  await until(
    async () =>
      (await database.query(`select from ai_private.subscription_cursor where subscription = 'often' and taken >= 610`))
        .length === 1,
  );
  const all = await stored('events.often', 610);
  expect(all.length).toBe(first.length);
  expect(all.map(({ event }) => (event.payload as { n: number }).n).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 610 }, (_, n) => n + 1),
  );
  for (const id of [0, 1, 2, 3, 4]) {
    const own = all.filter(({ event }) => (event.key as { id: number }).id === id).map(({ event }) => Number(event.id));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test('a subject that no stream takes holds up its own subscription only, and is told', async () => {
  await subscribe('nowhere', { subject: 'elsewhere' });
  await subscribe('somewhere', { subject: 'events.somewhere' });
  start();
  await emit(3);
  expect(await stored('events.somewhere', 3)).toHaveLength(3);
  await until(async () => (await status('nowhere'))[0]?.state === 'failing');
  expect((await status('nowhere'))[0]?.problem).toBe('no stream of JetStream takes the subject elsewhere');
});

test('what is larger than the broker takes becomes a dead letter; the others go on', async () => {
  await subscribe('large', { subject: 'events.large' });
  start();
  await database.query(`select ai.emit_event('order.paid', jsonb_build_object('text', repeat('x', 1200000)))`);
  await emit(2);
  expect(await stored('events.large', 2)).toHaveLength(2);
  expect(await database.query(`select error from ai.dead_letters where subscription = 'large'`)).toEqual([
    { error: expect.stringContaining('bytes are more than the server takes') },
  ]);
});

test.each([
  ['{topic}', 'public.users.create', 'public.users.create'],
  ['shop.{topic}', '"Music Store"."A.b*".create', 'shop.Music%20Store.A%2eb%2a.create'],
  ['{topic}', 'a.>b', 'a.%3eb'],
  ['{topic}', '$JS.API.STREAM.DELETE.events', '%24JS.API.STREAM.DELETE.events'],
  ['{topic}', '_INBOX.x', '%5fINBOX.x'],
  ['shop.{topic}', '$&.paid', 'shop.$&.paid'],
  ['fixed', 'a.b', 'fixed'],
])('the subject %s of the topic %s is %s', (pattern, topic, subject) => {
  expect(subjectOf(pattern, topic)).toBe(subject);
});
