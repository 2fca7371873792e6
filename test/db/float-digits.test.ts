import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

/**
 * extra_float_digits is the session's, and decides how many digits of a float are written out: a caller who turns it down must not get a trail
 * in which two values look alike.
 */
const database = useDatabase();
const EXACT = { f: 0.30000000000000004, r: 16777.217, fs: [149.99, 1e-300], p: '(0.1,0.30000000000000004)' };
const CLOSE = { f: 0.3, r: 16777.219, fs: [150.01, 2e-300], p: '(0.1,0.3)' };

test.each(['definer', 'invoker'])(
  'no setting of the caller rounds what is answered, kept and audited: %s',
  async (security) => {
    const operations = {
      create: { optional: '*', security },
      update: { optional: '*', security },
      upsert: { optional: '*', security },
      fetch: { security },
      delete: { security },
    };
    const table = `measured_${security}`;
    await declare(
      database,
      `create table ${table} (id int primary key, f float8, r real, fs float8[], p point); grant all on ${table} to ai_user;
     comment on table ${table} is '${JSON.stringify({ operations })}'`,
    );
    const caller = await database.as('ai_user');
    await caller.query('set extra_float_digits = -15');
    const value = async (sql: string, params: unknown[]) =>
      (await caller.query<{ v: unknown }>(sql, params)).rows[0]?.v;
    const call = (operation: string, inputs: object) =>
      value('select ai.generate_mutation($1, $2, $3) as v', [operation, table, JSON.stringify(inputs)]);
    const set = (operation: string, inputs: object[]) =>
      value('select ai.generate_mutations($1, $2, $3) as v', [operation, table, JSON.stringify(inputs)]);

    expect(await call('create', { id: 1, ...EXACT })).toEqual({ id: 1, ...EXACT });
    expect(await call('update', { id: 1, ...CLOSE })).toEqual({ id: 1, ...CLOSE });
    expect(await call('upsert', { id: 1, ...EXACT })).toEqual({ id: 1, ...EXACT });
    expect(await call('fetch', { id: 1 })).toEqual({ id: 1, ...EXACT });
    expect(
      await set('create', [
        { id: 2, ...EXACT },
        { id: 3, ...CLOSE },
      ]),
    ).toEqual([
      { id: 2, ...EXACT },
      { id: 3, ...CLOSE },
    ]);
    expect(
      await set('update', [
        { id: 2, ...CLOSE },
        { id: 3, ...EXACT },
      ]),
    ).toEqual([
      { id: 2, ...CLOSE },
      { id: 3, ...EXACT },
    ]);
    expect(await value(`select ai_gen.${table}__create(4, $1, $2, $3, $4) as v`, Object.values(EXACT))).toEqual({
      id: 4,
      ...EXACT,
    });
    expect(await set('delete', [{ id: 2 }, { id: 3 }])).toEqual([
      { id: 2, ...CLOSE },
      { id: 3, ...EXACT },
    ]);
    await caller.end();
    const audited = await database.query(
      `select operation, old_row - 'id' as old, new_row - 'id' as new from ai.audit_log where relation = 'public.${table}' order by id`,
    );
    expect(audited).toEqual([
      { operation: 'create', old: null, new: EXACT },
      { operation: 'update', old: EXACT, new: CLOSE },
      { operation: 'upsert', old: CLOSE, new: EXACT },
      { operation: 'create', old: null, new: EXACT },
      { operation: 'create', old: null, new: CLOSE },
      { operation: 'update', old: EXACT, new: CLOSE },
      { operation: 'update', old: CLOSE, new: EXACT },
      { operation: 'create', old: null, new: EXACT },
      { operation: 'delete', old: CLOSE, new: null },
      { operation: 'delete', old: EXACT, new: null },
    ]);
    expect(await database.query(`select f, r, fs, p::text as p from ${table} order by id`)).toEqual([EXACT, EXACT]);
  },
);
