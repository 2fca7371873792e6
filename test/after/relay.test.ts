import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { EVENT_TEXTS, type EventText } from '../../workers/runner/events.ts';
import { useTables } from '../guarantees/fixture.ts';
import { type TestDatabase, useDatabase } from '../support/database.ts';
import { type Runner, rowsOf } from '../support/declare.ts';
import { jobsOf, prepareJobs } from '../support/jobs.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();
beforeAll(() => prepareJobs(database));
useTables(
  database,
  `create table public.users (id int primary key, n int);
   comment on table public.users is '{"operations": {"create": {"required": ["id"], "optional": ["n"]}, "update": {"optional": ["n"]}, "delete": true}}';`,
);

type Round = { handed_on: string; looked_at: string; unfinished: boolean };
const relay = async (runner: Runner = database, most = 1000): Promise<Round> =>
  (
    await rowsOf<Round>(runner, 'select handed_on, looked_at, unfinished from ai_private.relay_jobs($1)', [most])
  )[0] as Round;

/** Until nothing is left. */
const drain = async (runner: Runner = database, most = 1000): Promise<void> => {
  while ((await relay(runner, most)).looked_at !== '0');
};

let names = 0;
/** A subscription of its own for each test, so that they do not see each other's jobs. */
async function subscribe(row: Record<string, unknown> = {}): Promise<string> {
  const name = `s${++names}`;
  const { topics = ['**'], start_at = 'now', filter = null, ordered = false, paused = false, batch_size = 1 } = row;
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, start_at, filter, ordered, paused, batch_size)
     values ($1, $2, 'job', '{"task": "handle"}', $3, $4, $5, $6, $7)`,
    [name, topics, start_at, filter, ordered, paused, batch_size],
  );
  return name;
}

const emit = async (runner: Runner, topic: string, payload: object = {}, key: object | null = null): Promise<string> =>
  (
    await rowsOf<{ id: string }>(runner, 'select ai.emit_event($1, $2, $3) as id', [
      topic,
      JSON.stringify(payload),
      key === null ? null : JSON.stringify(key),
    ])
  )[0]?.id ?? '';

const eventsOf = async (name: string, db: TestDatabase = database): Promise<string[]> =>
  (await jobsOf(db, name)).flatMap(
    ({ payload }) => (payload.events as string[] | undefined) ?? [String(payload.event)],
  );

const begin = async (): Promise<pg.Client> => {
  const client = await database.client();
  await client.query('begin');
  return client;
};

test('a round tells the events that it hands on, where they are few and small, as the runner reads them', async () => {
  await subscribe({ topics: ['told.*'] });
  await subscribe({ topics: ['told.*'], filter: `payload ->> 'n' = '1'` });
  const told = async (tell = 4): Promise<EventText[] | undefined> =>
    (
      await database.query<{ told: EventText[] }>('select told from ai_private.relay_jobs(tell => $1)', [tell])
    )[0]?.told.toSorted((a, b) => Number(a.id) - Number(b.id));
  await drain();
  expect(await told()).toEqual([]);
  for (let n = 1; n <= 2; n++) await emit(database, 'told.come', { n, text: '"\\ễ' }, { id: n });
  await emit(database, 'told.large', { text: Array.from({ length: 9000 }, (_, n) => `${n}`).join() });
  const last = `(select max(id) from ai.event_log)`;
  const events = await database.query(
    EVENT_TEXTS.replace(/where.*/s, `where id > ${last} - 3 and id < ${last} order by id`),
  );
  // The first is wanted by both.
  expect(await told()).toEqual([events[0], ...events]);
  for (let n = 0; n < 5; n++) await emit(database, 'told.come');
  expect(await told()).toEqual([]);
  await emit(database, 'told.come');
  expect(await told(0)).toEqual([]);
});

test('a mutation and an emitted event become jobs of those who want them', async () => {
  const name = await subscribe({ topics: ['public.users.create', 'order.*'] });
  await mutate(database, 'create', 'users', { id: 1 });
  await mutate(database, 'update', 'users', { id: 1, n: 2 });
  const paid = await emit(database, 'order.paid', { total: 7 });
  await relay();
  const [created, emitted, ...others] = await jobsOf(database, name);
  expect(others).toEqual([]);
  expect(created).toMatchObject({ task: 'pg_ai.job:handle', queue: null, max_attempts: 32767 });
  expect(created?.key).toBe(`${name}:${created?.payload.event}`);
  const [event] = await database.query('select at from ai.event_log where id = $1', [paid]);
  expect(emitted?.payload).toEqual({ subscription: name, event: paid, at: expect.any(String) });
  expect(await database.query('select $1::timestamptz = $2 as same', [emitted?.payload.at, event?.at])).toBeTruthy();
  expect(await relay()).toEqual({ handed_on: '0', looked_at: '0', unfinished: false });
});

test('what commits late is neither skipped nor waited for, and comes once', async () => {
  const name = await subscribe();
  const late = await begin();
  const first = await emit(late, 'late.first');
  const handed: string[] = [];
  for (let n = 0; n < 5; n++) {
    handed.push(await emit(database, 'other.done'));
    await relay();
    expect(await eventsOf(name)).toEqual(handed);
  }
  const second = await emit(late, 'late.second');
  await late.query('commit');
  handed.push(await emit(database, 'other.done'));
  await relay();
  expect((await eventsOf(name)).toSorted()).toEqual([...handed, first, second].toSorted());
  expect((await jobsOf(database, name)).map(({ revision }) => revision)).toEqual(Array(8).fill(0));
  await late.end();
});

test('nor is what began last and commits after a round in which nothing else happened', async () => {
  const name = await subscribe();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    const last = await begin();
    ids.push(await emit(last, 'late.last'));
    await relay();
    await relay();
    await last.query('commit');
    await relay();
    expect(await eventsOf(name)).toEqual(ids);
    await last.end();
  }
});

test('so do several that commit in another order than they began, in a window that is handed on in pieces', async () => {
  const name = await subscribe();
  const open = await Promise.all([begin(), begin(), begin()]);
  const emitted: string[] = [];
  for (const client of open) emitted.push(await emit(client, 'late.one'));
  for (let n = 0; n < 10; n++) emitted.push(await emit(database, 'other.done'));
  await relay(database, 3);
  await open[2]?.query('commit');
  for (let n = 0; n < 3; n++) emitted.push(await emit(database, 'other.done'));
  await relay(database, 3);
  await open[0]?.query('commit');
  await relay(database, 3);
  await open[1]?.query('rollback');
  emitted.splice(1, 1);
  await drain(database, 3);
  expect((await eventsOf(name)).map(Number).toSorted((a, b) => a - b)).toEqual(
    emitted.map(Number).toSorted((a, b) => a - b),
  );
  expect((await jobsOf(database, name)).every(({ revision }) => revision === 0)).toBe(true);
  for (const client of open) await client.end();
});

test('events of one row are in order, also where the transaction that began first writes last', async () => {
  const name = await subscribe({ topics: ['public.users.*'], ordered: true });
  await mutate(database, 'create', 'users', { id: 50, n: 0 });
  const early = await begin();
  // Its transaction id is lower than those that follow.
  await mutate(early, 'create', 'users', { id: 51 });
  await mutate(database, 'update', 'users', { id: 50, n: 1 });
  await mutate(early, 'update', 'users', { id: 50, n: 2 });
  await early.query('commit');
  await mutate(database, 'update', 'users', { id: 50, n: 3 });
  await relay();
  const jobs = await jobsOf(database, name);
  const queue = jobs[0]?.queue;
  expect(queue).toMatch(new RegExp(`^${name}:[0-9]+$`));
  const own = jobs.filter((job) => job.queue === queue).map(({ payload }) => payload.event);
  const rows = await database.query(
    `select payload ->> 'n' as n from unnest($1::bigint[]) with ordinality as w (id, position) join ai.event_log e using (id) order by position`,
    [own],
  );
  expect(rows.map(({ n }) => n)).toEqual(['0', '1', '2', '3']);
  expect(jobs.every(({ payload, queue: its }) => payload.queue === its)).toBe(true);
  await early.end();
});

test('several relays at once: thousands of events, none missing, none twice, order kept', {
  timeout: 120_000,
}, async () => {
  const plain = await subscribe({ topics: ['load.*'] });
  const ordered = await subscribe({ topics: ['load.*'], ordered: true });
  const writers = await Promise.all(Array.from({ length: 4 }, () => database.client()));
  const relays = await Promise.all(Array.from({ length: 3 }, () => database.client()));
  let writing = true;
  const relaying = relays.map(async (client, i) => {
    let rounds = 0;
    while (writing || (await relay(client, 50 + i * 37)).looked_at !== '0') {
      await relay(client, 50 + i * 37);
      rounds++;
    }
    return rounds;
  });
  await Promise.all(
    writers.map(async (client, i) => {
      for (let n = 0; n < 75; n++) {
        await client.query('begin');
        await client.query(
          `select ai.emit_event('load.w${i}', jsonb_build_object('n', $1::int + g), jsonb_build_object('key', $2::int + g % 7)) from generate_series(1, 10) as g`,
          [n * 10, i * 7],
        );
        await client.query(n % 9 === 0 ? 'rollback' : 'commit');
      }
    }),
  );
  writing = false;
  await Promise.all(relaying);
  await drain();
  const written = await database.query<{ id: string }>(
    `select e.id::text from ai.event_log e where e.topic like 'load.%' order by e.id`,
  );
  expect(written).toHaveLength(4 * (75 - 9) * 10);
  for (const name of [plain, ordered]) {
    const jobs = await jobsOf(database, name);
    expect(jobs.map(({ payload }) => BigInt(String(payload.event))).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      written.map(({ id }) => BigInt(id)),
    );
    expect(jobs.filter(({ revision }) => revision > 0)).toEqual([]);
  }
  const [{ disorder } = {}] = await database.query(
    `select count(*) as disorder from (
       select e.id < lag(e.id) over (partition by e.row_key order by j.run_at) as wrong
       from graphile_worker.jobs j join ai.event_log e on j.key = $1 || ':' || e.id) as o
     where wrong`,
    [ordered],
  );
  expect(disorder).toBe('0');
  const [{ taken } = {}] = await database.query(
    `select sum(taken) as taken from ai_private.subscription_cursor where subscription = any ($1)`,
    [[plain, ordered]],
  );
  expect(taken).toBe(String(2 * written.length));
  for (const client of [...writers, ...relays]) await client.end();
});

test('it starts now, at the beginning or with an event', async () => {
  const before = await emit(database, 'start.before');
  const from = await emit(database, 'start.from');
  const now = await subscribe({ topics: ['start.*'] });
  const beginning = await subscribe({ topics: ['start.*'], start_at: 'beginning' });
  const at = await subscribe({ topics: ['start.*'], start_at: from });
  const after = await emit(database, 'start.after');
  await drain();
  expect(await eventsOf(now)).toEqual([after]);
  expect(await eventsOf(beginning)).toEqual([before, from, after]);
  expect(await eventsOf(at)).toEqual([from, after]);
});

test.each(['read committed', 'repeatable read'])(
  'under %s, a subscription gets what its own transaction writes, and what was under way',
  async (isolation) => {
    const open = await begin();
    const ids = [await emit(open, 'own.under.way')];
    const client = await database.client();
    await client.query(`begin isolation level ${isolation}`);
    await client.query(`select 1`);
    const between = await emit(database, 'own.between');
    ids.push(await emit(client, 'own.before'));
    await client.query(
      `insert into ai.subscriptions (name, topics, delivery, settings) values ('own', '{own.**}', 'job', '{"task": "x"}')`,
    );
    ids.push(await emit(client, 'own.after'));
    await client.query('commit');
    await open.query('commit');
    await relay();
    // What commits while a REPEATABLE READ transaction runs comes after its "now".
    const expected = isolation === 'read committed' ? ids : [...ids, between];
    expect((await eventsOf('own')).toSorted()).toEqual(expected.toSorted());
    await database.query(`delete from graphile_worker._private_jobs`);
    await database.query(`delete from ai.subscriptions where name = 'own'`);
    await client.end();
    await open.end();
  },
);

test('a paused one gets nothing until it goes on, and then all', async () => {
  const name = await subscribe({ topics: ['pause.*'], paused: true });
  const ids = [await emit(database, 'pause.one'), await emit(database, 'pause.two')];
  await relay();
  expect(await eventsOf(name)).toEqual([]);
  await database.query('update ai.subscriptions set paused = false where name = $1', [name]);
  await relay();
  expect(await eventsOf(name)).toEqual(ids);
});

test('topics and filter decide, also after they change', async () => {
  const name = await subscribe({ topics: ['"odd.one".*', 'deep.**'], filter: `(payload ->> 'n')::int > 1` });
  const emitted = new Map<string, string>();
  const all = async () => {
    for (const topic of ['"odd.one".x', '"odd.one".x.y', 'odd.one', 'deep', 'deep.a', 'deep.a.b'])
      for (const n of [1, 2]) emitted.set(await emit(database, topic, { n }), `${topic} ${n}`);
    await relay();
  };
  const got = async () => (await eventsOf(name)).map((id) => emitted.get(id));
  await all();
  expect(await got()).toEqual(['"odd.one".x 2', 'deep.a 2', 'deep.a.b 2']);
  await database.query(`update ai.subscriptions set topics = '{deep}', filter = null where name = $1`, [name]);
  await all();
  expect((await got()).slice(3)).toEqual(['deep 1', 'deep 2']);
});

test('batches hold up to batch_size events, those of ordered ones of one queue', async () => {
  const plain = await subscribe({ topics: ['batch.*'], batch_size: 4 });
  const ordered = await subscribe({ topics: ['batch.*'], batch_size: 4, ordered: true });
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(await emit(database, 'batch.one', { n }, { key: n % 2 }));
  await relay();
  const jobs = await jobsOf(database, plain);
  expect(jobs.map(({ payload }) => payload.events)).toEqual([ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)]);
  expect(jobs[0]?.payload).toMatchObject({ from: expect.any(String), until: expect.any(String) });
  expect(jobs[0]?.key).toBe(`${plain}:${ids[0]}`);
  expect((await jobsOf(database, ordered)).map(({ payload }) => payload.events).toSorted()).toEqual(
    [[0, 2, 4, 6], [1, 3, 5, 7], [8], [9]].map((some) => some.map((n) => ids[n])).toSorted(),
  );
});

test('an event on which the filter fails becomes a dead letter, and the others go on', async () => {
  const name = await subscribe({ topics: ['poison.*'], filter: `(payload ->> 'n')::int > 0` });
  const ids: string[] = [];
  for (const n of [1, 'x', 2, 3, 'y', 4]) ids.push(await emit(database, 'poison.one', { n }));
  await drain();
  expect(await eventsOf(name)).toEqual([0, 2, 3, 5].map((n) => ids[n]));
  expect(
    await database.query(`select event_id, error from ai.dead_letters where subscription = $1 order by 1`, [name]),
  ).toEqual([
    { event_id: ids[1], error: 'the filter fails: invalid input syntax for type integer: "x"' },
    { event_id: ids[4], error: 'the filter fails: invalid input syntax for type integer: "y"' },
  ]);
});

test('moments and dates of a filter without a zone mean the same in every session', async () => {
  const client = await database.client();
  await client.query(`set timezone = 'Asia/Ho_Chi_Minh'; set datestyle = 'SQL, DMY'`);
  const name = await subscribe({ topics: ['order.*'] });
  await client.query(
    `update ai.subscriptions set filter = $$'02/03/2026 12:00'::timestamptz = '2026-02-03 12:00Z' and at > '2026-01-01'$$ where name = $1`,
    [name],
  );
  const id = await emit(client, 'order.paid');
  await relay(client);
  expect(await eventsOf(name)).toEqual([id]);
  expect(await rowsOf(client, 'select state from ai.deliveries($1) where subscription = $2', [id, name])).toEqual([
    { state: 'handed on' },
  ]);
  await client.end();
});

test('a taker that is broken holds up its own subscription only, and tells why', async () => {
  const broken = await subscribe({ topics: ['broken.*'] });
  const other = await subscribe({ topics: ['broken.*'] });
  await database.query(
    `drop function ai_gen."taker:${broken}"(pg_snapshot, xid8, bigint, pg_snapshot, xid8, bigint, bigint, integer, boolean, boolean)`,
  );
  const id = await emit(database, 'broken.one');
  await relay();
  expect(await eventsOf(other)).toEqual([id]);
  const status = () => database.query(`select state, problem, waiting from ai.status() where name = $1`, [broken]);
  expect(await status()).toEqual([
    { state: 'failing', problem: expect.stringContaining('does not exist'), waiting: '1' },
  ]);
  // Writing the row anew mends it; the pause before the next attempt is over at once.
  await database.query(`update ai.subscriptions set topics = '{broken.**}' where name = $1`, [broken]);
  await relay();
  expect(await eventsOf(broken)).toEqual([id]);
  expect(await status()).toEqual([{ state: 'running', problem: null, waiting: '0' }]);
});

describe('dead letters', () => {
  const give_up = (name: string, id: string) =>
    database.query(
      `insert into ai.dead_letters (subscription, event_id, event_at, attempts, error) select $1, id, at, 25, 'boom' from ai.event_log where id = $2`,
      [name, id],
    );

  test('one or all are tried again, and counted until then', async () => {
    const name = await subscribe({ topics: ['dead.*'] });
    const ids = [
      await emit(database, 'dead.one'),
      await emit(database, 'dead.two'),
      await emit(database, 'dead.three'),
    ];
    await relay();
    await database.query('delete from graphile_worker._private_jobs');
    for (const id of ids) await give_up(name, id);
    expect(
      await database.query(`select waiting, problem from ai.status() where about = 'dead letters' and name = $1`, [
        name,
      ]),
    ).toEqual([{ waiting: '3', problem: 'boom' }]);
    expect(await database.query('select ai.retry_dead_letters($1, $2) as n', [name, ids[1]])).toEqual([{ n: '1' }]);
    await relay();
    expect(await eventsOf(name)).toEqual([ids[1]]);
    expect(await database.query('select ai.retry_dead_letters($1) as n', [name])).toEqual([{ n: '2' }]);
    await relay();
    expect((await eventsOf(name)).toSorted()).toEqual(ids);
    expect(await database.query('select from ai.dead_letters where subscription = $1', [name])).toEqual([]);
  });

  test('are dropped on request, and come back where their event is gone', async () => {
    const name = await subscribe({ topics: ['dead.*'] });
    const id = await emit(database, 'dead.one');
    await give_up(name, id);
    expect(await database.query('select ai.drop_dead_letters($1) as n', [name])).toEqual([{ n: '1' }]);
    await database.query(`insert into ai.dead_letters values ($1, 999999999, now(), 1, 'boom')`, [name]);
    await database.query('select ai.retry_dead_letters($1)', [name]);
    await relay();
    expect(await database.query('select error from ai.dead_letters where subscription = $1', [name])).toEqual([
      { error: 'the event is no longer in the log' },
    ]);
  });

  test.each(['retry_dead_letters', 'drop_dead_letters'])('%s wants to know a subscription', async (name) => {
    const { code, hint } = await refusal(database.query(`select ai.${name}('nobody')`));
    expect([code, hint]).toEqual(['PI403', expect.stringContaining('s1')]);
  });
});

test('a replay delivers again from an event on, also what is done', async () => {
  const name = await subscribe({ topics: ['again.*'] });
  const ids = [
    await emit(database, 'again.one'),
    await emit(database, 'again.two'),
    await emit(database, 'again.three'),
  ];
  await relay();
  await database.query('delete from graphile_worker._private_jobs');
  for (const id of ids)
    await database.query(`insert into ai_private.delivery_done (subscription, event_id, key) values ($1, $2, '')`, [
      name,
      id,
    ]);
  await database.query('select ai.replay($1, $2)', [name, ids[1]]);
  await relay();
  expect(await eventsOf(name)).toEqual(ids.slice(1));
  expect(await database.query(`select event_id from ai_private.delivery_done where subscription = $1`, [name])).toEqual(
    [{ event_id: ids[0] }],
  );
});

test('a replay from an event that was not found replays nothing', async () => {
  const name = await subscribe();
  await emit(database, 'order.paid');
  await drain();
  const before = await eventsOf(name);
  expect(
    (
      await refusal(
        database.query('select ai.replay($1, (select min(event_id) from ai.dead_letters where false))', [name]),
      )
    ).code,
  ).toBe('PI404');
  await drain();
  expect(await eventsOf(name)).toEqual(before);
});

test('what has become of an event is told whatever filters do on it', async () => {
  const name = await subscribe({
    filter: `('x' || topic)::varchar(3) = 'x' or power(10::numeric, 200000 + length(topic)) > 0`,
  });
  const other = await subscribe();
  const id = await emit(database, 'order.paid');
  const rows = await database.query<{ subscription: string }>('select subscription from ai.deliveries($1)', [id]);
  expect(rows.map(({ subscription }) => subscription)).toEqual(expect.arrayContaining([name, other]));
  await database.query('delete from ai.subscriptions where name = $1', [name]);
});

test('after a dump has been restored in another cluster it goes on, and nothing is missing', async () => {
  const name = await subscribe({ topics: ['moved.*'] });
  const before = await emit(database, 'moved.before');
  await relay();
  const waiting = await emit(database, 'moved.waiting');
  // As restored: transaction ids of a cluster that was much older, in rows and in the cursor.
  await database.query(`update ai.event_log set transaction = (transaction::text::bigint + 1000000000)::text::xid8`);
  await database.query(
    `update ai_private.subscription_cursor set cluster = '1', seen_boundary = (seen_boundary::text::bigint + 1000000000)::text::xid8, seen = format('%s:%s:', pg_snapshot_xmin(seen)::text::bigint + 1000000000, pg_snapshot_xmax(seen)::text::bigint + 1000000000)::pg_snapshot`,
  );
  const fresh = await emit(database, 'moved.fresh');
  await relay();
  expect(await eventsOf(name)).toEqual([before, waiting, fresh]);
  const later = await emit(database, 'moved.later');
  await relay();
  expect(await eventsOf(name)).toEqual([before, waiting, fresh, later]);
  // What was handed on last before the dump may come once more; what comes after it may not.
  expect((await jobsOf(database, name)).map(({ revision }) => revision).slice(2)).toEqual([0, 0]);
});

test('a transaction that began with a snapshot of its own is refused', async () => {
  const client = await database.client();
  await client.query('begin isolation level repeatable read');
  expect((await refusal(relay(client))).code).toBe('PI401');
  await client.end();
});

describe('a subscription whose filter takes long', () => {
  const state = async (name: string): Promise<{ apart: number; failures: number; error: string | null }> =>
    (
      await database.query<{ apart: number; failures: number; error: string | null }>(
        'select apart, failures, error from ai_private.subscription_cursor where subscription = $1',
        [name],
      )
    )[0] as never;
  const apart = (name: string): Promise<unknown> =>
    database.query(`select ai_private.set_apart($1, 'stopped', 1000)`, [name]);
  const alone = (name: string): Promise<Round[]> =>
    rowsOf<Round>(database, 'select handed_on, looked_at, unfinished from ai_private.relay_jobs(1000, $1)', [name]);

  test('is taken by itself, in pieces that grow again, and then with the others', async () => {
    const name = await subscribe({ filter: `topic <> 'x'` });
    await apart(name);
    const ids: string[] = [];
    for (let n = 0; n < 150; n++) ids.push(await emit(database, 'order.paid'));
    await drain();
    expect(await eventsOf(name)).toEqual([]);
    expect(await database.query('select * from ai_private.apart($1)', [['job']])).toEqual([
      { subscription: name, delivery: 'job' },
    ]);
    expect(await alone(name)).toEqual([{ handed_on: '125', looked_at: '125', unfinished: true }]);
    expect((await state(name)).apart).toBe(250);
    await alone(name);
    expect((await state(name)).apart).toBe(500);
    ids.push(await emit(database, 'order.paid'));
    await alone(name);
    expect(await state(name)).toEqual({ apart: 0, failures: 0, error: null });
    ids.push(await emit(database, 'order.paid'));
    await drain();
    expect(await eventsOf(name)).toEqual(ids);
  });

  test('is found by the time that it took, and told', async () => {
    // Seconds, where a quarter of one is enough.
    const name = await subscribe({
      filter: [31000, 31001, 31002].map((n) => `factorial(${n} + length(topic)) > 0`).join(' and '),
    });
    await emit(database, 'order.paid');
    await drain();
    expect((await state(name)).apart).toBeGreaterThan(0);
    const [told] = await database.query('select state, problem from ai.status() where name = $1', [name]);
    expect(told).toMatchObject({ state: 'running', problem: expect.stringContaining('its filter takes long') });
    await database.query('delete from ai.subscriptions where name = $1', [name]);
  });

  test('is tried again after pauses where one event is too much, which becomes a dead letter at last; the others go on', async () => {
    const name = await subscribe({ filter: `topic <> 'x'` });
    const id = await emit(database, 'order.paid');
    for (let n = 0; n < 12; n++) await apart(name);
    expect(await state(name)).toMatchObject({ apart: 1, error: expect.stringContaining('its filter was stopped') });
    expect((await state(name)).failures).toBe(9);
    await database.query(`update ai_private.subscription_cursor set retry_at = '-infinity' where subscription = $1`, [
      name,
    ]);
    await alone(name);
    expect(await database.query('select event_id, error from ai.dead_letters where subscription = $1', [name])).toEqual(
      [{ event_id: id, error: expect.stringContaining('its filter was stopped') }],
    );
    const next = await emit(database, 'order.paid');
    expect(await state(name)).toMatchObject({ apart: 1, failures: 8 });
    // The window that is open ends, and the next one begins.
    for (let n = 0; n < 3; n++) await alone(name);
    expect(await eventsOf(name)).toEqual([next]);
    expect(await state(name)).toMatchObject({ failures: 0, error: null });
  });

  test('is not one without a filter', async () => {
    const name = await subscribe();
    await apart(name);
    expect(await state(name)).toEqual({ apart: 0, failures: 0, error: null });
  });
});
