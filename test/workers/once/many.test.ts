import { expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { handlersOf, until, useWorkers } from '../stage.ts';

const database = useDatabase();
const stage = useWorkers(database);

const EVENTS = 20_000;
const ROWS = 400;

test('two relays and four workers: none of 20,000 events is lost, and each row keeps its order, failures and all', async () => {
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
  const options = { handlers, deliveries: {}, compile: false, connection: { connectionString: database.url } };
  for (const relay of [true, true, false, false]) await stage.start({ ...options, relay });
  const total = () => [...got.values()].reduce((sum, ids) => sum + ids.length, 0);
  for (let from = 0; from < EVENTS; from += 2000)
    await database.query(
      `select count(ai.emit_event('many.things.happened', '{}', jsonb_build_object('id', n % ${ROWS}))) from generate_series($1::int, $1::int + 1999) n`,
      [from],
    );
  await until(() => total() >= EVENTS);
  await stage.settled('many');
  expect(failed.size).toBeGreaterThan(100);
  expect(total()).toBe(EVENTS);
  expect(got.size).toBe(ROWS);
  for (const ids of got.values()) expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(await database.query('select from ai.dead_letters union all select from ai_private.delivery_held')).toEqual(
    [],
  );
});
