import { expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { one, sealAll, useTables, verify } from './fixture.ts';

const server = inject('server');
needs(
  process.env.PG_AI_TEST_LARGE === '1' || (server.version >= 18 && server.javascript !== 'none'),
  'a run of several minutes, made on PostgreSQL 18 with JavaScript by default; elsewhere with PG_AI_TEST_LARGE=1',
);

const ROWS = 100_000;
const database = useDatabase();
useTables(
  database,
  `create table public.reading (
     id bigint generated always as identity primary key,
     sensor integer not null unique,
     value numeric(10, 3) not null,
     note text,
     check (value > -1000)
   );
   comment on table public.reading is '{"operations": {
     "create": {"optional": ["note"]},
     "update": {"optional": ["value", "note"]},
     "upsert": {"key": ["sensor"], "required": ["value"], "optional": ["note"]},
     "delete": {"key": ["sensor"]}}}';
   create table public.own_reading (sensor integer primary key);
   comment on table public.own_reading is '{"operations": {"create": {"security": "invoker"}}}';
   create table public.answer (result jsonb);`,
);

const bulk = (operation: string, table: string, row: string, options = '{}') =>
  database.query(
    `insert into public.answer
     select ai.generate_mutations($1, $2, (select jsonb_agg(${row} order by n) from generate_series(1, ${ROWS}) as n), $3)`,
    [operation, table, options],
  );

/** Whether the answer, row for row, is about the sensors 1, 2, 3, …, and nothing is left of it afterwards. */
async function inOrder(): Promise<boolean> {
  const { right } = await one<{ right: boolean }>(
    database,
    `select count(*) = ${ROWS} and bool_and((e.value ->> 'sensor')::integer = e.position) as right
       from public.answer, jsonb_array_elements(result) with ordinality as e (value, position)`,
  );
  await database.query('truncate public.answer');
  return right;
}

test('100,000 rows are created, updated, upserted and deleted in order, and the audit trail verifies', async () => {
  await bulk('create', 'reading', `jsonb_build_object('sensor', n, 'value', n / 1000.0)`);
  expect(await inOrder()).toBe(true);
  await bulk('update', 'reading', `jsonb_build_object('id', n, 'note', 'note ' || n)`);
  expect(await inOrder()).toBe(true);
  await bulk('upsert', 'reading', `jsonb_build_object('sensor', n, 'value', -n / 1000.0)`);
  expect(await inOrder()).toBe(true);
  const { sum } = await one<{ sum: string }>(
    database,
    `select (count(*) filter (where id = sensor and value = (-sensor / 1000.0)::numeric(10, 3) and note = 'note ' || sensor))::text as sum
       from public.reading`,
  );
  expect(sum).toBe(String(ROWS));
  await bulk('delete', 'reading', `jsonb_build_object('sensor', n)`);
  expect(await inOrder()).toBe(true);
  expect(await database.query('select from public.reading')).toEqual([]);
  const { audit, events } = await one<{ audit: string; events: string }>(
    database,
    'select (select count(*) from ai.audit_log) as audit, (select count(*) from ai.event_log) as events',
  );
  expect([audit, events]).toEqual([String(4 * ROWS), String(4 * ROWS)]);
  await sealAll(database);
  expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: String(4 * ROWS) });
}, 600_000);

test('a hundred wrong ones among 100,000 are found, and the others are kept', async () => {
  await bulk(
    'create',
    'reading',
    `jsonb_build_object('sensor', case when n % 1000 = 0 then 1 else n end, 'value', n)`,
    '{"on_error": "skip"}',
  );
  const { result } = await one<{ result: { succeeded: number; failed: number; indexes: number[] } }>(
    database,
    `select jsonb_build_object('succeeded', result -> 'succeeded', 'failed', result -> 'failed',
        'indexes', jsonb_path_query_array(result, '$.errors[*].index')) as result from public.answer`,
  );
  expect(result).toEqual({
    succeeded: ROWS - 100,
    failed: 100,
    indexes: Array.from({ length: 100 }, (_, i) => (i + 1) * 1000 - 1),
  });
}, 600_000);

test('100,000 rows one by one, with the caller’s rights', async () => {
  await database.query('truncate public.answer');
  await bulk('create', 'own_reading', `jsonb_build_object('sensor', n)`);
  expect(await inOrder()).toBe(true);
}, 600_000);
