import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_TEXTS, Events, type EventText, type Wanted } from '../../workers/runner/events.ts';
import { useDatabase } from '../support/database.ts';

/** What the runner reads of the event log, and how often. */
const database = useDatabase();
let pool: pg.Pool;
let statements = 0;
beforeAll(() => {
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  pool.query = ((...args: unknown[]) => {
    statements++;
    return query(...args);
  }) as typeof pool.query;
});
afterAll(() => pool.end());

const emitted = async (events: number): Promise<Wanted> =>
  (
    await database.query<Wanted & Record<string, unknown>>(
      `with e as (select ai.emit_event('read.me', jsonb_build_object('n', n)) as id from generate_series(1, $1::int) n)
       select array_agg(id::text) as ids, to_json(now()) #>> '{}' as from, to_json(now()) #>> '{}' as until from e`,
      [events],
    )
  )[0] as Wanted;
const numbers = async (events: Events, wanted: Wanted): Promise<unknown[]> =>
  (await events.load(wanted)).map(({ payload }) => (payload as { n: number }).n);

/** What the relay would tell of them. */
const textsOf = async ({ ids, from, until }: Wanted): Promise<EventText[]> =>
  (await database.query(EVENT_TEXTS, [ids, from, until])) as unknown as EventText[];

test.each([true, false])('what jobs ask for is read together, and once (prepared statements: %s)', async (prepared) => {
  const events = new Events(pool, prepared);
  const wanted = await emitted(3);
  const before = statements;
  events.prefetch(wanted.ids.map((id) => ({ ...wanted, ids: [id] })));
  expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
  expect(statements - before).toBe(1);
  // What is read has been given up: it is read again.
  expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
  expect(statements - before).toBe(2);
});

test('what was announced is there when its job comes, without a statement, for as many as ask in time', async () => {
  const events = new Events(pool, true);
  const wanted = await emitted(3);
  const before = statements;
  events.announce(await textsOf(wanted));
  const each = wanted.ids.map((id) => ({ ...wanted, ids: [id] }));
  events.prefetch([...each, ...each]);
  for (let n = 0; n < 2; n++) expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
  expect(statements - before).toBe(0);
  expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
  expect(statements - before).toBe(1);
});

test('of what is announced and not asked for, as others have its jobs, a hundred are held', async () => {
  const events = new Events(pool, true);
  const announced: Wanted[] = [];
  expect(events.room).toBe(16);
  while (events.room > 0) {
    announced.push(await emitted(16));
    events.announce((await textsOf(announced.at(-1) as Wanted)).slice(0, events.room));
  }
  expect(announced).toHaveLength(7);
  const before = statements;
  const all = Array.from({ length: 16 }, (_, n) => n + 1);
  for (const wanted of announced) expect(await numbers(events, wanted)).toEqual(all);
  // The last ones were too many.
  expect(statements - before).toBe(1);
  expect(events.room).toBe(16);
});

test('what could not be read is read when it is asked for', async () => {
  const gone = new pg.Pool({ connectionString: database.url.replace(/[^/]+$/, 'no_such_database') });
  const events = new Events(gone, true);
  const wanted = await emitted(1);
  events.prefetch([wanted]);
  await expect(events.load(wanted)).rejects.toMatchObject({ code: '3D000' });
  gone.query = pool.query.bind(pool) as typeof pool.query;
  expect(await numbers(events, wanted)).toEqual([1]);
  await gone.end();
});
