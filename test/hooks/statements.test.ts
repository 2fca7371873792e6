import { beforeAll, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** db.query takes one statement on rows, and gives all that it answers. */
const { javascript } = inject('server');
needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

const database = useDatabase();

beforeAll(() =>
  declare(
    database,
    `create schema app; create table app.thing (id integer generated always as identity primary key, name text);
     comment on table app.thing is '{"operations": {"create": {"optional": ["name"]}}}';
     create table app.note (text text); grant usage on schema app to ai_owner; grant select, insert, update on app.note to ai_owner`,
  ),
);

const hook = (statement: string, parameters: readonly unknown[] = []) =>
  declare(
    database,
    `delete from ai.hooks;
     insert into ai.hooks (name, relation, phase, language, code) values ('h', 'app.thing', 'pre', 'javascript', $js$
       return { inputs: { name: JSON.stringify(db.query(${JSON.stringify(statement)}, ${JSON.stringify(parameters)})) } }$js$)`,
  );

describe('several statements in one text are refused, and none of them runs', () => {
  test.each([
    'select 1; create temp table leaked as select 1 as a',
    'select 1; set default_transaction_read_only = on',
    `select 1; set local pg_ai.actor = 'evil'`,
    'select 1; deallocate all',
    `insert into app.note values ('x'); insert into app.note values ('y')`,
    `select ';' /* ; */ ; -- ;\n select 2`,
  ])('%s', async (statement) => {
    await hook(statement);
    const client = await database.client();
    await client.query('prepare theirs as select 1');
    expect(await refusal(mutate(client, 'create', 'app.thing', {}))).toMatchObject({
      code: '42601',
      message: 'db.query takes one statement, and this text has several',
      detail: { hook: 'h', line: 2 },
    });
    const { rows } = await client.query(
      `select to_regclass('pg_temp.leaked') as leaked, current_setting('default_transaction_read_only') as only, (select array_agg(name)::text from pg_prepared_statements) as prepared, (select count(*)::int from app.note) as notes`,
    );
    expect(rows).toEqual([{ leaked: null, only: 'off', prepared: '{theirs}', notes: 0 }]);
  });
});

test.each([
  'create temp table leaked as select 1 as a',
  'set default_transaction_read_only = on',
  'deallocate all',
  'select 1 as a into temp leaked',
  'with w as (insert into app.note select where false returning text) select text into temp leaked from w',
  'call app.p()',
  'do $$ begin end $$',
])('%s is no statement on rows', async (statement) => {
  await hook(statement);
  expect((await refusal(mutate(database, 'create', 'app.thing', {}))).code).toBe('42601');
});

test.each([
  ['select 1 as a;', [{ a: 1 }]],
  [`select ';' as a; -- ; select 2\n`, [{ a: ';' }]],
  [`select $a$;$a$ as a, 'it''s; \\' as "b;"`, [{ a: ';', 'b;': "it's; \\" }]],
  [`update app.note set text = ';' where false;`, []],
  [`insert into app.note select ';' where false returning text`, []],
  [`with w as (select 1 as a) select a from w;`, [{ a: 1 }]],
  [`with w as (select 'x') insert into app.note select * from w where false`, []],
  [`/* first */ insert into app.note select 'x' where $1`, [], [false]],
  [`select 'into' as a`, [{ a: 'into' }]],
] as [string, object[], unknown[]?][])('%s is one', async (statement, rows, parameters) => {
  await hook(statement, parameters);
  const { name } = await mutate(database, 'create', 'app.thing', {});
  expect(JSON.parse(String(name))).toEqual(rows);
});

test('two columns of one name are refused, since an object holds one', async () => {
  await hook('select 1 as a, 2 as a');
  expect(await refusal(mutate(database, 'create', 'app.thing', {}))).toMatchObject({
    code: '42701',
    message: 'db.query gives rows as objects, and two columns are called a: name one of them otherwise',
  });
});
