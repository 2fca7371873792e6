import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare, rowsOf } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { actAs, comment, EVERY, policy } from './support.ts';

/** The same expression, as PostgreSQL's own row-level security, for those who use the table directly. */
const database = useDatabase();
let owner: string;
let direct: string;
let asOwner: pg.Client;
let asDirect: pg.Client;

beforeAll(async () => {
  owner = `${database.name}_owner`;
  direct = `${database.name}_direct`;
  await database.query(`create role ${owner}; grant ai_admin to ${owner}; create role ${direct}`);
  await database.query(`create schema own authorization ${owner}; grant usage on schema own to ${direct}`);
  asOwner = await database.as(owner);
  await declare(
    database,
    `set local role ${owner};
     create table own.letter (id int primary key, "from" text not null, sealed boolean not null default false);
     insert into own.letter values (1, 'lan'), (2, 'minh');
     grant select, insert, update, delete on own.letter to ${direct};
     ${comment('own.letter', { operations: EVERY })}
     ${policy('senders', 'own.letter', 'access', { filter: 'row."from" = actor', row_level_security: true })}
     ${policy('unsealed', 'own.letter', 'access', { filter: 'not row.sealed', row_level_security: true }, 'delete')};
     reset role`,
  );
  asDirect = await database.as(direct);
  await actAs(asDirect, 'lan');
});

afterAll(async () => {
  await asOwner.end();
  await asDirect.end();
  await database.query(`drop owned by ${owner}, ${direct} cascade; drop role ${owner}, ${direct}`);
});

const statements = async (client: Parameters<typeof rowsOf>[0], apply: boolean): Promise<string[]> =>
  (await rowsOf<{ s: string }>(client, `select s from ai.row_level_security('own.letter', $1) as s`, [apply])).map(
    ({ s }) => s,
  );
const ids = async () => (await asDirect.query('select id from own.letter order by id')).rows.map(({ id }) => id);

test('is shown before it is applied', async () => {
  const shown = await statements(asOwner, false);
  expect(shown).toEqual([
    'create policy pg_ai_everybody on own.letter using (true) with check (true)',
    expect.stringMatching(
      /^create policy pg_ai_senders on own.letter as restrictive for all using \(\(letter."from" = .*with check \(/,
    ),
    'create policy pg_ai_unsealed_delete on own.letter as restrictive for delete using ((not letter.sealed))',
    'alter table own.letter enable row level security',
  ]);
  expect(await ids()).toEqual([1, 2]);
});

test('is the table owner’s to apply', async () => {
  const admin = `${database.name}_admin`;
  await database.query(`create role ${admin}; grant ai_admin to ${admin}; grant usage on schema own to ${admin}`);
  const other = await database.as(admin);
  expect((await refusal(statements(other, true))).code).toBe('42501');
  await other.end();
  await database.query(`drop owned by ${admin}; drop role ${admin}`);
});

test('holds for those who use the table directly, and operations go on', async () => {
  await statements(asOwner, true);
  await declare(database, 'select 1');
  expect(await ids()).toEqual([1]);
  await expect(asDirect.query(`insert into own.letter values (3, 'minh')`)).rejects.toThrow(/row-level security/);
  await expect(asDirect.query(`update own.letter set "from" = 'minh'`)).rejects.toThrow(/row-level security/);
  await asDirect.query(`insert into own.letter values (3, 'lan', true)`);
  expect((await asDirect.query('delete from own.letter')).rowCount).toBe(1);
  expect(await ids()).toEqual([3]);
  const lan = await database.client();
  await actAs(lan, 'lan');
  expect(await mutate(lan, 'fetch', 'own.letter', { id: 3 })).toMatchObject({ id: 3 });
  expect(await mutate(lan, 'fetch', 'own.letter', { id: 2 })).toEqual({});
});

test('is in step again after a change, and goes with the last policy that asks for it', async () => {
  await declare(
    database,
    `update ai.policies set definition = '{"filter": "row.id > 2", "row_level_security": true}' where name = 'senders'`,
  );
  expect((await statements(asOwner, true)).slice(0, 3)).toEqual([
    'drop policy pg_ai_everybody on own.letter',
    'drop policy pg_ai_senders on own.letter',
    'drop policy pg_ai_unsealed_delete on own.letter',
  ]);
  await declare(database, `delete from ai.policies`);
  expect((await statements(asOwner, true)).at(-1)).toBe('alter table own.letter disable row level security');
  await declare(database, 'select 1');
  expect(await statements(asOwner, true)).toEqual([]);
  expect(await ids()).toEqual([2, 3]);
});

test('knows no inputs', async () => {
  const refused = await refusal(
    declare(database, policy('inputs', 'own.letter', 'access', { check: 'inputs.id > 0', row_level_security: true })),
  );
  expect(refused.message).toContain('row-level security knows no inputs');
});

test('what stands where ai_owner can write is executed as one expression or not at all', async () => {
  await database.query('begin');
  for (const using of ['true); drop table own.letter; --', 'true) union select (1', 'select 1; select 2']) {
    await database.query('savepoint s');
    await database.query(`update ai.declaration set row_security = $1 where relation = 'own.letter'::regclass`, [
      JSON.stringify([{ name: 'pg_ai_x', command: 'all', using }]),
    ]);
    await expect(statements(database, true)).rejects.toThrow(/syntax error|multi-query|UNION/);
    await database.query('rollback to s');
  }
  await database.query('rollback');
});
