import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { GiveUp, TryLater } from '../../workers/index.ts';
import { useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { mutate } from '../support/mutation.ts';
import { handlersOf, until, useWorkers } from './stage.ts';

const database = useDatabase();
const stage = useWorkers(database);
useTables(
  database,
  `create table public.users (id int primary key, email text not null, secret text);
   comment on table public.users is '{"operations": {"create": {"required": ["id", "email"], "optional": ["secret"]}, "update": {"optional": ["email"]}},
     "fields": {"secret": {"protected": true}}}'`,
);
beforeAll(() =>
  database.query(
    'create table public.effect (who text, event bigint, n int); grant select, insert on public.effect to ai_worker',
  ),
);

/** What handlers have been given, in order. */
const seen: { readonly who: string; readonly [field: string]: unknown }[] = [];
const seenBy = (who: string) => seen.filter((one) => one.who === who);
const tries = new Map<string, number>();
const countTry = (who: string): number => {
  tries.set(who, (tries.get(who) ?? 0) + 1);
  return tries.get(who) ?? 0;
};
const effectsOf = (who: string) =>
  database.query<{ event: string; n: number }>('select event, n from public.effect where who = $1 order by event, n', [
    who,
  ]);
const deadLetter = async (subscription: string) =>
  (await database.query('select attempts, error from ai.dead_letters where subscription = $1', [subscription]))[0];

const soon = { base_ms: 1, factor: 1, max_ms: 1, jitter: 0 };
const EFFECT = 'insert into public.effect values ($1, $2, $3)';

const handlers = handlersOf((registry) => {
  const on = { trigger: 'post', entity: 'user', backoff: soon } as const;
  registry.register({
    ...on,
    action: 'create',
    handler: (ctx) => {
      const { event, payload, attempt, maxAttempts, id, deadline, trace } = ctx;
      seen.push({
        who: 'plain',
        topic: event.topic,
        key: event.key,
        payload,
        attempt,
        maxAttempts,
        id,
        deadline,
        trace: trace.traceparent,
      });
      ctx.log.info('told');
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'failing-once',
    handler: async (ctx) => {
      const n = countTry('failing-once');
      await ctx.db.query(EFFECT, ['failing-once', ctx.event.id, n]);
      await ctx.autocommit.query(EFFECT, ['failing-once, outside', ctx.event.id, n]);
      if (n === 1) throw new Error('not yet');
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'commits-itself',
    maxAttempts: 2,
    handler: async (ctx) => {
      await ctx.db.query(EFFECT, ['commits-itself', ctx.event.id, ctx.attempt]);
      const said: string[] = [];
      const refused = (error: Error): void => void said.push(error.message);
      await ctx.db.query('/* now */ commit').catch(refused);
      await ctx.db.query('select 1; rollback; begin').catch(refused);
      await ctx.autocommit.query('begin').catch(refused);
      await ctx.db.query('savepoint a; rollback to a');
      seen.push({ who: 'commits-itself', said });
      if (ctx.attempt === 1) throw new Error('not yet');
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'poison',
    maxAttempts: 3,
    handler: async (ctx) => {
      await ctx.db.query(EFFECT, ['poison', ctx.event.id, ctx.attempt]);
      throw new TypeError(`no good, ${ctx.attempt}`);
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'gives-up',
    handler: () => {
      countTry('gives-up');
      throw new GiveUp('it has no address');
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'later',
    maxAttempts: 2,
    handler: (ctx) => {
      seen.push({ who: 'later', attempt: ctx.attempt });
      if (countTry('later') < 5) throw new TryLater('busy', 1);
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'once',
    handler: async (ctx) => {
      const n = countTry('once');
      const got = await ctx.once('step', (id) => {
        seen.push({ who: 'once', id });
        return { n };
      });
      seen.push({ who: 'once', got });
      if (n < 3) throw new Error('again');
    },
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'strict',
    schema: z.object({ id: z.number(), email: z.email(), at: z.coerce.date().default(new Date(0)) }),
    handler: ({ payload }) => seen.push({ who: 'strict', payload }),
  });
  registry.register({
    ...on,
    action: 'create',
    name: 'slow',
    maxAttempts: 1,
    timeoutMs: 50,
    handler: async (ctx) => {
      await ctx.db.query(EFFECT, ['slow', ctx.event.id, 1]).catch(() => {});
      if (!ctx.signal.aborted) await new Promise((done) => ctx.signal.addEventListener('abort', done));
      const aborted = ctx.signal.reason;
      const late = await Promise.allSettled([ctx.db.query('select 1'), ctx.autocommit.query('select 1')]);
      seen.push({ who: 'slow', aborted: String(aborted), late: late.map(({ status }) => status) });
    },
  });
  registry.register({
    ...on,
    action: 'update',
    name: 'batch',
    batchSize: 10,
    maxAttempts: 2,
    handler: async (ctx) => {
      seen.push({ who: 'batch', emails: ctx.events.map(({ payload }) => payload.email), attempt: ctx.attempt });
      for (const { id } of ctx.events) await ctx.db.query(EFFECT, ['batch', id, ctx.attempt]);
      if (ctx.events.some(({ payload }) => payload.email === 'bad@x')) throw new Error('one of them is bad');
    },
  });
});

beforeAll(async () => {
  await stage.start({ handlers, relay: false });
  await database.query(`set pg_ai.trace_id = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'`);
  await mutate(database, 'create', 'users', { id: 1, email: 'one@example.org', secret: 's3cret' });
  await database.query('reset pg_ai.trace_id');
  await stage.relay();
});

test('a handler gets the event after commit, typed and without what is protected', async () => {
  await stage.settled('user.create');
  expect(seenBy('plain')).toEqual([
    {
      who: 'plain',
      topic: 'public.users.create',
      key: { id: 1 },
      payload: { id: 1, email: 'one@example.org' },
      attempt: 1,
      maxAttempts: 25,
      id: expect.stringMatching(/^user\.create:\d+$/),
      deadline: expect.any(Date),
      trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  ]);
  expect(stage.logs.find(({ msg }) => msg === 'told')).toMatchObject({
    subscription: 'user.create',
    topic: 'public.users.create',
    attempt: 1,
    trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
});

test('what a handler does through ctx.db commits with "done", and goes with an attempt that fails', async () => {
  await stage.settled('failing-once');
  expect((await effectsOf('failing-once')).map(({ n }) => n)).toEqual([2]);
  expect((await effectsOf('failing-once, outside')).map(({ n }) => n)).toEqual([1, 2]);
  expect(await database.query(`select key from ai_private.delivery_done where subscription = 'failing-once'`)).toEqual([
    { key: '' },
  ]);
});

test('a handler can neither commit nor take back by itself what goes with "done"', async () => {
  await stage.settled('commits-itself');
  const said = [
    expect.stringContaining('"commit" is not for ctx.db: it commits together with "done"'),
    expect.stringContaining('"rollback" is not for ctx.db'),
    expect.stringContaining('"begin" is not for ctx.autocommit'),
  ];
  expect(seenBy('commits-itself')).toEqual([
    { who: 'commits-itself', said },
    { who: 'commits-itself', said },
  ]);
  expect(await effectsOf('commits-itself')).toEqual([{ event: expect.anything(), n: 2 }]);
});

test('a poisoned handler is tried as often as it may be, and becomes a dead letter with its last error', async () => {
  await stage.settled('poison');
  expect(await deadLetter('poison')).toEqual({ attempts: 3, error: 'TypeError: no good, 3' });
  expect(await effectsOf('poison')).toEqual([]);
});

test('one that gives up is not tried again', async () => {
  await stage.settled('gives-up');
  expect(tries.get('gives-up')).toBe(1);
  expect(await deadLetter('gives-up')).toEqual({ attempts: 1, error: 'GiveUp: it has no address' });
});

test('"later" does not count as an attempt', async () => {
  await stage.settled('later');
  expect(seenBy('later').map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  expect(await deadLetter('later')).toBeUndefined();
});

test('a step that is done once is not done again by later attempts, which get its result', async () => {
  await stage.settled('once');
  expect(seenBy('once')).toEqual([
    { who: 'once', id: expect.stringMatching(/^once:\d+:step$/) },
    { who: 'once', got: { n: 1 } },
    { who: 'once', got: { n: 1 } },
    { who: 'once', got: { n: 1 } },
  ]);
});

test('a payload is what its schema makes of it; one that does not fit is a dead letter at once', async () => {
  await mutate(database, 'create', 'users', { id: 2, email: 'nobody' });
  await stage.relay();
  await stage.settled('strict');
  expect(seenBy('strict')).toEqual([{ who: 'strict', payload: { id: 1, email: 'one@example.org', at: new Date(0) } }]);
  expect(await deadLetter('strict')).toEqual({
    attempts: 1,
    error: expect.stringMatching(
      /^GiveUp: the payload of event \d+ \(public\.users\.create\) is not as expected: .*email/s,
    ),
  });
});

test('an attempt ends at its deadline, whatever the handler does', async () => {
  await stage.settled('slow');
  expect(await deadLetter('slow')).toEqual({
    attempts: 1,
    error: 'Error: the attempt took longer than timeout_ms (50)',
  });
  await until(() => seenBy('slow').length > 0);
  expect(seenBy('slow')[0]).toEqual({
    who: 'slow',
    aborted: 'Error: the attempt took longer than timeout_ms (50)',
    late: ['rejected', 'rejected'],
  });
  expect(await effectsOf('slow')).toEqual([]);
});

test('a batch is one attempt; when it fails, the bad event alone is given up', async () => {
  for (const email of ['a@x', 'b@x', 'c@x']) await mutate(database, 'update', 'users', { id: 1, email });
  await stage.relay();
  await stage.settled('batch');
  expect(seenBy('batch')).toEqual([{ who: 'batch', emails: ['a@x', 'b@x', 'c@x'], attempt: 1 }]);
  for (const email of ['d@x', 'bad@x', 'e@x']) await mutate(database, 'update', 'users', { id: 1, email });
  await stage.relay();
  await stage.settled('batch');
  const [, whole, ...single] = seenBy('batch');
  expect(whole).toEqual({ who: 'batch', emails: ['d@x', 'bad@x', 'e@x'], attempt: 1 });
  expect(single.map(({ emails }) => emails).toSorted()).toEqual([['bad@x'], ['d@x'], ['e@x']]);
  expect(await deadLetter('batch')).toEqual({ attempts: 2, error: 'Error: one of them is bad' });
  expect(await effectsOf('batch')).toHaveLength(5);
});

test('what has its handler in another worker waits for that one, and a subscription that is gone takes its jobs along', async () => {
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('elsewhere', '{**}', 'job', '{"task": "elsewhere"}')`,
  );
  await mutate(database, 'create', 'users', { id: 3, email: 'three@x' });
  await stage.relay();
  await stage.settled('user.create');
  const waiting = `select attempts from graphile_worker.jobs where task_identifier = 'pg_ai.job:elsewhere'`;
  expect(await database.query(waiting)).toEqual([{ attempts: 0 }]);
  await database.query(`delete from ai.subscriptions where name = 'elsewhere'`);
  await stage.start({
    handlers: handlersOf((registry) =>
      registry.register({
        trigger: 'post',
        entity: 'nothing.here',
        action: '*',
        name: 'elsewhere',
        startAt: 'now',
        handler: () => {},
      }),
    ),
    relay: false,
  });
  await until(async () => (await database.query(waiting)).length === 0);
});

test('few events go from the relay to the runner of the same process without being read again', async () => {
  const told: unknown[] = [];
  const worker = await stage.start({
    handlers: handlersOf((registry) =>
      registry.register({
        trigger: 'post',
        entity: 'user',
        action: 'create',
        name: 'told',
        handler: ({ payload }) => void told.push(payload),
      }),
    ),
    deliveries: {},
  });
  // Who asks is refused, and tries again after seconds. The relay may once be slower to tell than another connection is to get the job.
  await database.query('revoke select on ai.event_log from ai_worker');
  for (let id = 900; told.length === 0; id++) {
    await mutate(database, 'create', 'users', { id, email: 'told@x.vn' });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await database.query('grant select on ai.event_log to ai_worker');
  expect(told[0]).toMatchObject({ email: 'told@x.vn' });
  await worker.stop();
});
