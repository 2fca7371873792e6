import { beforeAll, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { until, useWorkers } from './stage.ts';

needs(inject('server').javascript === 'none', 'a worker compiles only where the server has no JavaScript language');

const database = useDatabase();
const stage = useWorkers(database);
const stateOf = async (table: string) =>
  (
    await database.query<{ state: string }>('select state from ai.declaration where qualified_name = $1', [
      `public.${table}`,
    ])
  )[0]?.state;

beforeAll(async () => {
  await stage.start({ handlers: [], deliveries: {}, relay: false, connection: { connectionString: database.url } });
});

test('what is declared and changed while a worker runs is compiled', async () => {
  await database.query(`create table one (id int primary key, note text);
    comment on table one is '{"operations": {"create": {"optional": "*"}}}'`);
  await until(async () => (await stateOf('one')) === 'ready');
  await database.query('alter table one add column more text');
  await database.query(`insert into one (id) values (0)`);
  await until(async () => (await stateOf('one')) === 'ready');
  expect(await database.query(`select ai.generate_mutation('create', 'one', '{"id": 1, "more": "m"}') as row`)).toEqual(
    [{ row: { id: 1, note: null, more: 'm' } }],
  );
});

test('a change is compiled when it is made, and not at the next look', async () => {
  await database.query(`create table quick (id int primary key);
    comment on table quick is '{"operations": {"fetch": true}}'`);
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    await until(async () => (await stateOf('quick')) === 'ready');
    const changedAt = performance.now();
    await database.query(`alter table quick add column c${n} text`);
    await until(async () => (await stateOf('quick')) === 'ready');
    times.push(performance.now() - changedAt);
  }
  // By itself it looks every five seconds, after the one before. What a busy machine adds it does not add each time.
  expect(Math.min(...times)).toBeLessThan(1000);
});

test('a wrong declaration is refused and told, and a mended one compiled', async () => {
  await database.query(`create table two (id int primary key);
    comment on table two is '{"operations": {"creat": true}}'`);
  await until(async () => (await stateOf('two')) === 'inconsistent');
  // The worker says so once the database has answered.
  await until(async () => stage.logs.some(({ table }) => table === 'public.two'));
  expect(stage.logs.find(({ table }) => table === 'public.two')).toMatchObject({ level: 'warn' });
  await database.query(`comment on table two is '{"operations": {"fetch": true}}'`);
  await until(async () => (await stateOf('two')) === 'ready');
});

test('so is what changes where there are no event triggers', async () => {
  await database.query('drop event trigger pg_ai_on_ddl; drop event trigger pg_ai_on_drop');
  const another = await stage.start({
    handlers: [],
    deliveries: {},
    relay: false,
    connection: { connectionString: database.url },
  });
  await database.query(`create table three (id int primary key);
    comment on table three is '{"operations": {"fetch": true}}'`);
  await until(async () => (await stateOf('three')) === 'ready');
  await another.stop();
});
