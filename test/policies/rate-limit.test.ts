import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare, rowsOf } from '../support/declare.ts';
import { mutate, type Row, refusal } from '../support/mutation.ts';
import { actAs, bulk, comment, policy } from './support.ts';

/** How often: exact under concurrency, for each key by itself. */
const database = useDatabase();
let user: string;
let client: pg.Client;

const TABLES: Readonly<Record<string, unknown>> = {
  limited: '3/hour',
  keyed: { limit: '2/hour', key: 'inputs.email' },
  shared: { limit: '3/hour', per: 'all', message: 'come back tomorrow' },
  by_role: { limit: '1/hour', per: 'role' },
  by_address: { limit: '1/hour', per: 'address' },
  guessed: { limit: '3/hour', key: 'inputs.email', count_refused: true },
  crowded: { limit: '50/hour', per: 'all' },
  large: { limit: '250/hour' },
  invoked: '2/hour',
  invoked_guess: { limit: '2/hour', count_refused: true },
};

beforeAll(async () => {
  user = `${database.name}_user`;
  await database.query(`create role ${user}; grant ai_user to ${user}`);
  for (const [table, rate_limit] of Object.entries(TABLES)) {
    const security = table.startsWith('invoked') ? 'invoker' : 'definer';
    await declare(
      database,
      `create table ${table} (id int generated always as identity primary key, email text check (email <> 'bad'), who text default 'x');
       grant select, insert on ${table} to ${user};
       ${comment(table, { operations: { create: { optional: ['email'], security, policies: { rate_limit } } }, fields: { email: { maxLength: 20 } } })}`,
    );
  }
  client = await database.as(user);
});
afterAll(async () => {
  await client.end();
  await database.query(`drop owned by ${user}; drop role ${user}`);
});

const create = (table: string, inputs: Row = {}, options: Row = {}, by: pg.Client = client) =>
  mutate(by, 'create', table, inputs, options);
const times = async (n: number, work: () => Promise<unknown>): Promise<void> => {
  for (let i = 0; i < n; i++) await work();
};
/** Lets time pass for what was counted in rows. */
const pass = (interval: string) =>
  database.query(
    `update ai_private.rate_state set times = array(select t - $1::interval from unnest(times) with ordinality as u (t, n) order by n)`,
    [interval],
  );

test('the call after the last is refused, and told when to come back', async () => {
  await actAs(client, 'lan');
  await times(3, () => create('limited'));
  const refused = await refusal(create('limited'));
  expect(refused).toMatchObject({
    code: 'PI210',
    detail: { policy: 'public.limited.create', limit: '3/hour', stage: 'gate', operation: 'create' },
  });
  expect(refused.detail.retry_after).toBeGreaterThan(3500);
  expect(refused.detail.retry_after).toBeLessThanOrEqual(3600);
  expect(refused.hint).toMatch(/Try again in 3[56]\d\d seconds/);
  await actAs(client, 'minh');
  await create('limited');
});

test('never more than the limit in any period: each call comes back when it is old enough', async () => {
  await actAs(client, 'slow');
  await create('limited');
  await pass('30 min');
  await times(2, () => create('limited'));
  expect((await refusal(create('limited'))).detail.retry_after).toBeLessThanOrEqual(1800);
  await pass('31 min');
  await create('limited');
  expect((await refusal(create('limited'))).code).toBe('PI210');
});

test('by default only calls count that are kept', async () => {
  await actAs(client, 'careful');
  await times(4, () => refusal(create('limited', { email: 'much longer than it may be' })));
  await times(4, () => refusal(create('limited', { email: 'bad' })));
  await times(4, () => create('limited', {}, { dry_run: true }));
  await client.query('begin');
  await create('limited');
  await client.query('rollback');
  const first = await create('limited', {}, { idempotency_key: 'once' });
  await times(3, async () => expect(await create('limited', {}, { idempotency_key: 'once' })).toEqual(first));
  await times(2, () => create('limited'));
  expect((await refusal(create('limited'))).code).toBe('PI210');
  expect((await refusal(create('limited', {}, { dry_run: true }))).code).toBe('PI210');
});

test('a refused call counts where it is asked for, also when its transaction is taken back', async () => {
  await times(2, () => refusal(create('guessed', { email: 'bad' })));
  await client.query('begin');
  await create('guessed', { email: 'bad ' });
  await client.query('rollback');
  expect((await refusal(create('guessed', { email: 'bad' }))).code).toBe('PI100');
  expect(await refusal(create('guessed', { email: 'bad' }))).toMatchObject({ code: 'PI210' });
  const refused = await refusal(create('guessed', { email: 'bad' }));
  expect(refused.detail.retry_after).toBeGreaterThan(1100);
  expect(refused.detail.retry_after).toBeLessThanOrEqual(1200);
  await create('guessed', { email: 'good' });
});

test('keys that meet in a full set of counters make the limit stricter, never looser', async () => {
  const [{ refused } = { refused: 0 }] = await database.query<{ refused: number }>(
    `select count(*)::int as refused from generate_series(0, 511) as i where setval(format('ai_gen._rate_%s', i)::regclass,
       (1::bigint << 41) | ((extract(epoch from now()) * 1000)::bigint + 3000000)) is not null`,
  );
  expect(refused).toBe(512);
  // All owe 50 minutes of the hour that three calls may owe: nobody is let through.
  expect((await refusal(create('guessed', { email: 'newcomer' }))).code).toBe('PI210');
  await database.query(`select setval(format('ai_gen._rate_%s', i)::regclass, 1) from generate_series(0, 511) as i`);
  await create('guessed', { email: 'newcomer' });
});

test.each([
  ['keyed', [{ email: 'a' }, { email: 'b' }], 2],
  ['shared', [{}], 3],
  ['by_role', [{}], 1],
  ['by_address', [{}], 1],
  ['invoked', [{}], 2],
  ['invoked_guess', [{}], 2],
] as const)('%s', async (table, keys, most) => {
  for (const inputs of keys) {
    for (const actor of ['one', 'two', 'three'].slice(0, most)) {
      await actAs(client, table.startsWith('invoked') ? 'one' : actor);
      await create(table, inputs);
    }
    const refused = await refusal(create(table, inputs));
    expect(refused.code).toBe('PI210');
    if (table === 'shared') expect(refused.message).toBe('come back tomorrow');
  }
});

test('a key may be longer than an index can hold', async () => {
  const long = (end: string) =>
    Array.from({ length: 500 }, (_, i) => createHash('md5').update(String(i)).digest('hex')).join('') + end;
  const actor = await database.as(user);
  await actor.query(`select set_config('pg_ai.actor', $1, false)`, [long('a')]);
  await times(3, () => create('limited', {}, { idempotency_key: `k${Math.random()}` }, actor));
  expect((await refusal(create('limited', {}, {}, actor))).code).toBe('PI210');
  await actor.query(`select set_config('pg_ai.actor', $1, false)`, [long('b')]);
  await create('limited', {}, {}, actor);
  // what is too long for the field is told as that, and not by an index
  const tried = await refusal(create('keyed', { email: long('@b.de') }));
  expect([tried.code, tried.fields]).toEqual(['PI100', ['email:maxLength']]);
});

test('counters cannot be used up from outside', async () => {
  for (const call of [
    `ai_private.spend_for_caller('t', 'create', 'p', '1/min', 1, '1 min', 'k', false, null)`,
    `ai_private.spend('t', 'create', 'p', '1/min', 1, '1 min', 'k', 1, null)`,
    `ai_private.spend_lasting('t', 'create', 'p', '1/min', 1, '1 min', 'k', null)`,
  ])
    expect((await refusal(client.query(`select ${call}`))).code).toBe('42501');
  expect((await refusal(client.query(`select setval('ai_gen._rate_0', 1)`))).code).toBe('42501');
});

test('sixteen at once on one key: as many as the limit, and no more', async () => {
  const clients = await Promise.all(Array.from({ length: 16 }, () => database.as(user)));
  const outcomes = await Promise.all(
    clients.map(async (each) => {
      let made = 0;
      for (let i = 0; i < 5; i++)
        made += await create('crowded', {}, {}, each).then(
          () => 1,
          (error: { code?: string }) => (error.code === 'PI210' ? 0 : Promise.reject(error)),
        );
      return made;
    }),
  );
  await Promise.all(clients.map((each) => each.end()));
  expect(outcomes.reduce((sum, made) => sum + made, 0)).toBe(50);
  expect(await database.query('select count(*)::int as n from crowded')).toEqual([{ n: 50 }]);
});

describe('sets of calls', () => {
  test('count each row', async () => {
    await actAs(client, 'setter');
    const rows = Array.from({ length: 5 }, () => ({}));
    expect((await refusal(bulk(client, 'create', 'limited', rows))).code).toBe('PI110');
    expect(await bulk(client, 'create', 'limited', rows, { on_error: 'skip' })).toMatchObject({
      succeeded: 3,
      failed: 2,
      errors: [{ sqlstate: 'PI210' }, { sqlstate: 'PI210' }],
    });
    const mixed = ['p', 'p', 'p', 'q'].map((email) => ({ email }));
    expect(await bulk(client, 'create', 'keyed', mixed, { on_error: 'skip' })).toMatchObject({
      succeeded: 3,
      failed: 1,
    });
  });

  test('and a limit above a hundred is counted in groups, never beyond it', async () => {
    await actAs(client, 'setter');
    const rows = (n: number) => Array.from({ length: n }, () => ({}));
    expect(await bulk(client, 'create', 'large', rows(240))).toHaveLength(240);
    expect(await bulk(client, 'create', 'large', rows(20), { on_error: 'skip' })).toMatchObject({ succeeded: 10 });
    await pass('61 min');
    const { succeeded } = await bulk(client, 'create', 'large', rows(260), { on_error: 'skip' });
    expect(succeeded).toBeLessThanOrEqual(250);
    // A group is three calls here.
    expect(succeeded).toBeGreaterThan(250 - 3);
  });
});

test('ai.prune forgets keys that owe nothing', async () => {
  await database.query(`update ai_private.rate_state set idle_from = now() - interval '1 second' where key = 'lan'`);
  await database.query(`select ai.prune(now() - interval '1 year')`);
  expect(await database.query(`select from ai_private.rate_state where key = 'lan'`)).toEqual([]);
  expect((await database.query('select from ai_private.rate_state')).length).toBeGreaterThan(5);
});

describe('what is told or refused when it is written', () => {
  const problems = async (definition: unknown) => {
    const refused = await refusal(declare(database, policy('tried', 'limited', 'rate_limit', definition)));
    return refused.message;
  };
  test.each([
    ['no limit', { limit: 'often' }, /policy tried: limit/],
    ['nothing at all', { limit: '0/min' }, /policy tried: limit/],
    ['per and key', { limit: '1/min', per: 'role', key: 'actor' }, /both say which calls/],
    ['a key about the row', { limit: '1/min', key: 'row.who' }, /there is no row yet/],
    ['a key that is none', { limit: '1/min', key: 'inputs.email +' }, /not an expression/],
    ['a key with effects', { limit: '1/min', key: 'random()' }, /may have effects/],
    ['too many to count lastingly', { limit: '1000/sec', count_refused: true }, /too many to be counted/],
  ])('%s', async (_, definition, reason) => {
    expect(await problems(definition)).toMatch(reason);
  });

  test('a limit that never refuses because another one does before', async () => {
    await declare(database, policy('weaker', 'limited', 'rate_limit', { limit: '1000/day' }));
    const [row] = await rowsOf<{ problems: Row[] }>(
      database,
      `select problems from ai.declaration where relation = 'limited'::regclass`,
    );
    expect(row?.problems).toEqual([expect.objectContaining({ severity: 'warning', path: 'policy weaker' })]);
    await declare(database, `delete from ai.policies where name = 'weaker'`);
  });
});
