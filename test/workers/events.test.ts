import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events, type Wanted } from '../../workers/runner/events.ts';
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

test.each([true, false])(
  'what was announced is there when its job comes (prepared statements: %s)',
  async (prepared) => {
    const events = new Events(pool, prepared);
    const wanted = await emitted(3);
    const before = statements;
    events.announce(wanted);
    events.prefetch(wanted.ids.map((id) => ({ ...wanted, ids: [id] })));
    expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
    expect(statements - before).toBe(1);
    // What is read has been given up: it is read again.
    expect(await numbers(events, wanted)).toEqual([1, 2, 3]);
    expect(statements - before).toBe(2);
  },
);

test('what is announced to those who do not get its jobs is held for a hundred, and the others are read when they come', async () => {
  const events = new Events(pool, true);
  const before = statements;
  const announced: Wanted[] = [];
  for (let n = 0; n < 12; n++) {
    announced.push(await emitted(10));
    events.announce(announced.at(-1) as Wanted);
    await new Promise(setImmediate);
  }
  expect(statements - before).toBe(10);
  for (const wanted of announced) expect(await numbers(events, wanted)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(statements - before).toBe(12);
  // Those that were asked for make room again.
  const more = await emitted(1);
  events.announce(more);
  await new Promise(setImmediate);
  expect(statements - before).toBe(13);
});

test('what could not be read is read when it is asked for', async () => {
  const gone = new pg.Pool({ connectionString: database.url.replace(/[^/]+$/, 'no_such_database') });
  const events = new Events(gone, true);
  const wanted = await emitted(1);
  events.announce(wanted);
  await expect(events.load(wanted)).rejects.toMatchObject({ code: '3D000' });
  gone.query = pool.query.bind(pool) as typeof pool.query;
  expect(await numbers(events, wanted)).toEqual([1]);
  await gone.end();
});
