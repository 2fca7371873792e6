import { afterEach, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { prepareJobs } from '../support/jobs.ts';

const database = useDatabase();
beforeAll(() => prepareJobs(database));

afterEach(async () => {
  await database.query(
    `delete from ai.subscriptions; delete from ai.listeners; delete from graphile_worker._private_jobs; delete from ai.event_log; delete from ai_private.delivery_done`,
  );
  await database.query(`select ai.prune('2021-01-01')`);
});

const subscribe = (name: string, topics: string, more = '') =>
  database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ($1, $2, 'job', '{"task": "x"}') ${more}`,
    [name, `{${topics}}`],
  );
/** An event of long ago, in a month of its own. */
const write = async (month: string, topic = 'old.one'): Promise<string> => {
  const [row] = await database.query<{ id: string }>(
    `insert into ai.event_log (at, topic, entity, operation, payload) values ($1, $2, 'old', 'one', '{}') returning id::text`,
    [`2020-${month}-15`, topic],
  );
  await database.query('select ai.maintain(0)');
  return row?.id ?? '';
};
const relay = () => database.query('select ai_private.relay_jobs()');
/** What a call drops, and the warnings that it gives. */
const prune = async (before = '2021-01-01', unseenBefore: string | null = null) => {
  const client = await database.client();
  const warnings: string[] = [];
  client.on('notice', ({ code, message, detail }) => {
    if (code === 'PI405') warnings.push(`${message} ${detail}`);
  });
  const { rows } = await client.query<{ name: string }>('select p as name from ai.prune($1, $2) as p', [
    before,
    unseenBefore,
  ]);
  await client.end();
  return { dropped: rows.map(({ name }) => name).filter((name) => name.startsWith('event')), warnings };
};
const months = async () =>
  (
    await database.query<{ month: string }>(
      `select distinct to_char(at at time zone 'UTC', 'MM') as month from ai.event_log where at < '2021-01-01' order by 1`,
    )
  ).map(({ month }) => month);

test('what everybody has seen is dropped', async () => {
  await subscribe('all', '**');
  await write('01');
  await write('02');
  await relay();
  await database.query('delete from graphile_worker._private_jobs');
  expect(await prune('2020-02-01')).toEqual({ dropped: ['event_log_2020_01'], warnings: [] });
  expect(await months()).toEqual(['02']);
  expect((await prune()).dropped).toEqual(['event_log_2020_02']);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['a subscription that no relay has served', () => subscribe('behind', 'old.*'), 'behind'],
  [
    'one that is paused',
    () => subscribe('rests', 'old.*').then(() => database.query(`update ai.subscriptions set paused = true`)),
    'rests',
  ],
  [
    'a listener',
    () =>
      database.query(
        `insert into ai.listeners (name, topics, position) select 'service', '{old.*}', ai.event_position()`,
      ),
    'listener service',
  ],
])('%s keeps the month, and is named', async (_, make, name) => {
  await make();
  await write('01');
  await write('02');
  expect(await prune()).toEqual({
    dropped: [],
    warnings: [`event_log_2020_01 and later months are kept: ${name} have still to see some of it {"${name}": 1}`],
  });
  expect(await months()).toEqual(['01', '02']);
});

test('a job that waits keeps it, and a dead letter, and one that is to be tried again', async () => {
  await subscribe('served', 'old.*');
  const id = await write('01');
  await relay();
  expect((await prune()).warnings[0]).toContain('{"served": 1}');
  await database.query('delete from graphile_worker._private_jobs');
  await database.query(
    `insert into ai.dead_letters select 'served', id, at, 1, 'boom' from ai.event_log where id = $1`,
    [id],
  );
  expect((await prune()).warnings[0]).toContain('{"served": 1}');
  await database.query(`select ai.retry_dead_letters('served')`);
  expect((await prune()).warnings[0]).toContain('{"served": 1}');
  await database.query('delete from ai_private.redelivery');
  expect((await prune()).dropped).toEqual(['event_log_2020_01']);
});

test('what nobody wants holds nothing up', async () => {
  await subscribe('other', 'other.*');
  await write('01');
  expect((await prune()).dropped).toEqual(['event_log_2020_01']);
});

test('an event that commits late is not lost to a month that seemed to be seen', async () => {
  await subscribe('late', 'old.*');
  const open = await database.client();
  await open.query('begin');
  await open.query(
    `insert into ai.event_log (at, topic, entity, operation, payload) values ('2020-01-15', 'old.one', 'old', 'one', '{}')`,
  );
  await database.query(`select ai.emit_event('other.one')`);
  await relay();
  await open.query('commit');
  await open.end();
  await database.query('select ai.maintain(0)');
  expect((await prune()).dropped).toEqual([]);
  await relay();
  expect(await database.query(`select from graphile_worker.jobs where key like 'late:%'`)).toHaveLength(1);
});

test('at the limit it is dropped all the same, said loudly, and remembered', async () => {
  await subscribe('slow', 'old.*');
  await database.query(
    `insert into ai.listeners (name, topics, position) select 'service', '{old.*}', ai.event_position()`,
  );
  await write('01');
  await write('02');
  expect(await prune('2021-01-01', '2020-02-01')).toEqual({
    dropped: ['event_log_2020_01'],
    warnings: [
      'event_log_2020_01 was dropped, and listener service, slow had not seen all of it: those events are lost to them {"slow": 1, "listener service": 1}',
      'event_log_2020_02 and later months are kept: listener service, slow have still to see some of it {"slow": 1, "listener service": 1}',
    ],
  });
  expect(await database.query(`select about, name, problem from ai.status() order by 1`)).toEqual([
    { about: 'listener', name: 'service', problem: '1 events were dropped before it had seen them' },
    { about: 'subscription', name: 'slow', problem: '1 events were dropped before it had seen them' },
  ]);
  await relay();
  expect(await database.query(`select from graphile_worker.jobs where key like 'slow:%'`)).toHaveLength(1);
});

test('what was done is remembered as long as its event is there', async () => {
  await subscribe('all', 'old.*');
  const [gone, kept] = [await write('01'), await write('02')];
  await relay();
  await database.query('delete from graphile_worker._private_jobs');
  for (const id of [gone, kept])
    await database.query(
      `insert into ai_private.delivery_done (subscription, event_id, key, at) values ('all', $1, '', '2020-01-20')`,
      [id],
    );
  await prune('2020-02-01');
  expect(await database.query('select event_id from ai_private.delivery_done')).toEqual([{ event_id: kept }]);
});
