import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, mutateText, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** What JavaScript hooks are given, may answer and may ask the database: the same in plv8 and pljs. */
const database = useDatabase();
const { javascript } = inject('server');

beforeAll(() =>
  declare(
    database,
    `create schema app;
     create table app.thing (
       id integer generated always as identity primary key,
       name text, big bigint, price numeric, doc jsonb, at timestamptz, day date, tags text[]
     );
     comment on table app.thing is '{"operations": {"create": {"optional": ["name", "big", "price", "doc", "at", "day", "tags"]}}}';
     create table app.stock (item text primary key, left_over numeric not null check (left_over >= 0), updated date);
     grant usage on schema app to ai_owner; grant select, insert, update on app.stock to ai_owner`,
  ),
);

const code = (js: string): string => `$js$${js}$js$`;
const register = (js: string, phase = 'pre', settings = '{}'): Promise<void> =>
  declare(
    database,
    `insert into ai.hooks (name, relation, phase, language, code, settings) values ('h', 'app.thing', '${phase}', 'javascript', ${code(js)}, '${settings}')`,
  );
const create = (inputs: object | string = {}): Promise<Record<string, unknown>> =>
  mutate(database, 'create', 'app.thing', inputs);
/** What an expression is worth inside a post hook, as JSON. */
const worth = async (expression: string, inputs: object | string = {}): Promise<unknown> => {
  await register(
    `return { result: { worth: (() => { ${expression.includes('return') ? expression : `return ${expression}`} })() } };`,
    'post',
  );
  return (await create(inputs)).worth;
};

describe('without a JavaScript language', () => {
  needs(javascript === 'none', 'there is a JavaScript language here');

  test('it is refused, with what to install', async () => {
    const refused = await refusal(register('return null'));
    expect([refused.code, refused.message]).toEqual([
      'PI007',
      expect.stringContaining('hook h: language: this database has no JavaScript language; install plv8 or pljs'),
    ]);
    expect(await create({ name: 'a' })).toMatchObject({ name: 'a' });
  });
});

describe('with a JavaScript language', () => {
  needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
  beforeEach(async () => {
    await database.query('delete from ai.hooks; truncate app.thing, app.stock restart identity');
  });

  describe('one object in, one out', () => {
    test('a pre hook changes inputs', async () => {
      await register(
        'const { name } = ctx.inputs; return { inputs: { name: name.trim().toLowerCase(), tags: [name, ctx.operation, ctx.table, typeof ctx.actor] } };',
      );
      expect(await create({ name: ' Lan ' })).toMatchObject({
        name: 'lan',
        tags: [' Lan ', 'create', 'app.thing', 'string'],
      });
    });

    test('a post hook sees the row and adds to the answer', async () => {
      expect(await worth('[Object.keys(ctx), ctx.row.name, ctx.old, ctx.inputs]', { name: 'Lan' })).toEqual([
        ['old', 'row', 'actor', 'table', 'inputs', 'operation'],
        'Lan',
        null,
        { name: 'Lan' },
      ]);
    });

    test.each(['', 'return', 'return null', 'return undefined', 'return {}'])('%j changes nothing', async (js) => {
      await register(js);
      expect(await create({ name: 'a' })).toMatchObject({ name: 'a' });
    });

    test.each([
      ['return 7', 'PI302'],
      ['return "x"', 'PI302'],
      ['return { input: {} }', 'PI302'],
      ['return { inputs: { price: NaN } }', 'PI301'],
      ['return { inputs: { day: new Date("x") } }', 'PI301'],
      ['return { inputs: { name: "a\\0b" } }', 'PI301'],
      ['return (async () => null)()', 'PI301'],
      ['return { inputs: { big: "x" } }', 'PI100'],
      ['return { inputs: { nothing: 1 } }', 'PI100'],
    ])('%s is refused', async (js, expected) => {
      await register(js);
      expect((await refusal(create())).code).toBe(expected);
      expect(await database.query('select from app.thing')).toEqual([]);
    });

    test('what comes in cannot be changed in place, so that no change is lost silently', async () => {
      for (const js of ['ctx.inputs.name = "b"', 'ctx.inputs = {}', 'delete ctx.inputs.name']) {
        await database.query('delete from ai.hooks');
        await register(js);
        expect([js, (await refusal(create({ name: 'a' }))).detail.error]).toEqual([js, 'TypeError']);
      }
    });

    test('a condition, an order and a name work as for any hook', async () => {
      await declare(
        database,
        `insert into ai.hooks (name, relation, phase, position, condition, language, code) values
           ('a', 'app.thing', 'pre', 2, $$inputs ->> 'name' = 'one two'$$, 'javascript', $$return { inputs: { name: ctx.inputs.name + ' three' } }$$),
           ('b', 'app.thing', 'pre', 1, null, 'javascript', $$return { inputs: { name: ctx.inputs.name + ' two' } }$$)`,
      );
      expect(await create({ name: 'one' })).toMatchObject({ name: 'one two three' });
      expect(await create({ name: 'two' })).toMatchObject({ name: 'two two' });
    });

    test('ai.explain_mutation names the hook and its time', async () => {
      await register('return null', 'pre', '{"timeout_ms": 50}');
      const [row] = await database.query<{ hooks: unknown }>(
        `select ai.explain_mutation('create', 'app.thing', '{}') -> 'hooks' as hooks`,
      );
      expect(row?.hooks).toEqual([{ hook: 'h', phase: 'pre', language: 'javascript', timeLimit: 50 }]);
    });

    test('code that is replaced runs anew, also in sessions that had it', async () => {
      await register('return { inputs: { name: "one" } }');
      const other = await database.client();
      expect(await mutate(other, 'create', 'app.thing', {})).toMatchObject({ name: 'one' });
      await database.query(`update ai.hooks set code = 'return { inputs: { name: "two" } }'`);
      expect(await mutate(other, 'create', 'app.thing', {})).toMatchObject({ name: 'two' });
      expect(await database.query('select from ai_private.program')).toHaveLength(1);
      await database.query('delete from ai.hooks');
      expect(await database.query('select from ai_private.program')).toHaveLength(0);
    });
  });

  describe('no digit is lost', () => {
    const inputs =
      '{"big": 9007199254740993, "price": 12345678901234567890.12, "doc": {"a": [123456789012345678901234567890, 0.1234567890123456789, 1.5, 7]}}';
    const kept =
      '"big": 9007199254740993, "doc": {"a": [123456789012345678901234567890, 0.1234567890123456789, 1.5, 7]}';

    test('by what goes through a hook and back', async () => {
      await register('return { inputs: { ...ctx.inputs, name: "through" } }');
      const answer = await mutateText(database, 'create', 'app.thing', inputs);
      expect(answer).toContain('"name": "through"');
      expect(answer).toContain('"big": 9007199254740993');
      expect(answer).toContain('"price": 12345678901234567890.12');
      expect(answer).toContain('[123456789012345678901234567890, 0.1234567890123456789, 1.5, 7]');
    });

    test('by what a post hook sees and gives', async () => {
      await register('const { big, doc, price } = ctx.row; return { result: { seen: { big, doc, price } } }', 'post');
      expect(await mutateText(database, 'create', 'app.thing', inputs)).toContain(
        `{${kept}, "price": 12345678901234567890.12}`,
      );
    });

    test('a number is a number where it fits, else a BigInt or digits', async () => {
      expect(
        await worth(
          'const { big, price, doc } = ctx.row; return [typeof big, String(big + 1n), String(price), typeof doc.a[0], typeof doc.a[2], (() => { try { return price * 2 } catch (e) { return e.name } })()]',
          inputs,
        ),
      ).toEqual(['bigint', '9007199254740994', '12345678901234567890.12', 'bigint', 'number', 'TypeError']);
      await database.query('delete from ai.hooks');
      expect(await worth('[typeof ctx.row.big, typeof ctx.row.price]', { big: 7, price: 19.9 })).toEqual([
        'number',
        'number',
      ]);
    });

    test('a BigInt, digits as text and a Date go where they fit', async () => {
      await register(
        'return { inputs: { big: 9223372036854775807n, price: "0.10000000000000000001", at: new Date(Date.UTC(2026, 0, 5, 8)), day: "2026-01-05" } }',
      );
      const answer = await mutateText(database, 'create', 'app.thing', {});
      expect(answer).toContain('"big": 9223372036854775807');
      expect(answer).toContain('"price": 0.10000000000000000001');
      expect(answer).toContain('"at": "2026-01-05T08:00:00+00:00"');
    });

    test('moments come as text with all their digits, and are read the same', async () => {
      expect(
        await worth('[ctx.row.at, new Date(ctx.row.at).toISOString(), new Date(ctx.row.day).toISOString()]', {
          at: '2026-01-05T08:00:00.123456+02:00',
          day: '2026-01-05',
        }),
      ).toEqual(['2026-01-05T06:00:00.123456+00:00', '2026-01-05T06:00:00.123Z', '2026-01-05T00:00:00.000Z']);
    });
  });

  describe('db.query', () => {
    test('gives rows, with parameters that take the types of the statement', async () => {
      expect(
        await worth(`db.query(
          "select $1::int + 1 as i, $2::bigint as b, $3::numeric as n, $4::text as t, $5::boolean as f, $6::jsonb as j, $7::text[] as a, $8::timestamptz as at, $9::text is null as missing, $10::date as d, $11::jsonb as s",
          [1, 900719925474099n, "1.10", "it's \\\\ $1", true, { x: [1, "y"] }, ["p", "q r", null], new Date(0), null, "2026-01-05", "text"])`),
      ).toEqual([
        {
          i: 2,
          b: 900719925474099,
          n: 1.1,
          t: "it's \\ $1",
          f: true,
          j: { x: [1, 'y'] },
          a: ['p', 'q r', null],
          at: '1970-01-01T00:00:00+00:00',
          missing: true,
          d: '2026-01-05',
          s: 'text',
        },
      ]);
    });

    test('infers types that nobody wrote', async () => {
      await database.query(`insert into app.stock values ('tea', 5, '2026-01-05'), ('rice', 7.5, null)`);
      expect(
        await worth(
          'db.query("select item from app.stock where left_over > $1 and (updated = $2 or updated is null) order by 1", [5.5, "2026-01-05"])',
        ),
      ).toEqual([{ item: 'rice' }]);
    });

    test('writes in the call’s transaction', async () => {
      await register(`
        const [row] = db.query("insert into app.stock values ($1, $2) on conflict (item) do update set left_over = stock.left_over + excluded.left_over returning left_over", [ctx.inputs.name, 2]);
        const none = db.query("update app.stock set updated = $1 where item = $2", [ctx.inputs.day, ctx.inputs.name]);
        if (ctx.inputs.big === 1) throw new Refusal("PI310", "no");
        return { inputs: { price: row.left_over, tags: [String(none.length)] } };`);
      expect(await create({ name: 'tea', day: '2026-01-05' })).toMatchObject({ price: 2, tags: ['0'] });
      await refusal(create({ name: 'tea', big: 1 }));
      expect(await create({ name: 'tea', day: '2026-01-06' })).toMatchObject({ price: 4 });
      expect(await database.query('select item, left_over::text, updated::text from app.stock')).toEqual([
        { item: 'tea', left_over: '4', updated: '2026-01-06' },
      ]);
    });

    test('an error can be caught, as often as need be, and what it undid is only itself', async () => {
      expect(
        await worth(`
          const seen = new Set();
          for (let i = 0; i < 12; i++) {
            db.query("insert into app.stock values ($1, 1)", ["item " + i]);
            try { db.query("insert into app.stock values ($1, -1)", ["bad " + i]); } catch (e) { seen.add([e instanceof DatabaseError, e.code, e.constraint].join()); }
          }
          return [...seen, db.query("select count(*) as n from app.stock")[0].n];`),
      ).toEqual(['true,23514,stock_left_over_check', 12]);
    });

    test('an error that is not caught refuses the call under its own code', async () => {
      await register('db.query("select 1 / $1::int", [0])');
      expect(await refusal(create())).toMatchObject({
        code: '22012',
        message: 'division by zero',
        detail: { hook: 'h', line: 1 },
      });
    });

    test.each([
      [
        'no rights beyond the operation’s',
        'db.query("select * from ai_private.message limit 1"); db.query("select rolpassword from pg_authid")',
        '42501',
      ],
      ['no search_path of the caller’s', 'db.query("select * from stock")', '42P01'],
      ['no statements but those on rows', 'db.query("create table app.new (id int)")', '42601'],
      ['no end of the transaction', 'db.query("commit")', '42601'],
      ['as many parameters as there are', 'db.query("select $1::int", [])', '42601'],
      ['texts and arrays only', 'db.query("select $1::int", 1)', 'PI301'],
      ['values that there are', 'db.query("select $1::int", ["x"])', '22P02'],
    ])('has %s', async (_, js, expected) => {
      const other = await database.client();
      await other.query('set search_path = app, public');
      await register(js);
      expect((await refusal(mutate(other, 'create', 'app.thing', {}))).code).toBe(expected);
      expect((await other.query('select from pg_prepared_statements')).rowCount).toBe(0);
    });

    test('a statement of the caller’s that has the same name is not run', async () => {
      const other = await database.client();
      await other.query(`prepare pg_ai_query_0 as select 'theirs' as whose`);
      await register(`return { inputs: { name: db.query("select 'ours' as whose")[0].whose } }`);
      expect(await mutate(other, 'create', 'app.thing', {})).toMatchObject({ name: 'ours' });
    });
  });

  describe('a hook that throws refuses', () => {
    test.each([
      ['new Refusal("PI333", "not you", { why: [1] })', 'PI333', 'not you', { detail: { why: [1] } }],
      ['new Refusal("XY123", "own class")', 'XY123', 'own class', {}],
      ['new Refusal("PI104", "not for hooks")', 'PI301', 'not for hooks', {}],
      ['new Refusal("00000", "success")', 'PI301', 'success', {}],
      ['new Refusal("much too long", "x")', 'PI301', 'x', {}],
      ['new Error("plain")', 'PI301', 'plain', {}],
      ['Object.assign(new Error("coded"), { code: "PI345" })', 'PI345', 'coded', {}],
      ['new RangeError("far")', 'PI301', 'RangeError: far', { error: 'RangeError' }],
      ['{ code: "PI346", message: "an object" }', 'PI346', 'an object', {}],
    ])('throw %s', async (thrown, expected, message, detail) => {
      await register(`\n\nthrow ${thrown};`);
      const refused = await refusal(create());
      expect([refused.code, refused.message]).toEqual([expected, message]);
      expect(refused.detail).toMatchObject({ table: 'app.thing', operation: 'create', hook: 'h', ...detail });
      if (thrown.startsWith('new'))
        expect([refused.detail.line, refused.hint]).toEqual([3, 'Refused by the hook "h", line 3.']);
    });

    test.each(['"text"', 'undefined', '7', '{}', 'Symbol("s")', 'Object.create(null)'])(
      'whatever it throws: %s',
      async (thrown) => {
        await register(`throw ${thrown}`);
        expect((await refusal(create())).code).toBe('PI301');
      },
    );

    test('in the language of the session where the message is pg_ai’s', async () => {
      await register('while (true) {}', 'pre', '{"timeout_ms": 20}');
      const vi = await database.client();
      await vi.query(`set pg_ai.language = 'vi'`);
      expect((await refusal(mutate(vi, 'create', 'app.thing', {}))).message).toBe('hook "h" chạy lâu hơn 20 ms');
    });
  });

  describe('a mistake in the code is told when it is registered', () => {
    test.each([
      ['const a = 1;\n\nconst b = ;\nreturn a', 3],
      ['return {', 2],
      ['"use strict";\nwith (ctx) {}', 2],
    ])('%j', async (js, line) => {
      const refused = await refusal(register(js));
      expect(refused.code).toBe('PI007');
      const [error] = refused.detail.errors as { path: string; reason: string }[];
      expect(error?.path).toMatch(new RegExp(`^hook h: code, line ${line > 2 ? line : '[1-3]'}$`));
      expect(error?.reason).toContain('SyntaxError');
      expect(await database.query('select from ai.hooks')).toEqual([]);
    });

    test('registering runs nothing of it', async () => {
      await register('throw new Error("ran")');
      await register2('}; })(db.query("select 1 / 0")); (function () { return function () {');
    });
    const register2 = (js: string) =>
      refusal(
        database.query(
          `insert into ai.hooks (name, relation, phase, language, code) values ('breaks_out', 'app.thing', 'pre', 'javascript', ${code(js)})`,
        ),
      );
  });

  test('plv8 issue 606: under two users in one transaction', async () => {
    await declare(
      database,
      `create table app.invoked (id integer primary key, name text);
       comment on table app.invoked is '{"operations": {"create": {"security": "invoker", "optional": ["name"]}}}'`,
    );
    await declare(
      database,
      `insert into ai.hooks (name, phase, language, code, settings) values ('everywhere', 'pre', 'javascript', 'return { inputs: { name: db.query("select current_user as who")[0].who } }', '{"timeout_ms": 5000}')`,
    );
    const client: pg.Client = await database.client();
    const me = (await client.query<{ me: string }>('select current_user as me')).rows[0]?.me;
    await client.query('begin');
    for (let i = 1; i <= 3; i++) {
      expect(await mutate(client, 'create', 'app.invoked', { id: i })).toMatchObject({ name: me });
      expect(await mutate(client, 'create', 'app.thing', {})).toMatchObject({ name: 'ai_owner' });
    }
    await client.query('commit');
    await database.query('delete from ai.hooks');
    await declare(database, 'drop table app.invoked');
  });
});
