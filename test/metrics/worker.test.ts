import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { compilePending, declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { useWorkers } from '../workers/stage.ts';

const database = useDatabase();
const stage = useWorkers(database);

const until = async (done: () => Promise<boolean>): Promise<void> => {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('the worker gathers metrics, puts back what fails since it was changed, and tells both', async () => {
  const limit = { policies: { limit: { max_error_rate: 0.3, min_calls: 5 } } };
  const comment = (rules: object) =>
    `comment on table public.part is '${JSON.stringify({ operations: { create: { required: ['id'], optional: ['name'] } }, ...limit, ...rules })}'`;
  await declare(database, `create table public.part (id int primary key, name text); ${comment({})}`);
  for (let id = 1; id <= 6; id++) await mutate(database, 'create', 'part', { id, name: 'long' });
  await declare(database, comment({ fields: { name: { maxLength: 2 } } }));
  for (let id = 7; id <= 12; id++) await refusal(mutate(database, 'create', 'part', { id, name: 'long' }));
  const worker = await stage.start({
    handlers: [],
    deliveries: {},
    relay: false,
    compile: false,
    http: { host: '127.0.0.1', port: 0 },
  });
  await until(async () => stage.logs.some(({ msg }) => msg === 'the table public.part was put back'));
  expect(stage.logs.find(({ msg }) => msg.endsWith('was put back'))).toMatchObject({
    level: 'warn',
    table: 'public.part',
    reason: expect.stringMatching(/^6 of 6 calls of create failed under revision [0-9]+, more than 0.3$/),
  });
  await compilePending(database);
  expect(await mutate(database, 'create', 'part', { id: 20, name: 'long' })).toMatchObject({ id: 20 });
  const [left] = await database.query<{ gathered: boolean }>(
    `select exists (select from ai_private.metric where relation = 'public.part' and code = 'PI100') as gathered`,
  );
  expect(left?.gathered).toBe(true);
  const scraped = await fetch(`${worker.url}/metrics/calls`);
  expect([scraped.status, scraped.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  expect(await scraped.text()).toContain(
    'pg_ai_calls_total{table="public.part",operation="create",action="",code="PI100"} 6',
  );
  await worker.stop();
});
