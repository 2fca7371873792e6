import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, mutateText, refusal } from '../support/mutation.ts';

const database = useDatabase();
const every =
  '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}';

/** Runs only once for a describe block, in its first test: declare() needs the test's database. */
const once = (sql: string) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= declare(database, sql);
    return done;
  };
};

describe('null, absent and default', () => {
  const ready = once(`
    create sequence ticket;
    create table defaulted (
      id bigint generated always as identity primary key,
      a text default 'from the table',
      b text,
      c integer not null default nextval('ticket'),
      d timestamptz default now(),
      e text[] default array['x', 'it''s'],
      f jsonb default '{"k": [1, null]}',
      g integer generated always as (length(a)) stored,
      h text default upper('q') || E'\\n' || chr(9),
      s serial
    );
    create unique index on defaulted (s);
    comment on table defaulted is '{"operations": {
      "create": {"optional": "*", "defaults": {"b": "declared", "e": ["declared"]}},
      "update": {"optional": "*"}, "upsert": {"optional": "*", "key": ["s"], "defaults": {"b": "declared"}}, "fetch": true, "delete": true}}'`);

  test('absent inputs become the declared default, else the column’s', async () => {
    await ready();
    const row = await mutate(database, 'create', 'defaulted', {});
    expect(row).toMatchObject({
      id: 1,
      a: 'from the table',
      b: 'declared',
      c: 1,
      e: ['declared'],
      f: { k: [1, null] },
      g: 14,
      h: 'Q\n\t',
      s: 1,
    });
    expect(row.d).toEqual(expect.any(String));
  });

  test('null is null, not the default', async () => {
    await ready();
    const row = await mutate(database, 'create', 'defaulted', { a: null, b: null, d: null, e: null, f: null, h: null });
    expect(row).toMatchObject({ a: null, b: null, d: null, e: null, f: null, g: null, h: null });
  });

  test('a default is evaluated only for absent inputs', async () => {
    await ready();
    const before = await database.query('select last_value from ticket');
    await mutate(database, 'create', 'defaulted', { c: 1000 });
    expect(await database.query('select last_value from ticket')).toEqual(before);
  });

  test('an update leaves absent inputs, writes null, and resets to the default on request', async () => {
    await ready();
    const { id } = await mutate(database, 'create', 'defaulted', { a: 'mine', b: 'mine', h: 'mine' });
    expect(await mutate(database, 'update', 'defaulted', { id, b: null })).toMatchObject({ a: 'mine', b: null });
    const reset = await mutate(database, 'update', 'defaulted', { id, b: 'b' }, { set_default: ['a', 'h', 'e', 'c'] });
    expect(reset).toMatchObject({ a: 'from the table', b: 'b', h: 'Q\n\t', e: ['x', "it's"], g: 14 });
  });

  test('set_default refuses fields that cannot be reset', async () => {
    await ready();
    const { id } = await mutate(database, 'create', 'defaulted', {});
    for (const set_default of [['nope'], ['id'], ['g'], 'a', { a: true }, [1]]) {
      const refused = await refusal(mutate(database, 'update', 'defaulted', { id }, { set_default }));
      expect([set_default, refused.code]).toEqual([set_default, 'PI102']);
    }
  });

  test('resetting works where no operation inserts: the sequence is granted for it', async () => {
    await declare(
      database,
      `create table numbered (id integer primary key, n serial); insert into numbered values (1, 100);
       comment on table numbered is '{"operations": {"update": {"optional": ["n"]}}}'`,
    );
    expect(await mutate(database, 'update', 'numbered', { id: 1 }, { set_default: ['n'] })).toEqual({ id: 1, n: 1 });
  });

  test('an upsert leaves absent inputs of a row that is there', async () => {
    await ready();
    const row = await mutate(database, 'upsert', 'defaulted', { s: 500, a: 'mine' });
    expect(row).toMatchObject({ a: 'mine', b: 'declared', s: 500 });
    expect(await mutate(database, 'upsert', 'defaulted', { s: 500, b: null })).toMatchObject({ a: 'mine', b: null });
    expect(await mutate(database, 'upsert', 'defaulted', { s: 500 })).toMatchObject({ a: 'mine', b: null });
  });
});

test('a row of nothing but defaults', async () => {
  await declare(
    database,
    `create table empty_input (id integer generated always as identity primary key, at timestamptz not null default now());
     comment on table empty_input is '{"operations": {"create": true, "fetch": true}}'`,
  );
  expect(await mutate(database, 'create', 'empty_input', {})).toMatchObject({ id: 1 });
  expect(await database.query(`select ai_gen.empty_input__create() -> 'id' as id`)).toEqual([{ id: 2 }]);
});

test('tables whose every column is the key', async () => {
  await declare(
    database,
    `create table pair (a integer, b text, primary key (a, b));
     comment on table pair is '{"operations": {"create": true, "delete": true, "upsert": true, "fetch": true}}'`,
  );
  expect(await mutate(database, 'create', 'pair', { a: 1, b: 'x' })).toEqual({ a: 1, b: 'x' });
  expect(await mutate(database, 'upsert', 'pair', { a: 1, b: 'x' })).toEqual({ a: 1, b: 'x' });
  expect(await mutate(database, 'upsert', 'pair', { a: 2, b: 'x' })).toEqual({ a: 2, b: 'x' });
  expect(await mutate(database, 'fetch', 'pair', { a: 2, b: 'x' })).toEqual({ a: 2, b: 'x' });
  expect(await mutateText(database, 'fetch', 'pair', { a: 3, b: 'x' })).toBeNull();
  expect((await refusal(mutate(database, 'fetch', 'pair', { a: 3 }))).fields).toEqual(['b:required']);
  expect(await mutate(database, 'delete', 'pair', { a: 1, b: 'x' })).toEqual({ a: 1, b: 'x' });
});

describe.each([
  ['uuid', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"'],
  ['bigint', '9223372036854775807', '-9223372036854775808'],
  ['numeric', '1.10', '1.20'],
  ['text', '"it\'s \\"a\\" key"', '""'],
  ['char(4)', '"ab  "', '"abc "'],
  ['timestamptz', '"2024-02-29T12:34:56.123456+00:00"', '"infinity"'],
  ['date', '"2024-02-29"', '"-infinity"'],
  ['bytea', '"\\\\x00ff"', '"\\\\x"'],
  ['boolean', 'true', 'false'],
  ['integer[]', '[1, 2]', '[]'],
  ['int4range', '"[1,5)"', '"empty"'],
  ['inet', '"10.0.0.1"', '"::1"'],
  ['jsonb', '{"a": 1}', '[]'],
  ['interval', '"1 day"', '"02:00:00"'],
  ['double precision', '0.1', '"NaN"'],
])('a key of type %s', (type, first, second) => {
  test('finds its row and no other', async () => {
    const table = `keyed_by_${type.replaceAll(/\W/g, '_')}`;
    await declare(
      database,
      `create table ${table} (k ${type} primary key, w integer); comment on table ${table} is '${every}'`,
    );
    const call = async (operation: string, k: string, w?: number) =>
      mutate(database, operation, table, w === undefined ? `{"k": ${k}}` : `{"k": ${k}, "w": ${w}}`);
    await call('create', first, 1);
    await call('upsert', second, 2);
    expect(await call('fetch', first)).toMatchObject({ w: 1 });
    expect(await call('fetch', second)).toMatchObject({ w: 2 });
    expect(await call('update', first, 3)).toMatchObject({ w: 3 });
    expect(await call('upsert', second, 4)).toMatchObject({ w: 4 });
    expect(await call('delete', first)).toMatchObject({ w: 3 });
    expect((await refusal(call('delete', first))).code).toBe('PI103');
    expect(await call('fetch', second)).toMatchObject({ w: 4 });
  });
});

test('a citext key finds its row in any case', async () => {
  const [offered] = await database.query(`select from pg_available_extensions where name = 'citext'`);
  // Part of PostgreSQL's own distribution, but some packages leave contrib out; then a domain stands in for it.
  await declare(
    database,
    `create schema ext; ${offered ? 'create extension citext schema ext' : 'create domain ext.citext as text'};
     create table member (email ext.citext primary key, name ext.citext);
     comment on table member is '{"fields": {"email": {"format": "email", "maxLength": 20}}, "operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "upsert": {"optional": "*"}, "fetch": true}}'`,
  );
  await mutate(database, 'create', 'member', { email: 'Ann@example.com', name: 'Ann' });
  const other = offered ? 'ANN@EXAMPLE.COM' : 'Ann@example.com';
  expect(await mutate(database, 'fetch', 'member', { email: other })).toEqual({
    email: 'Ann@example.com',
    name: 'Ann',
  });
  expect(await mutate(database, 'update', 'member', { email: other, name: 'A' })).toMatchObject({ name: 'A' });
  expect(await mutate(database, 'upsert', 'member', { email: other, name: 'B' })).toMatchObject({ name: 'B' });
  expect((await refusal(mutate(database, 'create', 'member', { email: other }))).fields).toEqual(['email:unique']);
  expect((await refusal(mutate(database, 'create', 'member', { email: 'no' }))).fields).toEqual(['email:format']);
});

test('identity columns: always is never an input, by default may be', async () => {
  await declare(
    database,
    `create table identities (a integer generated always as identity primary key, b integer generated by default as identity (start 100), w text);
     comment on table identities is '${every.replace('"upsert": {"optional": "*"}, ', '')}'`,
  );
  expect(await mutate(database, 'create', 'identities', {})).toEqual({ a: 1, b: 100, w: null });
  expect(await mutate(database, 'create', 'identities', { b: 7 })).toEqual({ a: 2, b: 7, w: null });
  expect((await refusal(mutate(database, 'create', 'identities', { a: 7 }))).fields).toEqual([
    'a:additionalProperties',
  ]);
  expect((await refusal(mutate(database, 'create', 'identities', { b: null }))).fields).toEqual(['b:notNull']);
  expect(await mutate(database, 'update', 'identities', { a: 1 }, { set_default: ['b'] })).toEqual({
    a: 1,
    b: expect.any(Number),
    w: null,
  });
});

test('partitioned tables, their partitions’ constraints included', async () => {
  await declare(
    database,
    `create table measured (id integer, day date, v integer check (v < 100), primary key (id, day)) partition by range (day);
       create table measured_old partition of measured for values from ('2020-01-01') to ('2021-01-01');
       create table measured_new partition of measured (check (v <> 13)) for values from ('2021-01-01') to ('2022-01-01');
       create unique index on measured (day, v);
       comment on table measured is '${every}'`,
  );
  expect(await mutate(database, 'create', 'measured', { id: 1, day: '2020-05-01', v: 1 })).toMatchObject({ v: 1 });
  expect(await mutate(database, 'upsert', 'measured', { id: 1, day: '2020-05-01', v: 2 })).toMatchObject({ v: 2 });
  expect(await mutate(database, 'update', 'measured', { id: 1, day: '2020-05-01', v: 3 })).toMatchObject({ v: 3 });
  const taken = await refusal(mutate(database, 'create', 'measured', { id: 1, day: '2020-05-01', v: 9 }));
  expect([taken.code, taken.fields, taken.errors[0]?.rule.fields]).toEqual(['23505', ['id:unique'], ['id', 'day']]);
  const twice = await refusal(mutate(database, 'create', 'measured', { id: 2, day: '2020-05-01', v: 3 }));
  expect([twice.code, twice.fields, twice.errors[0]?.rule.fields]).toEqual(['23505', ['day:unique'], ['day', 'v']]);
  const thirteen = await refusal(mutate(database, 'create', 'measured', { id: 3, day: '2021-05-01', v: 13 }));
  expect([thirteen.code, thirteen.fields]).toEqual(['23514', ['v:check']]);
  const outside = await refusal(mutate(database, 'create', 'measured', { id: 3, day: '2030-05-01', v: 1 }));
  expect(outside.code).toBe('23514');
  expect(outside.message).not.toContain('null');
  expect(await mutate(database, 'delete', 'measured', { id: 1, day: '2020-05-01' })).toMatchObject({ v: 3 });
});

test('inherited tables: through the parent and by themselves', async () => {
  await declare(
    database,
    `create table animal (id integer primary key, name text not null);
     create table dog (breed text, primary key (id)) inherits (animal);
     comment on table animal is '${every}'; comment on table dog is '${every}'`,
  );
  await mutate(database, 'create', 'dog', { id: 1, name: 'Rex', breed: 'mutt' });
  await mutate(database, 'create', 'animal', { id: 2, name: 'Tom' });
  expect(await mutate(database, 'fetch', 'animal', { id: 1 })).toEqual({ id: 1, name: 'Rex' });
  expect(await mutate(database, 'update', 'animal', { id: 1, name: 'Max' })).toEqual({ id: 1, name: 'Max' });
  expect(await mutate(database, 'fetch', 'dog', { id: 1 })).toEqual({ id: 1, name: 'Max', breed: 'mutt' });
  expect(await mutateText(database, 'fetch', 'dog', { id: 2 })).toBeNull();
});

test('tables without a primary key: create, and the rest by another unique key', async () => {
  await declare(
    database,
    `create table loose (code text not null, w integer, unique (code)); create table looser (w integer);
     comment on table loose is '{"operations": {"create": {"optional": "*"}, "update": {"key": ["code"], "optional": "*"}, "delete": {"key": ["code"]}, "upsert": {"key": ["code"], "optional": "*"}, "fetch": {"key": ["code"]}}}';
     comment on table looser is '{"operations": {"create": {"optional": "*"}}}'`,
  );
  expect(await mutate(database, 'create', 'looser', { w: 1 })).toEqual({ w: 1 });
  expect(await mutate(database, 'upsert', 'loose', { code: 'a', w: 1 })).toEqual({ code: 'a', w: 1 });
  expect(await mutate(database, 'update', 'loose', { code: 'a', w: 2 })).toEqual({ code: 'a', w: 2 });
  expect(await mutate(database, 'delete', 'loose', { code: 'a' })).toEqual({ code: 'a', w: 2 });
});

describe('expected_version', () => {
  const ready = once(`
    create table by_number (id integer primary key, w text, version integer not null default 1);
    create table by_time (id integer primary key, w text, version timestamptz(3) not null default now());
    create table by_uuid (id integer primary key, w text, version uuid not null default gen_random_uuid());
    create table by_xmin (id integer primary key, w text, hidden text);
    comment on column by_xmin.hidden is '{"protected": true}';
    ${['by_number', 'by_time', 'by_uuid'].map((t) => `comment on table ${t} is '{"operations": {"create": true, "update": {"optional": ["w"], "version": "version"}, "delete": {"version": "version"}, "fetch": true}}'`).join(';')};
    comment on table by_xmin is '{"operations": {"create": {"returns": ["id", "xmin"]}, "update": {"optional": ["w"], "version": "xmin", "returns": ["id", "xmin"]}, "delete": {"version": "xmin"}, "fetch": {"returns": ["id", "w", "xmin"]}}}'`);

  test.each(['by_number', 'by_time', 'by_uuid', 'by_xmin'])('%s', async (table) => {
    await ready();
    const field = table === 'by_xmin' ? 'xmin' : 'version';
    const created = await mutate(database, 'create', table, { id: 1 });
    const updated = await mutate(database, 'update', table, { id: 1, w: 'a' }, { expected_version: created[field] });
    expect(updated[field]).not.toEqual(created[field]);
    expect((await mutate(database, 'fetch', table, { id: 1 }))[field]).toEqual(updated[field]);
    for (const operation of ['update', 'delete']) {
      const inputs = operation === 'update' ? { id: 1, w: 'b' } : { id: 1 };
      const stale = await refusal(mutate(database, operation, table, inputs, { expected_version: created[field] }));
      expect([stale.code, stale.detail.current]).toEqual(['PI104', String(updated[field])]);
      const none = await refusal(
        mutate(database, operation, table, { ...inputs, id: 9 }, { expected_version: created[field] }),
      );
      expect([none.code, none.detail.key]).toEqual(['PI103', { id: 9 }]);
    }
    expect(await mutate(database, 'update', table, { id: 1, w: 'c' })).toMatchObject({ id: 1 });
    const { [field]: last } = await mutate(database, 'fetch', table, { id: 1 });
    expect(await mutate(database, 'delete', table, { id: 1 }, { expected_version: last })).toMatchObject({ w: 'c' });
  });
});

test('a trigger that suppresses the statement is told from a missing row', async () => {
  await declare(
    database,
    `create table guarded (id integer primary key, w text);
     insert into guarded values (1, 'a');
     create function stop() returns trigger language plpgsql as 'begin return null; end';
     create trigger stop before insert or update or delete on guarded for each row execute function stop();
     comment on table guarded is '${every}'`,
  );
  for (const [operation, inputs] of [
    ['create', { id: 2 }],
    ['update', { id: 1, w: 'b' }],
    ['delete', { id: 1 }],
    ['upsert', { id: 1, w: 'b' }],
  ] as const) {
    const refused = await refusal(mutate(database, operation, 'guarded', inputs));
    expect([operation, refused.code]).toEqual([operation, 'PI105']);
  }
  expect((await refusal(mutate(database, 'update', 'guarded', { id: 9, w: 'b' }))).code).toBe('PI103');
});

test('a trigger’s changes are in the answer and in the audit', async () => {
  await declare(
    database,
    `create table shouting (id integer primary key, w text);
     create function shout() returns trigger language plpgsql as 'begin new.w := upper(new.w); return new; end';
     create trigger shout before insert or update on shouting for each row execute function shout();
     comment on table shouting is '${every}'`,
  );
  expect(await mutate(database, 'create', 'shouting', { id: 1, w: 'a' })).toEqual({ id: 1, w: 'A' });
  expect(await mutate(database, 'update', 'shouting', { id: 1, w: 'b' })).toEqual({ id: 1, w: 'B' });
  expect(
    await database.query(`select old_row, new_row from ai.audit_log where relation = 'public.shouting' order by id`),
  ).toEqual([
    { old_row: null, new_row: { id: 1, w: 'A' } },
    { old_row: { id: 1, w: 'A' }, new_row: { id: 1, w: 'B' } },
  ]);
});

test('an upsert’s audit has the old row only where there was one', async () => {
  await declare(
    database,
    `create table upserted (id integer primary key, w text); comment on table upserted is '${every}'`,
  );
  await mutate(database, 'upsert', 'upserted', { id: 1, w: 'a' });
  await mutate(database, 'upsert', 'upserted', { id: 1, w: 'b' });
  expect(
    await database.query(`select old_row, new_row from ai.audit_log where relation = 'public.upserted' order by id`),
  ).toEqual([
    { old_row: null, new_row: { id: 1, w: 'a' } },
    { old_row: { id: 1, w: 'a' }, new_row: { id: 1, w: 'b' } },
  ]);
});

test('CHECK constraints over the whole row or system columns are left to the table', async () => {
  await declare(
    database,
    `create table whole (id integer primary key, w text, constraint whole_row check (whole is not null), constraint place check (tableoid <> 0));
     comment on table whole is '${every}'`,
  );
  expect(await mutate(database, 'create', 'whole', { id: 1, w: 'a' })).toEqual({ id: 1, w: 'a' });
  expect((await refusal(mutate(database, 'create', 'whole', { id: 2, w: null }))).code).toBe('23514');
});

describe('typed functions', () => {
  const ready = once(`
    create table typed (id integer generated by default as identity primary key, w text default 'd', n numeric(10,2), tags text[]);
    comment on table typed is '${every}'`);

  test('take named arguments; one that is left out is absent', async () => {
    await ready();
    const [row] = await database.query<{ row: object }>(
      `select ai_gen.typed__create(n => 1.50, tags => '{a,b}') as row`,
    );
    expect(row?.row).toEqual({ id: 1, w: 'd', n: 1.5, tags: ['a', 'b'] });
  });

  test('write null where its name is in set_null', async () => {
    await ready();
    const [row] = await database.query<{ row: object }>(
      `select ai_gen.typed__update(id => 1, n => null, set_null => '{w}') as row`,
    );
    expect(row?.row).toEqual({ id: 1, w: null, n: 1.5, tags: ['a', 'b'] });
  });

  test('pass options on, and refuse as the call by name does', async () => {
    await ready();
    const [row] = await database.query<{ row: object }>(
      `select ai_gen.typed__update(id => 1, options => '{"set_default": ["w"]}') as row`,
    );
    expect(row?.row).toMatchObject({ w: 'd' });
    expect((await refusal(database.query(`select ai_gen.typed__create(n => 1.555)`))).fields).toEqual(['n:multipleOf']);
    expect((await refusal(database.query(`select ai_gen.typed__delete(id => null)`))).fields).toEqual(['id:required']);
  });

  test('are documented by their comments', async () => {
    await ready();
    const [row] = await database.query<{ text: string }>(
      `select obj_description('ai_gen.typed__update'::regproc, 'pg_proc') as text`,
    );
    expect(row?.text).toContain('Required: id. Optional: w, n, tags.');
  });

  test('stay the same while their parameters do, so that what is built on them stays; other parameters make them anew', async () => {
    const declaring = (create: string) =>
      `comment on table kept is '{"operations": {"create": ${create}, "fetch": true}}'`;
    const functions = async () =>
      (
        await database.query<{ oid: string; is: string; roles: string; text: string }>(
          `select oid::text, oid::regprocedure::text as is, proacl::text as roles, obj_description(oid, 'pg_proc') as text
           from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname = 'kept__create'`,
        )
      ).map(({ oid, is, roles, text }) => ({ oid, is, roles, text: text.replace(/\s+/g, ' ') }));
    await declare(
      database,
      `create table kept (id integer primary key, w text, n integer); ${declaring('{"required": ["id"], "optional": ["w"]}')}`,
    );
    await database.query(`create view made as select ai_gen.kept__create(id => 1, w => 'x')`);
    const [first] = await functions();
    expect(first?.is).toBe('ai_gen.kept__create(integer,text,text[],jsonb)');

    await declare(database, declaring('{"required": ["id"], "optional": ["w"], "description": "Another text"}'));
    const [described, ...more] = await functions();
    expect([described?.oid, described?.roles, more]).toEqual([first?.oid, first?.roles, []]);
    expect(described?.text).toContain('Another text');
    expect(await database.query('select * from made')).toMatchObject([{ kept__create: { id: 1, w: 'x' } }]);

    await database.query('drop view made');
    // The same types under other names, one default less, other types.
    for (const [create, is] of [
      ['{"required": ["id", "w"]}', 'ai_gen.kept__create(integer,text,text[],jsonb)'],
      ['{"required": ["id", "w"], "optional": ["n"]}', 'ai_gen.kept__create(integer,text,integer,text[],jsonb)'],
    ] as const) {
      await declare(database, declaring(create));
      expect(await functions()).toMatchObject([{ is, roles: first?.roles }]);
    }
  });
});

describe('a table is found', () => {
  const ready = once(`
    create schema shop; create schema other; create table shop.item (id integer primary key); create table other.item (id integer primary key);
    create table "Mixed" (id integer primary key);
    comment on table shop.item is '${every.replace(/"update[^}]*}, /, '')}'; comment on table other.item is '${every.replace(/"update[^}]*}, /, '')}';
    comment on table "Mixed" is '${every.replace(/"update[^}]*}, /, '')}'`);

  test.each(['off', 'on'])(
    'by schema, quoted or not, and along the search_path; quote_all_identifiers %s',
    async (setting) => {
      await ready();
      await database.query('truncate other.item, shop.item, "Mixed"');
      const client = await database.client();
      await client.query(`set search_path = other, shop, public; set quote_all_identifiers = ${setting}`);
      await mutate(client, 'create', 'item', { id: 1 });
      await mutate(client, 'create', 'shop.item', { id: 2 });
      await mutate(client, 'create', '"shop"."item"', { id: 3 });
      await mutate(client, 'create', 'SHOP.Item', { id: 4 });
      await mutate(client, 'create', ' shop . item ', { id: 5 });
      await mutate(client, 'create', `${database.name}.shop.item`, { id: 6 });
      await mutate(client, 'create', '"Mixed"', { id: 7 });
      await mutate(client, 'create', 'public."Mixed"', { id: 8 });
      expect(await database.query('select array_agg(id order by id) as ids from other.item')).toEqual([{ ids: [1] }]);
      expect(await database.query('select array_agg(id order by id) as ids from shop.item')).toEqual([
        { ids: [2, 3, 4, 5, 6] },
      ]);
      await client.end();
    },
  );

  const wrong = [
    'mixed',
    'Mixed',
    'item',
    'nowhere.item',
    'no_such',
    '',
    ' ',
    '.',
    '..',
    'shop.',
    '.item',
    '"',
    '"shop',
    "'",
    '$$',
    'a.b.c',
    'a.b.c.d',
    '"a"b"',
    'shop.item; drop table shop.item',
    '1',
    'x'.repeat(100),
    `${'x'.repeat(100)}.y`,
    '%s',
    '\\',
    '(select 1)',
    'shop.item--',
    '*',
    '::',
    'pg_class',
    'shop."item',
    '日本',
    'U&"\\0061"',
    'shop.item\n;',
    '{table}',
    '0.0',
    'pg_temp.x',
    'item[1]',
    '-',
    '"".""',
    '""',
  ];
  test.each(wrong)('never by the wrong name %j', async (name) => {
    await ready();
    for (const operation of ['create', 'update', 'nonsense', '', "x'y"]) {
      const refused = await refusal(mutate(database, operation, name, { id: 1 }));
      expect([name, refused.code]).toEqual([name, 'PI101']);
    }
    const described = await refusal(database.query('select ai.describe($1)', [name]));
    expect([name, described.code]).toEqual([name, 'PI101']);
  });

  test('never by null', async () => {
    await ready();
    for (const sql of [
      `select ai.generate_mutation(null, 'shop.item', '{}')`,
      `select ai.generate_mutation('create', null, '{}')`,
    ])
      expect((await refusal(database.query(sql))).code).toBe('PI101');
    const known = await refusal(mutate(database, 'update', 'shop.item', {}));
    expect([known.code, known.hint]).toEqual(['PI101', 'It has: create, delete, fetch, upsert.']);
  });
});
