import { beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

/** A prepared call holds the operation's number in its plan; these are the changes that a plan must not outlive. */
describe('a prepared call', () => {
  let database: TestDatabase;
  const declaration = `'{"operations": {"create": {"optional": "*"}}}'`;

  beforeEach(async () => {
    database = await createDatabase();
    await declare(
      database,
      `create schema other;
       create table place (id integer, note text default 'first');
       comment on table place is ${declaration};
       create table other.place (id integer, note text default 'other');
       comment on table other.place is ${declaration}`,
    );
    return () => database.drop();
  });

  const prepared = async () => {
    const client = await database.client();
    let id = 0;
    const call = async (table = 'place'): Promise<unknown> => {
      const { rows } = await client.query<{ row: { note: string } }>({
        name: table,
        text: `select ai.generate_mutation('create', '${table}', $1) as row`,
        values: [JSON.stringify({ id: id++ })],
      });
      return rows[0]?.row.note;
    };
    // PostgreSQL settles for one plan after five calls.
    for (let i = 0; i < 7; i++) expect(await call()).toBe('first');
    return { client, call };
  };

  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing',
      (error: { code: string }) => error.code,
    );

  test('follows the name when the table has another one', async () => {
    const { call } = await prepared();
    await declare(
      database,
      `alter table place rename to place_of_old;
       create table place (id integer, note text default 'second');
       comment on table place is ${declaration}`,
    );
    expect(await call()).toBe('second');
  });

  test('is planned anew, with the number that the operation has now', async () => {
    const { client } = await prepared();
    await declare(
      database,
      `drop table place; create table place (id integer, note text); comment on table place is ${declaration}`,
    );
    const { rows } = await client.query<Record<'QUERY PLAN', string>>(
      `explain (verbose, costs off) execute place('{}')`,
    );
    const [operation] = await database.query<{ dispatch: number }>(
      `select dispatch from ai.operation where qualified_name = 'public.place'`,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join()).toContain(`ai_private.route(${operation?.dispatch}, `);
  });

  test('is refused when the table has another name and no other table has its own', async () => {
    const { call } = await prepared();
    await declare(database, 'alter table place rename to place_of_old');
    expect(await refusal(call())).toBe('PI101');
  });

  test('is refused when the operation is withdrawn, and works again when it is back', async () => {
    const { call } = await prepared();
    await declare(database, `comment on table place is '{"operations": {"fetch": {"key": ["id"]}}}'`).catch(() => {});
    await declare(database, 'comment on table place is null');
    expect(await refusal(call())).toBe('PI101');
    await declare(database, `comment on table place is ${declaration}`);
    expect(await call()).toBe('first');
  });

  test('runs what is declared now', async () => {
    const { call } = await prepared();
    await declare(
      database,
      `comment on table place is '{"operations": {"create": {"optional": ["id"], "defaults": {"note": "declared"}}}}'`,
    );
    expect(await call()).toBe('declared');
  });

  test('is refused when the table is dropped', async () => {
    const { call } = await prepared();
    await database.query('drop table place');
    expect(await refusal(call())).toBe('PI101');
  });

  test('follows the search_path', async () => {
    const { client, call } = await prepared();
    await client.query('set search_path = other, public');
    expect(await call()).toBe('other');
    await client.query('set search_path = public');
    expect(await call()).toBe('first');
  });

  test('is found by every spelling of the name', async () => {
    const { call } = await prepared();
    for (const spelling of ['public.place', 'Public.PLACE', '"place"', 'PLACE'])
      expect(await call(spelling)).toBe('first');
  });

  test('made in a transaction that sees an older state is made anew afterwards', async () => {
    const { call } = await prepared();
    const fresh = await database.client();
    await fresh.query('begin isolation level repeatable read');
    await fresh.query('select 1 from ai.operation');
    await declare(database, 'comment on table place is null');
    await declare(database, `comment on table place is ${declaration}`);
    const text = `select ai.generate_mutation('create', 'place', $1) as row`;
    expect(await refusal(fresh.query({ name: 'p', text, values: ['{"id": 1}'] }))).toBe('40001');
    await fresh.query('rollback');
    const { rows } = await fresh.query<{ row: { note: string } }>({ name: 'p', text, values: ['{"id": 1}'] });
    expect(rows[0]?.row.note).toBe('first');
    expect(await call()).toBe('first');
  });
});
