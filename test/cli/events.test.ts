import { beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { jobsOf, prepareJobs } from '../support/jobs.ts';

const database = useDatabase();
const ids: string[] = [];
beforeAll(async () => {
  await prepareJobs(database);
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, filter) values
       ('welcome', '{order.*}', 'job', '{"task": "welcome"}', null), ('large', '{order.paid}', 'job', '{"task": "large"}', '(payload ->> ''total'')::int > 100'),
       ('rests', '{order.*}', 'notify', '{"channel": "orders"}', null)`,
  );
  await database.query(`update ai.subscriptions set paused = true where name = 'rests'`);
  for (const total of [7, 700]) {
    const [row] = await database.query<{ id: string }>(
      `select ai.emit_event('order.paid', jsonb_build_object('total', $1::int), '{"id": 1}') as id`,
      [total],
    );
    ids.push(row?.id ?? '');
  }
  await database.query('select ai_private.relay_jobs()');
  await database.query('delete from graphile_worker._private_jobs');
  await database.query(
    `insert into ai.dead_letters (subscription, event_id, event_at, attempts, error, at) select 'welcome', id, at, 25, 'boom ' || id, '2026-01-05T08:00:00Z' from ai.event_log`,
  );
});

const events = (...args: string[]) => runCli(['events', ...args, '--url', database.url]);
const json = async (...args: string[]) => JSON.parse((await events(...args, '--json')).stdout);

test('list tells how far each subscription is, and what was given up', async () => {
  const { code, stdout } = await events('list');
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      'large  job, running',
      'rests  notify, paused, 2 to come',
      'welcome  job, running, 2 given up',
      '',
      `2026-01-05T08:00:00.000Z  welcome ${ids[0]}, 25 attempts: boom ${ids[0]}`,
      `2026-01-05T08:00:00.000Z  welcome ${ids[1]}, 25 attempts: boom ${ids[1]}`,
      '',
    ].join('\n'),
  );
  const listed = await json('list', '--limit', '1');
  expect(listed.subscriptions).toHaveLength(3);
  expect(listed.dead_letters).toEqual([
    { subscription: 'welcome', event: ids[0], attempts: 25, at: '2026-01-05T08:00:00.000Z', error: `boom ${ids[0]}` },
  ]);
});

test('show tells of an event what has become of it', async () => {
  const { code, stdout } = await events('show', ids[1] ?? '');
  expect(code).toBe(0);
  expect(stdout).toContain('topic     order.paid\n');
  expect(stdout).toContain('payload   {"total":700}\n');
  expect(stdout).toContain('large  job, handed on\n');
  expect(stdout).toContain('rests  notify, to come\n');
  expect(stdout).toContain(`welcome  job, given up after 25 attempts: boom ${ids[1]}\n`);
  const shown = await json('show', ids[0] ?? '');
  expect(shown.event).toMatchObject({ id: ids[0], topic: 'order.paid', entity: 'order', payload: { total: 7 } });
  // Its filter does not want it.
  expect(shown.deliveries.map((one: { subscription: string }) => one.subscription)).toEqual(['rests', 'welcome']);
});

test('what is done is told, too', async () => {
  await database.query(`insert into ai_private.delivery_done (subscription, event_id, key) values ('large', $1, '')`, [
    ids[1],
  ]);
  const shown = await json('show', ids[1] ?? '');
  expect(shown.deliveries[0]).toMatchObject({ subscription: 'large', state: 'done' });
});

test('retry, drop and replay', async () => {
  expect((await events('retry', 'welcome', ids[0] ?? '')).stdout).toBe('1 will be tried again\n');
  expect((await json('show', ids[0] ?? '')).deliveries).toContainEqual(
    expect.objectContaining({ subscription: 'welcome', state: 'to be tried again' }),
  );
  expect((await events('retry', 'welcome', ids[0] ?? '')).stdout).toBe(`welcome has given up no event ${ids[0]}\n`);
  expect(await json('drop', 'welcome', '--all')).toEqual({ subscription: 'welcome', count: 1 });
  expect((await events('drop', 'welcome', '--all')).stdout).toBe('welcome has given up nothing\n');
  expect((await events('replay', 'welcome', '--from', ids[1] ?? '')).stdout).toBe(
    `welcome gets the event ${ids[1]} and all after it again\n`,
  );
  await database.query('select ai_private.relay_jobs()');
  expect((await jobsOf(database, 'welcome')).map(({ payload }) => payload.event)).toEqual(ids);
});

test.each<[string[], number, string]>([
  [['retry', 'welcome'], 2, 'which one?'],
  [['drop', 'welcome', '1', '--all'], 2, 'which one?'],
  [['show', 'seven'], 2, '<event> is not the id of an event: seven'],
  [['show', '999999'], 1, 'there is no event 999999 in the log'],
  [['replay', 'nobody', '--from', '1'], 1, 'there is no subscription "nobody"'],
  [['retry', 'nobody', '--all'], 1, 'There are: large, rests, welcome.'],
  [['replay', 'welcome'], 2, '--from'],
])('%j ends with %i: %s', async (args, code, text) => {
  const result = await events(...args);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toContain(text);
});
