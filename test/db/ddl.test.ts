import { afterAll, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { compilePending, declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();
const every =
  '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}';

let made = 0;
/** A declared table of its own for each test. */
async function table(columns = 'id integer primary key, w text', declaration = every): Promise<string> {
  const name = `d${++made}`;
  await declare(database, `create table ${name} (${columns}); comment on table ${name} is '${declaration}'`);
  return name;
}

const stateOf = async (name: string) => {
  const rows = await database.query<{ state: string }>(
    'select state from ai.declaration where relation = to_regclass($1)',
    [name],
  );
  return rows[0]?.state;
};
const revisions = async () =>
  Number((await database.query<{ n: string }>('select count(*) as n from ai.revision'))[0]?.n);
const functionsOf = async (name: string) =>
  (
    await database.query<{ f: string }>(
      `select proname as f from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname like $1 order by 1`,
      [`${name}\\_\\_%`],
    )
  ).map(({ f }) => f);

describe('what a declared table can go on doing, it does without a new comment', () => {
  test.each<[string, (t: string) => string, object, object]>([
    ['a new column', (t) => `alter table ${t} add column n integer default 5`, { id: 1 }, { id: 1, w: null, n: 5 }],
    ['a dropped column', (t) => `alter table ${t} add v text, drop column w`, { id: 1 }, { id: 1, v: null }],
    [
      'a renamed column',
      (t) => `alter table ${t} rename column w to "W w"`,
      { id: 1, 'W w': 'a' },
      { id: 1, 'W w': 'a' },
    ],
    ['another type', (t) => `alter table ${t} alter column w type integer using 1`, { id: 1, w: 5 }, { id: 1, w: 5 }],
    ['a new default', (t) => `alter table ${t} alter column w set default 'x'`, { id: 1 }, { id: 1, w: 'x' }],
    [
      'another key',
      (t) => `alter table ${t} drop constraint ${t}_pkey, add primary key (w)`,
      { w: 'k' },
      { id: null, w: 'k' },
    ],
  ])('%s', async (_, ddl, inputs, expected) => {
    const name = await table();
    await declare(
      database,
      ddl(name).replace('add primary key (w)', 'alter column id drop not null, add primary key (w)'),
    );
    expect(await stateOf(name)).toBe('ready');
    expect(await mutate(database, 'create', name, inputs)).toEqual(expected);
  });

  test('constraints: added ones are judged with the inputs, dropped ones no longer', async () => {
    const name = await table();
    await declare(database, `alter table ${name} add constraint short check (length(w) < 3)`);
    expect((await refusal(mutate(database, 'create', name, { id: 1, w: 'long' }))).code).toBe('PI100');
    await declare(database, `alter table ${name} rename constraint short to brief`);
    const refused = await refusal(mutate(database, 'create', name, { id: 1, w: 'long' }));
    expect(refused.errors[0]?.rule.constraint).toBe('brief');
    await declare(database, `alter table ${name} drop constraint brief`);
    expect(await mutate(database, 'create', name, { id: 1, w: 'long' })).toMatchObject({ w: 'long' });
    await declare(database, `alter table ${name} alter column w set not null`);
    expect((await refusal(mutate(database, 'create', name, { id: 2 }))).fields).toEqual(['w:required']);
  });

  test('indexes: a new one names its fields', async () => {
    const name = await table();
    await declare(database, `create unique index ${name}_u on ${name} (lower(w))`);
    await mutate(database, 'create', name, { id: 1, w: 'a' });
    expect((await refusal(mutate(database, 'create', name, { id: 2, w: 'A' }))).fields).toEqual(['w:unique']);
    await declare(database, `alter index ${name}_u rename to ${name}_v`);
    expect((await refusal(mutate(database, 'create', name, { id: 2, w: 'A' }))).fields).toEqual(['w:unique']);
    await database.query(`drop index ${name}_v`);
    await compilePending(database);
    expect(await mutate(database, 'create', name, { id: 2, w: 'A' })).toMatchObject({ w: 'A' });
  });

  test('a renamed table goes by its new name, its functions too', async () => {
    const name = await table();
    await declare(database, `alter table ${name} rename to ${name}x`);
    expect((await refusal(mutate(database, 'create', name, { id: 1 }))).code).toBe('PI101');
    expect(await mutate(database, 'create', `${name}x`, { id: 1 })).toMatchObject({ id: 1 });
    expect(await functionsOf(name)).toEqual([]);
    expect(await functionsOf(`${name}x`)).toContain(`${name}x__create`);
  });

  test('two tables may swap their names', async () => {
    const [a, b] = [await table('id integer primary key, a text'), await table('id integer primary key, b text')];
    await declare(
      database,
      `alter table ${a} rename to swap; alter table ${b} rename to ${a}; alter table swap rename to ${b}`,
    );
    expect(await mutate(database, 'create', a, { id: 1, b: 'x' })).toEqual({ id: 1, b: 'x' });
    expect(await mutate(database, 'create', b, { id: 1, a: 'x' })).toEqual({ id: 1, a: 'x' });
  });

  test('a table moved to another schema, and a schema renamed', async () => {
    const name = await table(`id integer generated by default as identity primary key, w text`);
    await declare(
      database,
      `create schema ${name}_s; create type ${name}_s.mood as enum ('ok'); create sequence ${name}_s.seq;
       create function ${name}_s.one() returns integer language sql return 1;
       alter table ${name} add m ${name}_s.mood default 'ok', add n integer default nextval('${name}_s.seq'), add o integer default ${name}_s.one()`,
    );
    await declare(database, `alter schema ${name}_s rename to ${name}_t`);
    expect(await mutate(database, 'create', name, { w: 'a' })).toEqual({ id: 1, w: 'a', m: 'ok', n: 1, o: 1 });
    await declare(database, `alter table ${name} set schema ${name}_t`);
    expect(await mutate(database, 'create', `${name}_t.${name}`, { m: 'ok' })).toMatchObject({ id: 2, m: 'ok' });
    await declare(database, `alter schema ${name}_t rename to ${name}_u`);
    expect(await mutate(database, 'create', `${name}_u.${name}`, {})).toMatchObject({ id: 3, n: 3 });
    expect((await refusal(mutate(database, 'create', name, {}))).code).toBe('PI101');
  });

  test('types: a new enum value, a renamed type, attributes of a composite, domains made stricter', async () => {
    const name = `d${++made}`;
    await declare(
      database,
      `create type ${name}_mood as enum ('ok'); create type ${name}_pair as (a integer); create domain ${name}_dom as integer;
       create domain ${name}_deep as ${name}_dom;
       create table ${name} (id integer primary key, m ${name}_mood, ms ${name}_mood[], p ${name}_pair, ps ${name}_pair[], d ${name}_deep);
       comment on table ${name} is '${every}'`,
    );
    await declare(database, `alter type ${name}_mood add value 'great'`);
    expect(await mutate(database, 'create', name, { id: 1, m: 'great', ms: ['great'] })).toMatchObject({ m: 'great' });
    const [described] = await database.query<{ e: unknown }>(
      `select ai.describe($1, 'create') #> '{inputs,properties,m,enum}' as e`,
      [name],
    );
    expect(described?.e).toEqual(['ok', 'great', null]);
    await declare(database, `alter type ${name}_mood rename value 'ok' to 'fine'`);
    expect((await refusal(mutate(database, 'create', name, { id: 2, m: 'ok' }))).fields).toEqual(['m:enum']);
    await declare(database, `alter type ${name}_mood rename to ${name}_spirit`);
    expect(await mutate(database, 'create', name, { id: 2, ms: ['fine'] })).toMatchObject({ ms: ['fine'] });
    await declare(database, `alter type ${name}_pair add attribute b text`);
    expect(await mutate(database, 'create', name, { id: 3, p: { a: 1, b: 'x' }, ps: [{ b: 'y' }] })).toMatchObject({
      p: { a: 1, b: 'x' },
      ps: [{ a: null, b: 'y' }],
    });
    await declare(database, `alter type ${name}_pair rename attribute b to c`);
    expect(await mutate(database, 'create', name, { id: 4, p: { c: 'x' } })).toMatchObject({ p: { a: null, c: 'x' } });
    await declare(database, `alter domain ${name}_dom add constraint positive check (value > 0)`);
    expect((await refusal(mutate(database, 'create', name, { id: 5, d: 0 }))).fields).toEqual(['d:check']);
    await declare(database, `alter domain ${name}_dom drop constraint positive`);
    expect(await mutate(database, 'create', name, { id: 5, d: 0 })).toMatchObject({ d: 0 });
    await declare(database, `alter domain ${name}_dom rename to ${name}_dim`);
    expect(await mutate(database, 'create', name, { id: 6, d: 1 })).toMatchObject({ d: 1 });
  });

  test('sequences renamed, of serial and of identity columns', async () => {
    const name = await table('id integer generated by default as identity primary key, s serial');
    await declare(
      database,
      `alter sequence ${name}_id_seq rename to "${name} ids"; alter table ${name}_s_seq rename to ${name}_ss`,
    );
    expect(await mutate(database, 'create', name, {})).toEqual({ id: 1, s: 1 });
  });

  test('functions that defaults and checks call, renamed', async () => {
    const name = `d${++made}`;
    await declare(
      database,
      `create function ${name}_f() returns text language sql return 'f'; create function ${name}_g(text) returns boolean language sql immutable return true;
       create table ${name} (id integer primary key, w text default ${name}_f() check (${name}_g(w))); comment on table ${name} is '${every}'`,
    );
    await declare(
      database,
      `alter function ${name}_f rename to ${name}_h; alter function ${name}_g rename to ${name}_i`,
    );
    expect(await mutate(database, 'create', name, { id: 1 })).toEqual({ id: 1, w: 'f' });
  });

  test('partitions attached and detached, and columns that come down from a parent', async () => {
    const name = `d${++made}`;
    await declare(
      database,
      `create table ${name} (id integer primary key, w text) partition by list (id);
       create table ${name}_1 partition of ${name} for values in (1);
       create table ${name}_2 (id integer not null, w text);
       create table ${name}_3 partition of ${name} for values in (3, 4) partition by list (id);
       create table ${name}_4 partition of ${name}_3 for values in (4);
       comment on table ${name} is '${every}'; comment on table ${name}_4 is '${every}'`,
    );
    await declare(database, `alter table ${name} attach partition ${name}_2 for values in (2)`);
    expect(await mutate(database, 'create', name, { id: 2, w: 'a' })).toMatchObject({ id: 2 });
    await declare(database, `alter table ${name} add column n integer default 4`);
    expect(await mutate(database, 'create', `${name}_4`, { id: 4 })).toEqual({ id: 4, w: null, n: 4 });
    await declare(database, `alter table ${name} detach partition ${name}_2`);
    expect((await refusal(mutate(database, 'create', name, { id: 2 }))).code).toBe('23514');
  });
});

describe('what no longer fits', () => {
  const narrow = '{"operations": {"create": {"optional": ["w"]}, "fetch": true}}';

  test('is refused under every name, said at the DDL, and mended by a new comment', async () => {
    const name = await table('id integer primary key, w text, v text', narrow);
    const client = await database.client();
    const notices: string[] = [];
    client.on('notice', ({ message, code }) => notices.push(`${code}: ${message}`));
    await client.query(`alter table ${name} rename column w to ww`);
    await compilePending(client);
    await client.end();
    expect(await stateOf(name)).toBe('inconsistent');
    for (const call of [
      () => mutate(database, 'create', name, { id: 1 }),
      () => mutate(database, 'fetch', `public.${name}`, { id: 1 }),
      () => database.query(`select ai_gen.${name}__create__json('{"id": 1}')`),
    ]) {
      const refused = await refusal(call());
      expect('PI003').toBe(refused.code);
      expect(refused.message + refused.hint).not.toMatch(/[{}]/);
    }
    expect(await functionsOf(name)).not.toContain(`${name}__create`);
    await declare(database, `comment on table ${name} is '${narrow.replace('"w"', '"ww"')}'`);
    expect(await mutate(database, 'create', name, { id: 1, ww: 'a' })).toMatchObject({ ww: 'a' });
    expect(await functionsOf(name)).toContain(`${name}__create`);
    // Without a compiler in the database, `pg-ai compile` says it.
    const said = [expect.stringMatching(/^PI003: .*"w" is not a column/)];
    expect(notices).toEqual(inject('server').javascript === 'none' ? [] : said);
  });

  test('is mended by the DDL that makes it fit again', async () => {
    const name = await table('id integer primary key, w text', narrow);
    await database.query(`alter table ${name} drop column w`);
    await compilePending(database);
    expect((await refusal(mutate(database, 'create', name, { id: 1 }))).code).toBe('PI003');
    await declare(database, `alter table ${name} add column w integer`);
    expect(await mutate(database, 'create', name, { id: 1, w: 5 })).toEqual({ id: 1, w: 5 });
  });

  test('cannot be declared again as it was', async () => {
    const name = await table('id integer primary key, w text', narrow);
    await database.query(`alter table ${name} drop column w`);
    await compilePending(database);
    const refused = await refusal(declare(database, `comment on table ${name} is '${narrow}'`));
    expect(refused.code).toBe('PI001');
  });

  test('lets go of types that it no longer needs', async () => {
    await database.query(`create type going as enum ('a')`);
    const name = await table('id integer primary key, w going', narrow);
    await database.query(`alter table ${name} drop column w`);
    await compilePending(database);
    await database.query('drop type going');
    expect((await refusal(mutate(database, 'create', name, { id: 1 }))).code).toBe('PI003');
  });

  test('a type dropped with CASCADE takes its column along', async () => {
    await database.query(`create type gone as enum ('a'); create domain gone_too as text`);
    const named = await table('id integer primary key, w gone', narrow);
    const open = await table('id integer primary key, w gone, v gone_too, u text');
    await database.query('drop type gone cascade; drop domain gone_too cascade');
    await compilePending(database);
    expect('PI003').toBe((await refusal(mutate(database, 'create', named, { id: 1 }))).code);
    const again = await refusal(mutate(database, 'create', open, { id: 1, w: 'a' }));
    expect(again.fields).toEqual(['w:additionalProperties']);
  });
});

describe('withdrawing', () => {
  test.each(['null', `''`, `'just words'`, `'{"foreign": true}'`])(
    'comment %s: the operations are gone',
    async (comment) => {
      const name = await table();
      await declare(database, `comment on table ${name} is ${comment}`);
      expect((await refusal(mutate(database, 'create', name, { id: 1 }))).code).toBe('PI101');
      expect(await functionsOf(name)).toEqual([]);
      expect(await stateOf(name)).toBeUndefined();
    },
  );

  test('an operation taken from the declaration is gone, the others stay', async () => {
    const name = await table();
    await declare(database, `comment on table ${name} is '{"operations": {"create": {"optional": "*"}}}'`);
    expect((await refusal(mutate(database, 'delete', name, { id: 1 }))).code).toBe('PI101');
    expect(await mutate(database, 'create', name, { id: 1 })).toMatchObject({ id: 1 });
    expect((await functionsOf(name)).filter((f) => f.includes('delete'))).toEqual([]);
  });

  test.each(['drop table', 'drop schema'])('%s: nothing is left', async (how) => {
    const name = `d${++made}`;
    await declare(
      database,
      `create schema ${name}; create table ${name}.t (id integer primary key, w text); comment on table ${name}.t is '${every}'`,
    );
    await database.query(how === 'drop table' ? `drop table ${name}.t` : `drop schema ${name} cascade`);
    expect((await refusal(mutate(database, 'create', `${name}.t`, { id: 1 }))).code).toBe('PI101');
    expect(await functionsOf(name)).toEqual([]);
    expect(await database.query('select from ai.operation where qualified_name = $1', [`${name}.t`])).toEqual([]);
  });
});

test('only what changed is compiled again', async () => {
  const name = await table();
  const other = await table();
  const before = await revisions();
  const declaration = every;
  await declare(
    database,
    `comment on table ${name} is '${declaration}';
     alter table ${name} alter column w set statistics 10;
     alter table ${name} set (fillfactor = 90);
     create index on ${name} (w);
     create table ${name}_unrelated (id integer); alter table ${name}_unrelated add column x integer; drop table ${name}_unrelated`,
  );
  expect(await revisions()).toBe(before);
  await declare(database, `alter table ${other} add column x integer`);
  expect(await revisions()).toBeGreaterThan(before);
  const changed = await database.query(`select distinct qualified_name as name from ai.revision where revision > $1`, [
    before,
  ]);
  expect(changed.filter((row) => row.name === `public.${name}`)).toEqual([]);
});

test('a transaction that rolls back leaves everything as it was', async () => {
  const name = await table();
  const picture = () =>
    database.query(
      `select (select jsonb_agg(d order by d.relation::text) from ai.declaration d) as declarations, (select count(*) from ai.revision) as revisions,
         (select jsonb_agg(o order by o.dispatch) from ai.operation o) as operations,
         (select jsonb_agg(p.oid::regprocedure::text || md5(p.prosrc) || coalesce(p.proacl::text, '') order by p.oid) from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace) as functions`,
    );
  const before = await picture();
  const client = await database.client();
  await client.query('begin');
  await client.query(
    `comment on table ${name} is null; create table ${name}_new (id integer primary key); comment on table ${name}_new is '{"operations": {"create": true}}'`,
  );
  await compilePending(client);
  expect((await mutate(client, 'create', `${name}_new`, { id: 1 })).id).toBe(1);
  await client.query('rollback');
  await client.query('begin');
  await client.query(`alter table ${name} drop column w`);
  await client.query('rollback');
  await client.end();
  expect(await picture()).toEqual(before);
  expect(await mutate(database, 'create', name, { id: 1, w: 'a' })).toEqual({ id: 1, w: 'a' });
});

describe('whoever owns a table but has no part in pg_ai', () => {
  const roles: string[] = [];
  const role = async (suffix: string) => {
    const name = `${database.name}_${suffix}`;
    await database.query(`create role ${name}`);
    roles.push(name);
    return name;
  };
  afterAll(async () => {
    for (const name of roles) await database.query(`drop owned by ${name} cascade; drop role ${name}`);
  });

  test('may do ordinary DDL, also on a table that others declared', async () => {
    const owner = await role('owner');
    const name = await table('id integer primary key, w text', '{"operations": {"create": {"optional": ["w"]}}}');
    await database.query(`alter table ${name} owner to ${owner}; grant create on schema public to ${owner}`);
    const client = await database.as(owner);
    await client.query(
      `create table ${name}_own (id integer); alter table ${name}_own add column x integer; drop table ${name}_own`,
    );
    await client.query(`alter table ${name} add column x integer`);
    // Operations run what belongs to the table, so its owner must be trusted with that.
    const refused = await refusal(mutate(database, 'create', name, { id: 1 }));
    expect(['PI002', 'PI003']).toContain(refused.code);
    await database.query(`grant ai_admin to ${owner}`);
    await client.query(`comment on table ${name} is '{"operations": {"create": {"optional": ["w"]}}}'`);
    await compilePending(database);
    expect(await mutate(database, 'create', name, { id: 1, w: 'a' })).toMatchObject({ w: 'a' });
    await database.query(`revoke ai_admin from ${owner}`);
    await client.query(`alter table ${name} drop column w`);
    await client.query(`alter table ${name} rename to ${name}_renamed`);
    expect(['PI002', 'PI003']).toContain(
      (await refusal(mutate(database, 'create', `${name}_renamed`, { id: 1 }))).code,
    );
    await client.query(`drop table ${name}_renamed`);
    await client.end();
  });

  test('may comment, but not declare', async () => {
    const owner = await role('commenter');
    const name = await table('id integer primary key, w text', '');
    await database.query(`alter table ${name} owner to ${owner}`);
    const client = await database.as(owner);
    await client.query(
      `comment on table ${name} is 'about people, {curly}'; comment on column ${name}.w is '{"minLength": 1}'`,
    );
    const refused = await refusal(client.query(`comment on table ${name} is '${every}'`));
    expect([refused.code, refused.message]).toEqual([
      '42501',
      `${owner} may not declare operations on public.${name}: that needs the role ai_admin`,
    ]);
    expect((await refusal(client.query(`comment on table ${name} is 'people @ai({"operations": {}})'`))).code).toBe(
      '42501',
    );
    await client.end();
  });

  test('an ai_admin who does not own the table cannot comment at all; who owns it declares', async () => {
    const admin = await role('admin');
    await database.query(`grant ai_admin to ${admin}; grant create on schema public to ${admin}`);
    const foreign = await table();
    const client = await database.as(admin);
    expect((await refusal(client.query(`comment on table ${foreign} is null`))).code).toBe('42501');
    await client.query(
      `create table ${foreign}_mine (id serial primary key, w text); comment on table ${foreign}_mine is '${every}'`,
    );
    await client.end();
    await compilePending(database);
    expect(await mutate(database, 'create', `${foreign}_mine`, { w: 'a' })).toEqual({ id: 1, w: 'a' });
  });
});
