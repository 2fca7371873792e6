import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOutgoing } from '../../workers/email/config.ts';
import { createEmailDelivery } from '../../workers/email/deliver.ts';
import { createWebhookDelivery } from '../../workers/webhook/deliver.ts';
import { type RunningWorker, startWorker } from '../../workers/worker.ts';
import { openPostOffice, type PostOffice } from '../email/post-office.ts';
import { startCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { openReceiver, type Receiver } from '../webhook/receiver.ts';

/** All the way: a statement commits, the relay takes the event, the runner delivers it, tries again or gives up. */
const database = useDatabase();
let office: PostOffice;
let receiver: Receiver;
let worker: RunningWorker;

const start = () =>
  startWorker({
    connection: { connectionString: database.url },
    handlers: [],
    compile: false,
    deliveries: {
      email: createEmailDelivery({
        config: { outgoing: readOutgoing(office.url), from: { name: 'Shop', address: 'shop@example.com' } },
      }),
      webhook: createWebhookDelivery({ environment: {} }),
    },
    log: pino({ level: 'silent' }),
  });

beforeAll(async () => {
  office = await openPostOffice();
  receiver = await openReceiver();
  await database.query(`insert into ai.email_templates (name, subject, body_text) values ('hello', 'Hello', 'Hello')`);
  // failures are tried again at once
  await database.query(`update ai.subscriptions set max_attempts = 3, backoff = '{"base_ms": 1, "jitter": 0}'`);
  await database.query(`insert into ai.webhook_endpoints (name, url, allow_private) values ('crm', $1, true)`, [
    receiver.url,
  ]);
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, max_attempts, backoff)
     values ('crm', '{order.*}', 'webhook', '{"endpoint": "crm"}', 3, '{"base_ms": 1, "jitter": 0}')`,
  );
  worker = await start();
});
afterAll(async () => {
  await worker.stop();
  await office.close();
  await receiver.close();
});

const send = async (recipient: string): Promise<string> =>
  (await database.query<{ id: string }>(`select ai.send_email('hello', $1)::text as id`, [recipient]))[0]?.id ?? '';
const emit = async (): Promise<string> =>
  (await database.query<{ id: string }>(`select ai.emit_event('order.paid', '{"total": 12.50}')::text as id`))[0]?.id ??
  '';
const deadLetters = () =>
  database.query<{ subscription: string; event_id: string; error: string; attempts: number }>(
    'select subscription, event_id::text, error, attempts from ai.dead_letters order by event_id',
  );
const states = async (eventId: string) =>
  (await database.query<{ state: string }>('select state from ai.email_log where event_id = $1', [eventId])).map(
    ({ state }) => state,
  );
const deliveries = async (eventId: string) =>
  (await database.query<{ state: string }>('select state from ai.deliveries($1)', [eventId])).map(({ state }) => state);
const soon = { timeout: 20_000, interval: 50 };

describe('a mail', () => {
  test('is sent after commit, and not where the transaction is rolled back', async () => {
    const client = await database.client();
    await client.query('begin');
    const { rows } = await client.query(`select ai.send_email('hello', 'never@example.com')::text as id`);
    await client.query('rollback');
    const id = await send('lan@example.com');
    await expect.poll(() => states(id), soon).toEqual(['sent']);
    await expect.poll(() => deliveries(id), soon).toEqual(['done']);
    expect(office.taken).toHaveLength(1);
    expect(await states(rows[0].id)).toEqual([]);
  });

  test('that has to wait is tried again', async () => {
    let refused = 0;
    office.refuse.set('busy@example.com', { at: 'rcpt', code: 451, text: '4.3.0 later' });
    office.onRecipient = () => {
      if (++refused === 3) office.refuse.clear();
    };
    const id = await send('busy@example.com');
    await expect.poll(() => states(id), soon).toEqual(['sent']);
    expect(refused).toBe(3);
    expect(await deadLetters()).toEqual([]);
    office.onRecipient = () => {};
  });

  test('that is refused for good is a dead letter at once; retried, it is sent', async () => {
    office.refuse.set('spam@example.com', { at: 'data', code: 554, text: '5.7.1 spam' });
    const id = await send('spam@example.com');
    await expect
      .poll(deadLetters, soon)
      .toMatchObject([
        { subscription: 'ai.email', event_id: id, attempts: 1, error: expect.stringContaining('5.7.1 spam') },
      ]);
    office.refuse.clear();
    await database.query(`select ai.retry_dead_letters('ai.email')`);
    await expect.poll(() => states(id), soon).toEqual(['sent']);
    expect(await deadLetters()).toEqual([]);
  });

  test('is not sent again by a replay', async () => {
    const before = office.taken.length;
    const [first] = await database.query<{ id: string }>(`select min(event_id)::text as id from ai.email_log`);
    await database.query(`select ai.replay('ai.email', $1)`, [first?.id]);
    // whatever comes afterwards has the replayed ones behind it
    const id = await send('last@example.com');
    await expect.poll(() => states(id), soon).toEqual(['sent']);
    await expect.poll(async () => (await database.query('select from graphile_worker.jobs')).length, soon).toBe(0);
    expect(office.taken).toHaveLength(before + 1);
  });
});

describe('a webhook', () => {
  test('is posted after commit, and again with the same id until it is taken', async () => {
    let asked = 0;
    receiver.answer = (_request, response) => response.writeHead(++asked < 3 ? 500 : 204).end();
    const id = await emit();
    await expect.poll(() => asked, soon).toBe(3);
    await expect.poll(() => deliveries(id), soon).toEqual(['done']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.received[0]?.body).toContain('"data":{"total": 12.50}');
    await expect.poll(() => database.query('select from ai.webhook_circuits'), soon).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });

  test('waits for an open circuit without losing attempts', async () => {
    receiver.received.length = 0;
    await database.query(
      `insert into ai.webhook_circuits (endpoint, failures, opened, open_until) values ('crm', 5, 1, clock_timestamp() + interval '300 milliseconds')`,
    );
    receiver.answer = (_request, response) => response.writeHead(204).end();
    await emit();
    await expect.poll(() => receiver.received.length, soon).toBe(1);
    await expect.poll(() => database.query('select from ai.webhook_circuits'), soon).toEqual([]);
  });

  test('to an endpoint that is gone is a dead letter', async () => {
    receiver.answer = (_request, response) => response.writeHead(410).end();
    const id = await emit();
    await expect
      .poll(deadLetters, soon)
      .toMatchObject([{ subscription: 'crm', event_id: id, attempts: 1, error: expect.stringContaining('410') }]);
    expect(await database.query('select disabled from ai.webhook_endpoints')).toEqual([{ disabled: true }]);
  });
});

describe('pg-ai worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pg-ai-mail-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (env: Record<string, string>) =>
    startCli(['worker', '--url', database.url, '--no-compile', '--grace', '1'], { env });

  test('sends mails where its environment says', async () => {
    await worker.stop();
    const running = run({ PG_AI_EMAIL_URL: pathToFileURL(folder).href });
    const id = await send('cli@example.com');
    await expect.poll(() => states(id), soon).toEqual(['sent']);
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^cli@example\.com .*\.eml$/)]);
  });

  test('leaves them to others where it says nothing, and refuses what makes no sense', async () => {
    const running = run({});
    await running.says('PG_AI_EMAIL_URL is not set');
    await running.says('the worker runs');
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
    const wrong = run({ PG_AI_EMAIL_URL: 'smtp://u:secret@mail.example.com' });
    expect(await wrong.exit).toBe(1);
    expect(wrong.stderr()).toMatch(/error: PG_AI_EMAIL_FROM must say who sends.*\nhint: mend/);
    expect(wrong.stderr() + wrong.stdout()).not.toContain('secret');
  });
});
