import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare, rowsOf } from '../support/declare.ts';
import { mutate, type Row, refusal } from '../support/mutation.ts';
import { actAs, bulk, comment, EVERY, policy } from './support.ts';

/** Who may call, which rows they reach, and which they may write: policies narrow what the declaration allows, and never widen it. */
const database = useDatabase();
const roles: string[] = [];
const make = async (name: string, ...memberOf: string[]): Promise<string> => {
  const role = `${database.name}_${name}`;
  await database.query(`create role ${role}; grant ${['ai_user', ...memberOf].join(', ')} to ${role}`);
  roles.push(role);
  return role;
};
afterAll(async () => {
  for (const role of roles.reverse()) await database.query(`drop owned by ${role}; drop role ${role}`);
});

describe.each(['definer', 'invoker'])('rows of one’s own, with "security": "%s"', (security) => {
  const table = `note_${security}`;
  let anyone: string;
  let client: pg.Client;

  beforeAll(async () => {
    anyone = await make(`${security}_anyone`);
    await declare(
      database,
      `create table ${table} (id int primary key, owner text not null, state text not null default 'open', body text);
       grant select, insert, update, delete on ${table} to ${anyone};
       insert into ${table} values (1, 'lan', 'open', 'a'), (2, 'minh', 'open', 'b');
       ${comment(table, {
         operations: Object.fromEntries(
           Object.entries(EVERY).map(([kind, own]) => [kind, { ...(own === true ? {} : own), security }]),
         ),
         policies: { access: { filter: 'row.owner = actor' } },
       })}`,
    );
    client = await database.as(anyone);
    await actAs(client, 'lan');
  });

  test('rows of others are not there, for whatever operation', async () => {
    expect(await mutate(client, 'fetch', table, { id: 1 })).toMatchObject({ id: 1, owner: 'lan' });
    expect(await mutate(client, 'fetch', table, { id: 2 })).toEqual({});
    for (const call of [
      mutate(client, 'update', table, { id: 2, body: 'x' }),
      mutate(client, 'delete', table, { id: 2 }),
    ])
      expect((await refusal(call)).code).toBe('PI103');
    expect(await database.query(`select body from ${table} where id = 2`)).toEqual([{ body: 'b' }]);
  });

  test('rows cannot be written for others, nor given away', async () => {
    const made = await refusal(mutate(client, 'create', table, { id: 3, owner: 'minh' }));
    expect(made).toMatchObject({
      code: 'PI201',
      detail: { policy: `public.${table}`, stage: 'row', operation: 'create' },
    });
    expect(made.hint).toContain('ai.describe');
    expect((await refusal(mutate(client, 'update', table, { id: 1, owner: 'minh' }))).code).toBe('PI201');
    // The row that is in the way belongs to another.
    expect((await refusal(mutate(client, 'upsert', table, { id: 2, owner: 'lan' }))).code).toBe('PI201');
    expect((await refusal(mutate(client, 'upsert', table, { id: 3, owner: 'minh' }))).code).toBe('PI201');
    expect(await database.query(`select id, owner from ${table} order by id`)).toEqual([
      { id: 1, owner: 'lan' },
      { id: 2, owner: 'minh' },
    ]);
  });

  test('what is one’s own can be done', async () => {
    expect(await mutate(client, 'create', table, { id: 4, owner: 'lan' })).toMatchObject({ id: 4 });
    expect(await mutate(client, 'update', table, { id: 4, body: 'new' })).toMatchObject({ body: 'new' });
    expect(await mutate(client, 'upsert', table, { id: 4, owner: 'lan', body: 'newer' })).toMatchObject({
      body: 'newer',
    });
    expect(await mutate(client, 'delete', table, { id: 4 })).toMatchObject({ id: 4 });
  });

  test('sets of calls keep to it row by row', async () => {
    const made = await bulk(
      client,
      'create',
      table,
      [10, 11, 12, 13].map((id) => ({ id, owner: id === 12 ? 'minh' : 'lan' })),
      { on_error: 'skip' },
    );
    expect(made).toMatchObject({ succeeded: 3, failed: 1, errors: [{ index: 2, sqlstate: 'PI201' }] });
    const all = [1, 2, 10, 11].map((id) => ({ id, body: 'set' }));
    expect(await bulk(client, 'update', table, all, { on_error: 'skip' })).toMatchObject({
      succeeded: 3,
      errors: [{ index: 1, sqlstate: 'PI103' }],
    });
    const upserts = [1, 2, 14, 15].map((id) => ({ id, owner: id === 15 ? 'minh' : 'lan', body: 'upserted' }));
    expect(await bulk(client, 'upsert', table, upserts, { on_error: 'skip' })).toMatchObject({
      succeeded: 2,
      errors: [
        { index: 1, sqlstate: 'PI201' },
        { index: 3, sqlstate: 'PI201' },
      ],
    });
    expect(
      await bulk(client, 'delete', table, [{ id: 2 }, { id: 10 }, { id: 11 }], { on_error: 'skip' }),
    ).toMatchObject({
      succeeded: 2,
      errors: [{ index: 0, sqlstate: 'PI103' }],
    });
    expect(await database.query(`select id, body from ${table} order by id`)).toEqual([
      { id: 1, body: 'upserted' },
      { id: 2, body: 'b' },
      { id: 13, body: null },
      { id: 14, body: 'upserted' },
    ]);
    await database.query(`delete from ${table} where id > 2`);
  });

  test('a rehearsal and an explanation say the same, and show nothing of others’ rows', async () => {
    expect((await refusal(mutate(client, 'update', table, { id: 2, body: 'x' }, { dry_run: true }))).code).toBe(
      'PI103',
    );
    const [{ answer } = { answer: '' }] = await rowsOf<{ answer: string }>(
      client,
      `select ai.explain_mutation('update', '${table}', '{"id": 2, "body": "x"}')::text as answer`,
    );
    expect(answer).toContain('PI103');
    expect(answer).not.toContain('"b"');
  });
});

describe('which calls may be made', () => {
  let clerk: pg.Client;
  let manager: pg.Client;
  let boss: string;

  beforeAll(async () => {
    boss = `${database.name}_boss`;
    await database.query(`create role ${boss}`);
    roles.push(boss);
    clerk = await database.as(await make('clerk'));
    manager = await database.as(await make('manager', boss));
    await declare(
      database,
      `create table refund (id int generated always as identity primary key, amount numeric(10, 2) not null, reason text);
       ${comment('refund', { operations: { create: { optional: ['reason'] }, update: { optional: ['reason'] }, fetch: true } })}
       ${policy('large_refunds', 'refund', 'access', { check: "inputs.amount <= 100 or actor = 'boss'", message: 'ask the boss' }, 'create')}
       ${policy('who_changes', 'refund', 'access', { roles: [boss] }, 'update')}`,
    );
    await actAs(clerk, 'clerk');
    await actAs(manager, 'boss');
  });

  test('a check sees the inputs as their types, after they were found right', async () => {
    expect(await mutate(clerk, 'create', 'refund', { amount: 100 })).toMatchObject({ amount: 100 });
    const refused = await refusal(mutate(clerk, 'create', 'refund', { amount: '100.01' }));
    expect(refused).toMatchObject({
      code: 'PI200',
      message: 'ask the boss',
      detail: { policy: 'large_refunds', stage: 'call' },
    });
    // What is wrong with the inputs is told first.
    expect((await refusal(mutate(clerk, 'create', 'refund', { amount: 'much' }))).code).toBe('PI100');
    expect(await mutate(manager, 'create', 'refund', { amount: 1000 })).toMatchObject({ amount: 1000 });
  });

  test('a set of calls is judged call by call', async () => {
    expect(
      await bulk(clerk, 'create', 'refund', [{ amount: 1 }, { amount: 101 }, { amount: 2 }], { on_error: 'skip' }),
    ).toMatchObject({ succeeded: 2, errors: [{ index: 1, sqlstate: 'PI200', message: 'ask the boss' }] });
  });

  test('roles are those of the caller, before the inputs are looked at', async () => {
    const refused = await refusal(mutate(clerk, 'update', 'refund', { nonsense: true }));
    expect(refused).toMatchObject({ code: 'PI200', detail: { policy: 'who_changes', stage: 'gate' } });
    expect(await mutate(manager, 'update', 'refund', { id: 1, reason: 'kind' })).toMatchObject({ reason: 'kind' });
    expect(await bulk(clerk, 'update', 'refund', [{ id: 1 }, { id: 2 }], { on_error: 'skip' })).toMatchObject({
      succeeded: 0,
      errors: [{ sqlstate: 'PI200' }, { sqlstate: 'PI200' }],
    });
  });

  test('SET ROLE counts, the function’s own rights do not', async () => {
    await database.query(`grant ai_user to ${boss}`);
    await manager.query(`set role ${roles.find((role) => role.endsWith('_clerk')) === undefined ? 'none' : boss}`);
    expect(await mutate(manager, 'update', 'refund', { id: 1, reason: 'as boss' })).toMatchObject({
      reason: 'as boss',
    });
    await manager.query('reset role');
  });

  test('a key that was used does not let a caller in who may not call any more', async () => {
    const key = { idempotency_key: 'k1' };
    const first = await mutate(clerk, 'create', 'refund', { amount: 5 }, key);
    expect(await mutate(clerk, 'create', 'refund', { amount: 5 }, key)).toEqual(first);
  });

  test('ai.describe and ai.explain_mutation tell of policies', async () => {
    const [{ described } = { described: {} as Row }] = await rowsOf<{ described: Row }>(
      clerk,
      `select ai.describe('refund', 'create') as described`,
    );
    expect(described.policies).toEqual([
      {
        policy: 'large_refunds',
        kind: 'access',
        stage: 'call',
        rule: { check: "inputs.amount <= 100 or actor = 'boss'", message: 'ask the boss' },
      },
    ]);
    const explain = async (client: pg.Client, inputs: Row) =>
      (
        await rowsOf<{ answer: Row }>(client, `select ai.explain_mutation('create', 'refund', $1) as answer`, [
          JSON.stringify(inputs),
        ])
      )[0]?.answer;
    expect(await explain(clerk, { amount: 5 })).toMatchObject({
      policies: [{ policy: 'large_refunds', outcome: 'passed' }],
    });
    expect(await explain(clerk, { amount: 500 })).toMatchObject({
      policies: [{ policy: 'large_refunds', outcome: 'failed' }],
      refused: { sqlstate: 'PI200' },
    });
    expect(await explain(clerk, { amount: 'x' })).toMatchObject({
      policies: [{ policy: 'large_refunds', outcome: 'not reached' }],
    });
  });
});

describe('policies take effect, and are taken back, in their own statement', () => {
  test('disabled, enabled, changed and deleted', async () => {
    await declare(
      database,
      `create table switched (id int primary key); ${comment('switched', { operations: { create: true } })}
       ${policy('never_mind', 'switched', 'access', { check: 'inputs.id > 10' })}`,
    );
    expect((await refusal(mutate(database, 'create', 'switched', { id: 1 }))).code).toBe('PI200');
    await declare(database, `update ai.policies set enabled = false where name = 'never_mind'`);
    await mutate(database, 'create', 'switched', { id: 1 });
    await declare(
      database,
      `update ai.policies set enabled = true, definition = '{"check": "inputs.id > 20"}' where name = 'never_mind'`,
    );
    expect((await refusal(mutate(database, 'create', 'switched', { id: 15 }))).code).toBe('PI200');
    await declare(database, `delete from ai.policies where name = 'never_mind'`);
    await mutate(database, 'create', 'switched', { id: 15 });
  });

  test('one about every table holds for all of them, also for those that declare later', async () => {
    await declare(
      database,
      `create table early (id int primary key); ${comment('early', { operations: { create: true } })}
       ${policy('nobody_named_eve', null, 'access', { check: "actor is distinct from 'eve'" })}
       create table late (id int primary key); ${comment('late', { operations: { create: true } })}`,
    );
    const eve = await database.client();
    await actAs(eve, 'eve');
    for (const table of ['early', 'late'])
      expect(await refusal(mutate(eve, 'create', table, { id: 1 }))).toMatchObject({
        code: 'PI200',
        detail: { policy: 'nobody_named_eve', stage: 'gate' },
      });
    await declare(database, `delete from ai.policies where name = 'nobody_named_eve'`);
    expect(await mutate(eve, 'create', 'early', { id: 1 })).toEqual({ id: 1 });
  });
});
