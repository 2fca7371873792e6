import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeliveryHandler, GiveUp, TryLater } from '../../workers/delivery.ts';
import { createWebhookDelivery } from '../../workers/webhook/deliver.ts';
import { verifyWebhook } from '../../workers/webhook/verify.ts';
import { attempt, queryable } from '../support/attempt.ts';
import { useDatabase } from '../support/database.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const database = useDatabase();
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let role: string;
let receiver: Receiver;
let handler: DeliveryHandler;
const open: pg.Client[] = [];

/** A worker of its own: what a login that is a member of ai_worker may do is all that it takes. */
const worker = async (): Promise<pg.Client> => {
  const client = await database.as(role);
  open.push(client);
  return client;
};
let first: pg.Client;

beforeAll(async () => {
  role = `${database.name}_worker`;
  await database.query(`create role ${role}; grant ai_worker to ${role}`);
  first = await worker();
});
beforeEach(async () => {
  receiver = await openReceiver();
  handler = createWebhookDelivery({ environment: { CRM_SECRET: SECRET } });
  await database.query(
    `insert into ai.webhook_endpoints (name, url, secrets, headers, allow_private) values ('crm', $1, array[$2], '{"authorization": "Bearer token"}', true)`,
    [receiver.url, SECRET],
  );
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('to-crm', '{public.users.create}', 'webhook', '{"endpoint": "crm"}')`,
  );
});
afterEach(async () => {
  await handler.close?.();
  await receiver.close();
  await database.query('delete from ai.subscriptions; delete from ai.webhook_endpoints');
});
afterAll(async () => {
  for (const client of open) await client.end();
  await database.query(`drop owned by ${role}; drop role ${role}`);
});

const event = async (payload = '{"id": 12345678901234567890, "price": 12.50}', trace: string | null = null) => {
  const [row] = await database.query<{ id: string }>(
    `insert into ai.event_log (topic, entity, operation, row_key, payload, trace_id)
     values ('public.users.create', 'public.users', 'create', '{"id": 1}', $1::jsonb, $2) returning id::text`,
    [payload, trace],
  );
  return row?.id ?? '';
};
const deliver = async (eventId?: string, client = first) =>
  attempt({ db: queryable(client), handler, subscription: 'to-crm', eventId: eventId ?? (await event()) });
const failure = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};
const answers = (...statuses: (number | [number, Record<string, string>])[]) => {
  receiver.answer = (_request, response) => {
    const next = statuses.length > 1 ? statuses.shift() : statuses[0];
    const [status, headers] = Array.isArray(next) ? next : [next ?? 500, {}];
    response.writeHead(status, headers).end('<body>');
  };
};
const endpoint = async () =>
  (
    await database.query<{ disabled: boolean; disabled_reason: string | null }>(
      'select disabled, disabled_reason from ai.webhook_endpoints',
    )
  )[0];
type Circuit = { failures: number; opened: number; error: string; seconds: number | null };
const circuit = async () =>
  (
    await database.query<Circuit>(
      `select failures, opened, error, round(extract(epoch from open_until - changed_at))::int as seconds from ai.webhook_circuits`,
    )
  )[0];
/** As if the time had passed that the circuit stays open. */
const wait = () => database.query('update ai.webhook_circuits set open_until = clock_timestamp()');
/** As if it had not, however slow this machine is. */
const hold = () => database.query(`update ai.webhook_circuits set open_until = open_until + interval '1 hour'`);

describe('a webhook', () => {
  test('tells of the event, and can be verified', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const id = await event(undefined, traceparent);
    await deliver(id);
    const [got] = receiver.received;
    expect(got?.body).toContain('"data":{"id": 12345678901234567890, "price": 12.50}}');
    const verified = verifyWebhook({ ...(got ?? { headers: {}, body: '' }), secrets: SECRET });
    expect(verified).toMatchObject({
      id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      payload: {
        type: 'public.users.create',
        id,
        entity: 'public.users',
        operation: 'create',
        timestamp: expect.stringMatching(/Z$/),
      },
    });
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^pg-ai\//),
      authorization: 'Bearer token',
      traceparent,
    });
    expect(got?.path).toBe('/hook');
  });

  test('keeps its id in each attempt, and another event or subscription has another one', async () => {
    answers(500, 204);
    const id = await event();
    await failure(deliver(id));
    await deliver(id);
    await deliver();
    await database.query(
      `insert into ai.subscriptions (name, topics, delivery, settings) values ('too', '{**}', 'webhook', '{"endpoint": "crm"}')`,
    );
    await attempt({ db: queryable(first), handler, subscription: 'too', eventId: id });
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });

  test('is signed with each secret that is valid, and secrets may stay outside of the database', async () => {
    const [row] = await database.query<{ fresh: string }>(`select ai.rotate_webhook_secret('crm') as fresh`);
    await deliver();
    await database.query(`update ai.webhook_endpoints set secrets = '{env:CRM_SECRET}'`);
    await deliver();
    for (const [index, secret] of [
      [0, row?.fresh],
      [0, SECRET],
      [1, SECRET],
    ] as const) {
      const got = receiver.received[index];
      expect(verifyWebhook({ headers: got?.headers ?? {}, body: got?.body ?? '', secrets: secret ?? '' }).id).toMatch(
        /^msg_/,
      );
    }
    await database.query(`update ai.webhook_endpoints set secrets = '{env:NOBODY_KNOWS}'`);
    const error = await failure(deliver());
    expect(error).toBeInstanceOf(TryLater);
    expect(error.message).toContain('does not know the secret env:NOBODY_KNOWS');
    expect(receiver.received).toHaveLength(2);
  });

  test('to an endpoint that does well costs no write', async () => {
    await deliver();
    await deliver();
    expect(await circuit()).toBeUndefined();
  });

  test.each([200, 201, 204, 299])('%i is a success', async (status) => {
    answers(status);
    await deliver();
  });

  test.each([301, 302, 307, 400, 401, 404, 422, 500, 502])('%i is tried again', async (status) => {
    answers([status, { location: 'http://127.0.0.1:1/' }]);
    const error = await failure(deliver());
    expect(error).not.toBeInstanceOf(GiveUp);
    expect(error).not.toBeInstanceOf(TryLater);
    expect(error.message).toContain(`answered ${status}`);
    expect(error.message).not.toContain('<body>');
  });
});

describe('what is too much', () => {
  test('an event that is too large is given up', async () => {
    await database.query('update ai.webhook_endpoints set max_request_bytes = 1024');
    const error = await failure(deliver(await event(JSON.stringify({ text: 'x'.repeat(2000) }))));
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toMatch(/the event has 2\d{3} bytes, and the webhook endpoint crm takes 1024/);
    expect(receiver.received).toHaveLength(0);
  });

  test('an answer without end is not read to it', async () => {
    await database.query('update ai.webhook_endpoints set max_response_bytes = 10000');
    let written = 0;
    let closed: Promise<void> | undefined;
    receiver.answer = (_request, response, socket) => {
      closed = new Promise((resolve) => socket.once('close', () => resolve()));
      const more = (): void => {
        if (socket.destroyed) return;
        written += 4096;
        response.write(Buffer.alloc(4096), () => setImmediate(more));
      };
      response.writeHead(200);
      more();
    };
    await deliver();
    await closed;
    expect(written).toBeGreaterThan(10_000);
    expect(written).toBeLessThan(50_000_000);
  });

  test.each(['before', 'within'])('an answer that takes too long (%s its head)', async (when) => {
    const time = when === 'within' ? 2500 : 300;
    await database.query('update ai.webhook_endpoints set timeout_ms = $1', [time]);
    receiver.answer = (_request, response) => {
      if (when === 'within') response.writeHead(200).write('…');
    };
    // Who has said 200 has it, however slowly the rest comes.
    if (when === 'within') await deliver();
    else expect((await failure(deliver())).message).toContain('no answer within 300 ms');
  });

  test('a connection that is lost', async () => {
    receiver.answer = (_request, _response, socket) => socket.destroy();
    expect((await failure(deliver())).message).toContain('was not reached');
  });

  test('nobody there', async () => {
    await receiver.close();
    expect((await failure(deliver())).message).toContain('ECONNREFUSED');
    receiver = await openReceiver();
  });
});

describe('addresses', () => {
  test.each([
    'https://127.0.0.1:1/',
    'https://localhost/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest',
  ])('%s is refused to an endpoint that does not allow it, for good', async (url) => {
    await database.query(`update ai.webhook_endpoints set url = $1, headers = '{}', allow_private = false`, [url]);
    const error = await failure(deliver());
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toMatch(/private address|never go to/);
  });

  test('a worker can refuse private addresses to all', async () => {
    handler = createWebhookDelivery({ environment: { PG_AI_WEBHOOK_PRIVATE: 'never' } });
    expect(await failure(deliver())).toBeInstanceOf(GiveUp);
    expect(receiver.received).toHaveLength(0);
  });
});

describe('the circuit of an endpoint', () => {
  test('opens at the fifth failure in a row, for all workers, and nothing is sent meanwhile', async () => {
    answers(500);
    const second = await worker();
    for (let n = 0; n < 5; n++) await failure(deliver(undefined, n % 2 === 0 ? first : second));
    expect(await circuit()).toMatchObject({ failures: 5, opened: 1, error: 'answered 500', seconds: 10 });
    await hold();
    for (const client of [first, second]) {
      const error = await failure(deliver(undefined, client));
      expect(error).toBeInstanceOf(TryLater);
      expect((error as TryLater).delayMs).toBeGreaterThan(1_800_000);
    }
    expect(receiver.received).toHaveLength(5);
  });

  test('a success in between starts the count again', async () => {
    answers(500, 500, 500, 500, 204, 500);
    for (let n = 0; n < 6; n++) await deliver().catch(() => {});
    expect(await circuit()).toMatchObject({ failures: 1, opened: 0, seconds: null });
  });

  test('what the receiver thinks of one message opens nothing', async () => {
    answers(422);
    for (let n = 0; n < 7; n++) await failure(deliver());
    expect(receiver.received).toHaveLength(7);
    expect(await circuit()).toBeUndefined();
  });

  test('half open, one of many goes to try; its success closes it', async () => {
    await database.query('update ai.webhook_endpoints set timeout_ms = 300000');
    answers(500);
    for (let n = 0; n < 5; n++) await failure(deliver());
    await wait();
    let release = (): void => {};
    let asked = (): void => {};
    const atReceiver = new Promise<void>((resolve) => {
      asked = resolve;
    });
    receiver.answer = (_request, response) => {
      release = () => response.writeHead(204).end();
      asked();
    };
    const probe = deliver();
    await atReceiver;
    for (let n = 0; n < 4; n++) expect(await failure(deliver(undefined, await worker()))).toBeInstanceOf(TryLater);
    expect(receiver.received).toHaveLength(6);
    release();
    await probe;
    expect(await circuit()).toBeUndefined();
    answers(204);
    await deliver();
    expect(receiver.received).toHaveLength(7);
  });

  test('of many that come at the same moment one gets to try', async () => {
    await database.query('update ai.webhook_endpoints set timeout_ms = 300000');
    answers(500);
    for (let n = 0; n < 5; n++) await failure(deliver());
    await wait();
    const clients = await Promise.all(Array.from({ length: 8 }, () => worker()));
    const verdicts = await Promise.all(
      clients.map(
        async (client) =>
          (await client.query<{ verdict: string }>(`select verdict from ai_private.webhook_admit('crm')`)).rows[0]
            ?.verdict,
      ),
    );
    expect(verdicts.filter((verdict) => verdict === 'probe')).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict === 'wait')).toHaveLength(7);
  });

  test('a probe that fails opens it for twice as long, up to ten minutes; one that dies is replaced', async () => {
    answers(500);
    for (let n = 0; n < 5; n++) await failure(deliver());
    for (const seconds of [20, 40, 80]) {
      await wait();
      await failure(deliver());
      expect((await circuit())?.seconds).toBe(seconds);
    }
    await database.query('update ai.webhook_circuits set opened = 30');
    await wait();
    await failure(deliver());
    expect((await circuit())?.seconds).toBe(600);
    // a worker that was admitted and is never heard of again
    await database.query('update ai.webhook_endpoints set timeout_ms = 300000');
    await wait();
    await first.query(`select ai_private.webhook_admit('crm')`);
    expect(await failure(deliver())).toBeInstanceOf(TryLater);
    await database.query('update ai.webhook_circuits set probe_until = clock_timestamp()');
    answers(204);
    await deliver();
    expect(await circuit()).toBeUndefined();
  });

  test('failures of others that were under way do not make it longer', async () => {
    answers(500);
    for (let n = 0; n < 5; n++) await failure(deliver());
    const until = () => database.query('select opened, open_until from ai.webhook_circuits');
    await hold();
    const before = await until();
    for (let n = 0; n < 3; n++) await first.query(`select ai_private.webhook_report('crm', 'failed', 'late', 0)`);
    expect(await until()).toEqual(before);
  });

  test.each([429, 503])('%i with Retry-After is a pause for everybody, and this was an attempt', async (status) => {
    answers([status, { 'retry-after': '120' }]);
    const error = await failure(deliver());
    expect(error).not.toBeInstanceOf(TryLater);
    expect((await circuit())?.seconds).toBe(120);
    await hold();
    const second = await failure(deliver(undefined, await worker()));
    expect(second).toBeInstanceOf(TryLater);
    expect((second as TryLater).delayMs).toBeGreaterThan(1_800_000);
    await wait();
    answers(204);
    await deliver();
    expect(await circuit()).toBeUndefined();
  });

  test('a pause of days is cut to an hour', async () => {
    answers([429, { 'retry-after': '999999' }]);
    await failure(deliver());
    expect((await circuit())?.seconds).toBe(3600);
  });

  test('410 disables the endpoint, whose deliveries are given up until it is switched on again', async () => {
    answers(410);
    expect(await failure(deliver())).toBeInstanceOf(GiveUp);
    expect(await endpoint()).toEqual({ disabled: true, disabled_reason: 'answered 410 (gone)' });
    const error = await failure(deliver());
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain('is disabled: answered 410');
    expect(receiver.received).toHaveLength(1);
    await database.query('update ai.webhook_endpoints set disabled = false');
    answers(204);
    await deliver();
    expect(await endpoint()).toEqual({ disabled: false, disabled_reason: null });
  });

  test('five days without an answer disable it', async () => {
    answers(500);
    await failure(deliver());
    await database.query(`update ai.webhook_circuits set failing_since = now() - interval '6 days'`);
    await failure(deliver());
    expect(await endpoint()).toMatchObject({
      disabled: true,
      disabled_reason: expect.stringContaining('no answer for five days'),
    });
  });

  test('an endpoint that is gone altogether', async () => {
    // It cannot be deleted while it is in use; a subscription may come while it is.
    await database.query(
      `set session_replication_role = replica; delete from ai.webhook_endpoints; reset session_replication_role`,
    );
    const error = await failure(deliver());
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain('there is no webhook endpoint "crm"');
  });
});
