import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

/** Policies hold for ai_owner, which has no BYPASSRLS, and for callers where the operation runs with their rights. */
const database = useDatabase();
const roles: string[] = [];
const make = async (name: string): Promise<string> => {
  const role = `${database.name}_${name}`;
  await database.query(`create role ${role}; grant ai_user to ${role}`);
  roles.push(role);
  return role;
};

const TABLE = `
  create table %t (id int primary key, tenant text not null, name text, unique (tenant, name));
  alter table %t enable row level security;
  create policy own on %t using (tenant = %w) with check (tenant = %w and name is distinct from 'forbidden');
  insert into %t values (1, 'one', 'a'), (2, 'two', 'b')`;
const OPERATIONS = (security: string) =>
  JSON.stringify({
    operations: {
      create: { optional: ['name'], security },
      update: { optional: ['name', 'tenant'], security },
      upsert: { optional: ['name'], security },
      delete: { security },
      fetch: { security },
    },
  });

afterAll(async () => {
  for (const role of roles) await database.query(`drop owned by ${role}; drop role ${role}`);
});

const audited = () =>
  database.query('select relation, operation, actor, session_role, old_row, new_row from ai.audit_log order by id');

describe.each(['definer', 'invoker'])('with "security": "%s"', (security) => {
  let one: pg.Client;
  let ungranted: pg.Client;
  const table = `rls_${security}`;
  let who: string;

  beforeAll(async () => {
    who = await make(`${security}_one`);
    // The policy of a definer operation knows the caller by a setting, of an invoker operation by the role.
    const tenant =
      security === 'definer' ? `current_setting('app.tenant', true)` : `case current_user when '${who}' then 'one' end`;
    await database.query(TABLE.replaceAll('%t', table).replaceAll('%w', tenant));
    if (security === 'invoker') await database.query(`grant select, insert, update, delete on ${table} to ${who}`);
    await declare(database, `comment on table ${table} is '${OPERATIONS(security)}'`);
    one = await database.as(who);
    await one.query(`set app.tenant = 'one'`);
    ungranted = await database.as(await make(`${security}_ungranted`));
    await ungranted.query(`set app.tenant = 'one'`);
  });

  test('rows of others are not there', async () => {
    expect(await mutate(one, 'fetch', table, { id: 1 })).toEqual({ id: 1, tenant: 'one', name: 'a' });
    expect(await mutate(one, 'fetch', table, { id: 2 })).toEqual({});
    expect((await refusal(mutate(one, 'update', table, { id: 2, name: 'x' }))).code).toBe('PI103');
    expect((await refusal(mutate(one, 'delete', table, { id: 2 }))).code).toBe('PI103');
    expect(await database.query(`select * from ${table} where id = 2`)).toEqual([{ id: 2, tenant: 'two', name: 'b' }]);
  });

  test('rows that the policy forbids are refused as a lack of rights', async () => {
    for (const call of [
      mutate(one, 'create', table, { id: 3, tenant: 'two' }),
      mutate(one, 'create', table, { id: 3, tenant: 'one', name: 'forbidden' }),
      mutate(one, 'update', table, { id: 1, tenant: 'two' }),
      // The row that is in the way belongs to another.
      mutate(one, 'upsert', table, { id: 2, tenant: 'one', name: 'mine' }),
    ])
      expect((await refusal(call)).code).toBe('42501');
    expect(await database.query(`select id, tenant, name from ${table} order by id`)).toEqual([
      { id: 1, tenant: 'one', name: 'a' },
      { id: 2, tenant: 'two', name: 'b' },
    ]);
  });

  test('nothing refused leaves a trace, and what is done is recorded under the caller’s name', async () => {
    await database.query('begin');
    const before = (await audited()).length;
    await database.query('commit');
    await mutate(one, 'create', table, { id: 4, tenant: 'one', name: 'd' });
    await mutate(one, 'update', table, { id: 4, name: 'e' });
    await mutate(one, 'upsert', table, { id: 4, tenant: 'one', name: 'f' });
    await mutate(one, 'delete', table, { id: 4 });
    const row = (name: string) => ({ id: 4, tenant: 'one', name });
    const common = { relation: `public.${table}`, actor: who, session_role: who };
    expect((await audited()).slice(before)).toEqual([
      { ...common, operation: 'create', old_row: null, new_row: row('d') },
      { ...common, operation: 'update', old_row: row('d'), new_row: row('e') },
      { ...common, operation: 'upsert', old_row: row('e'), new_row: row('f') },
      { ...common, operation: 'delete', old_row: row('f'), new_row: null },
    ]);
    expect(await database.query('select id from ai.audit_log except select audit_id from ai.event_log')).toEqual([]);
  });

  test(
    security === 'definer' ? 'callers need no rights on the table' : 'callers need their own rights on the table',
    async () => {
      const call = mutate(ungranted, 'fetch', table, { id: 1 });
      if (security === 'definer') expect(await call).toEqual({ id: 1, tenant: 'one', name: 'a' });
      else expect((await refusal(call)).code).toBe('42501');
      await expect(ungranted.query(`select * from ${table}`)).rejects.toThrow(/permission denied/);
    },
  );

  test('rows of many calls keep to the policy one by one', async () => {
    const { rows } = await one.query(
      `select ai.generate_mutations('create', $1, $2, '{"on_error": "skip"}') as answer`,
      [
        table,
        JSON.stringify([
          { id: 10, tenant: 'one' },
          { id: 11, tenant: 'two' },
          { id: 12, tenant: 'one' },
        ]),
      ],
    );
    expect(rows[0].answer).toMatchObject({ succeeded: 2, failed: 1, errors: [{ index: 1, sqlstate: '42501' }] });
    await database.query(`delete from ${table} where id >= 10`);
  });

  test('a rehearsal shows nothing of others’ rows', async () => {
    const { rows } = await one.query(
      `select ai.explain_mutation('update', $1, '{"id": 2, "name": "x"}')::text as answer`,
      [table],
    );
    expect(rows[0].answer).toContain('PI103');
    expect(rows[0].answer).not.toContain('"b"');
  });
});

test('the owner’s own policies hold for operations even where they do not hold for the owner', async () => {
  // The superuser that made the table passes by its policies; an operation does not, whoever calls.
  expect((await database.query('select count(*)::int as n from rls_definer'))[0]).toEqual({ n: 2 });
  expect(await mutate(database, 'fetch', 'rls_definer', { id: 1 })).toEqual({});
});
