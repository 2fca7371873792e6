import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { handlersOf, until, useWorkers } from '../stage.ts';

const database = useDatabase();
const stage = useWorkers(database);

const EVENTS = 20_000;
const ROWS = 400;

/** How long a transaction stays open while others commit. */
const HELD_MS = 60_000;

test('two relays and four workers: none of 20,000 events is lost, and each row keeps its order, failures and all; nor is one of a transaction that was open for a minute', async () => {
  const got = new Map<string, number[]>();
  const failed = new Set<string>();
  const handlers = handlersOf((registry) =>
    registry.register({
      trigger: 'post',
      entity: 'many.things',
      action: 'happened',
      name: 'many',
      ordered: true,
      backoff: { base_ms: 1, factor: 1, max_ms: 1, jitter: 0 },
      handler: async ({ event }) => {
        if (Number(event.id) % 97 === 0 && !failed.has(event.id)) {
          failed.add(event.id);
          throw new Error('not yet');
        }
        const row = JSON.stringify(event.key);
        got.set(row, [...(got.get(row) ?? []), Number(event.id)]);
      },
    }),
  );
  const options = {
    handlers,
    deliveries: {},
    compile: false,
    concurrency: 5,
    connection: { connectionString: database.url },
  };
  for (const relay of [true, true, false, false]) await stage.start({ ...options, relay });
  const open = await database.client();
  await open.query('begin');
  const { rows } = await open.query(
    `select ai.emit_event('many.things.happened', '{}', '{"id": "late"}')::text as id, pg_current_xact_id()::text as xid`,
  );
  const openedAt = performance.now();
  const total = () => [...got.values()].reduce((sum, ids) => sum + ids.length, 0);
  for (let from = 0; from < EVENTS; from += 2000)
    await database.query(
      `select count(ai.emit_event('many.things.happened', '{}', jsonb_build_object('id', n % ${ROWS}))) from generate_series($1::int, $1::int + 1999) n`,
      [from],
    );
  await until(() => total() >= EVENTS);
  // Everybody else's have passed it by. What comes after it gets ids and transactions far beyond its own.
  while (performance.now() - openedAt < HELD_MS) {
    await database.query(`select ai.emit_event('many.others.happened')`);
    await delay(200);
  }
  expect(got.has('{"id":"late"}')).toBe(false);
  await open.query('commit');
  await until(() => total() > EVENTS);
  await stage.settled('many');
  expect(got.get('{"id":"late"}')).toEqual([Number(rows[0]?.id)]);
  got.delete('{"id":"late"}');
  const [{ ahead } = { ahead: 0 }] = await database.query<{ ahead: number }>(
    `select (pg_current_xact_id()::text::bigint - $1::bigint)::int as ahead`,
    [rows[0]?.xid],
  );
  expect(ahead).toBeGreaterThan(50);
  expect(failed.size).toBeGreaterThan(100);
  expect(total()).toBe(EVENTS);
  expect(got.size).toBe(ROWS);
  for (const ids of got.values()) expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(await database.query('select from ai.dead_letters union all select from ai_private.delivery_held')).toEqual(
    [],
  );
});
