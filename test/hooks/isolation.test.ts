import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { compileText } from '../../plv8/compiler.ts';
import { useRole } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** One hook must not disturb another, nor a caller's session a hook; and code that does not end is ended. */
const { javascript } = inject('server');
needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

const database = useDatabase();
const caller = useRole(database, ['ai_user']);

beforeAll(async () => {
  if (javascript === 'none') return;
  await database.query(
    `create schema app; grant usage on schema app to ${caller};
     create table app.thing (id integer generated always as identity primary key, name text);
     comment on table app.thing is '{"operations": {"create": {"optional": ["name"]}}}'`,
  );
});
beforeEach(() => database.query('delete from ai.hooks; truncate app.thing restart identity'));

const hook = (name: string, js: string, settings = '{}') =>
  database.query(
    `insert into ai.hooks (name, relation, phase, language, code, settings) values ('${name}', 'app.thing', 'pre', 'javascript', $js$${js}$js$, '${settings}')`,
  );
const create = (client: pg.Client, inputs: object = {}) => mutate(client, 'create', 'app.thing', inputs);

describe('what belongs to everybody cannot be changed', () => {
  const attacks = [
    'Array.prototype.map = () => ["stolen"]',
    'Array.prototype.push = () => 0',
    'Object.prototype.polluted = 1',
    'Object.prototype.toString = () => "stolen"',
    'Object.defineProperty(Object.prototype, "name", { value: "stolen" })',
    'String.prototype.trim = () => "stolen"',
    'Function.prototype.call = () => 1',
    'JSON.parse = () => ({ inputs: { name: "stolen" } })',
    'JSON = {}',
    'globalThis.JSON = {}',
    'globalThis.Date = class {}',
    'Date.now = () => 0',
    'Math.random = () => 0',
    'Error.prototype.name = "Stolen"',
    'Promise.prototype.then = () => 1',
    'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
    'Object.getPrototypeOf(Int8Array).prototype.fill = () => 1',
    'Object.setPrototypeOf(Array.prototype, { stolen: 1 })',
    'delete Array.prototype.map',
    'db.query = () => []',
    'globalThis.plv8 = {}; globalThis.pljs = {}',
    'undeclared = 1',
  ];

  test.each(attacks)('%s', async (attack) => {
    const client = await database.client();
    // On assignment to what cannot be written strict code throws; what throws nothing must have changed nothing.
    await hook(
      'attacker',
      `try { ${attack} } catch (e) { if (e.name !== 'TypeError' && e.name !== 'ReferenceError') throw e; return { inputs: { name: 'thrown' } } }`,
    );
    expect(await create(client)).toMatchObject({ name: expect.stringMatching(/^thrown$/) });
    await database.query('delete from ai.hooks');
    await hook(
      'victim',
      `return { inputs: { name: [" a ", " b "].map((each) => each.trim()).concat([String(new Error("c")), JSON.stringify(JSON.parse("[1]")), typeof ({}).polluted]).join() } }`,
    );
    expect(await create(client)).toMatchObject({ name: 'a,b,Error: c,[1],undefined' });
  });

  test('and what programs do write on their own objects can be written', async () => {
    await hook(
      'fine',
      `class Wrong extends Error { constructor(m) { super(m); this.name = 'Wrong'; this.message = m + '!'; } }
       class Thing { constructor() { this.constructor = Thing; this.toString = () => 'thing'; this.valueOf = () => 7 } }
       const list = []; list.push = function () { this[0] = 'own'; }; list.push(1);
       function F() {} F.prototype = Object.create(Error.prototype); F.prototype.constructor = F; F.prototype.name = 'F';
       const o = { toString() { return 'literal' } };
       const copy = Object.assign({}, { toString: () => 'assigned', hasOwnProperty: 1 });
       return { inputs: { name: [new Wrong('m'), new Thing(), new Thing() + 1, list[0], new F().name, o, copy, copy.hasOwnProperty].map(String).join() } }`,
    );
    expect(await create(await database.client())).toMatchObject({ name: 'Wrong: m!,thing,8,own,F,literal,assigned,1' });
  });

  test('the compiler goes on as it was', async () => {
    const client = await database.client();
    await hook('first', `return { inputs: { name: 'hardened' } }`);
    expect(await create(client)).toMatchObject({ name: 'hardened' });
    const { rows } = await client.query<{ input: string; output: string }>(
      `with i (input) as (
         select jsonb_build_object('table', ai_private.catalog_snapshot(c.oid), 'fingerprint', 'f')::text from pg_class c where c.relname in ('thing', 'pg_type')
       )
       select i.input, ai_private.compile_text(i.input) as output from i`,
    );
    expect(rows).toHaveLength(2);
    // not in ai_owner's context only
    for (const { input, output } of rows) expect(output).toBe(compileText(input));
    await client.query(
      `comment on table app.thing is '{"operations": {"create": {"optional": ["name"], "description": "again"}}}'`,
    );
    expect(await create(client)).toMatchObject({ name: 'hardened' });
  });
});

describe('what belongs to one hook', () => {
  test('is its own: names of one are not seen by another', async () => {
    const client = await database.client();
    await hook('a', `var secret = 1; let other = 2; function helper() {} ; return null`);
    await hook(
      'b',
      `return { inputs: { name: [typeof secret, typeof other, typeof helper, typeof plv8, typeof pljs, typeof pgAiRuntime].join() } }`,
    );
    expect(await create(client)).toMatchObject({ name: 'undefined,undefined,undefined,undefined,undefined,undefined' });
  });

  // Said in the documentation: globals are the one thing that hooks of a session share.
  test('but for globals that it makes on purpose', async () => {
    const client = await database.client();
    await hook(
      'a',
      `globalThis.left_behind = (globalThis.left_behind ?? 0) + 1; return { inputs: { name: String(globalThis.left_behind) } }`,
    );
    expect(await create(client)).toMatchObject({ name: '1' });
    expect(await create(client)).toMatchObject({ name: '2' });
    expect(await create(await database.client())).toMatchObject({ name: '1' });
  });
});

describe('a caller’s session', () => {
  const asCaller = () => database.as(caller.replaceAll('"', ''));

  test('changes its own JavaScript and not that of operations', async () => {
    await hook('h', `return { inputs: { name: ['x'].map((x) => x.toUpperCase()).join() + JSON.stringify([1]) } }`);
    const client = await asCaller();
    await client.query(
      `do language ${javascript} $$ Array.prototype.map = function () { return ['stolen'] }; JSON.stringify = function () { return 'stolen' } $$`,
    );
    expect(await create(client)).toMatchObject({ name: 'X[1]' });
  });

  test('does not smuggle in a start_proc', async () => {
    await database.query(
      `create table app.canary (who text); grant insert on app.canary to public;
       create schema evil; create function evil.bite() returns void language ${javascript} as $$
         const engine = typeof plv8 === 'undefined' ? pljs : plv8;
         engine.execute('insert into app.canary values (current_user)');
       $$; grant execute on function evil.bite() to public; grant usage on schema evil to public`,
    );
    await hook('h', `return { inputs: { name: 'fine' } }`);
    for (const setting of ['plv8.start_proc', 'pljs.start_proc']) {
      const client = await asCaller();
      await client.query(`select set_config('${setting}', 'evil.bite', false)`);
      expect(await create(client)).toMatchObject({ name: 'fine' });
    }
    expect(await database.query('select who from app.canary where who <> session_user')).toEqual([]);
  });

  test('runs a program by hand with no more than its own rights', async () => {
    await hook('h', `db.query('select * from app.thing')`);
    const client = await asCaller();
    const [program] = await database.query<{ name: string }>('select name from ai_private.program');
    const { rows } = await client.query<{ answer: string }>(
      `select ai_private.run_javascript($1, '{}', 1000) as answer`,
      [program?.name],
    );
    expect(JSON.parse(rows[0]?.answer ?? '')).toMatchObject({ refuse: { code: '42501' } });
    for (const sql of [
      `select ai_private.prepare_javascript('1')`,
      `select ai_private.store_program('p', '1', '')`,
      `select * from ai_private.program`,
    ])
      expect([sql, (await refusal(client.query(sql))).code]).toEqual([sql, '42501']);
  });
});

describe('is stopped:', () => {
  const limit = '{"timeout_ms": 50}';
  test.each([
    ['a loop', 'while (true) {}'],
    ['a loop that catches', 'for (;;) { try { for (;;) { for (let i = 0; i < 10; i++); } } catch (e) {} }'],
    ['a loop with an empty body', 'do ; while (1)'],
    ['a loop in a callback', '[1, 2].map(() => { while (1) Math.random() })'],
    ['a generator without an end', 'for (const x of (function* () { while (true) yield 1 })()) {}'],
    ['one that catches and answers', 'try { while (true) {} } catch (e) {} return { inputs: { name: "late" } }'],
    ['a slow query', 'db.query("select pg_sleep(0.1)")'],
    [
      'a slow query that is caught',
      'try { db.query("select pg_sleep(0.1)") } catch (e) {} return { inputs: { name: "late" } }',
    ],
  ])('%s', async (_, js) => {
    const client = await database.client();
    await hook('h', js, limit);
    expect(await refusal(create(client))).toMatchObject({
      code: 'PI303',
      message: 'the hook "h" ran longer than 50 ms',
    });
    expect(await database.query('select from app.thing')).toEqual([]);
    // the session goes on
    await database.query(
      `update ai.hooks set code = 'return { inputs: { name: "quick" } }', settings = '{"timeout_ms": 60000}'`,
    );
    expect(await create(client)).toMatchObject({ name: 'quick' });
  });

  test('recursion without an end', async () => {
    const client = await database.client();
    await hook('h', 'const f = (n) => f(n + 1) + 1; return f(0)');
    expect((await refusal(create(client))).code).toBe('PI301');
    expect((await refusal(create(client))).code).toBe('PI301');
  });

  test('one that calls itself through an operation', async () => {
    const client = await database.client();
    await hook('h', `db.query("select ai.generate_mutation('create', 'app.thing', '{}')")`, '{"timeout_ms": 60000}');
    expect((await refusal(create(client))).code).toBe('54001');
    await database.query(`update ai.hooks set code = 'return { inputs: { name: "calm" } }'`);
    expect(await create(client)).toMatchObject({ name: 'calm' });
  });

  test('one that hoards memory, at the engine’s limit', async () => {
    const client = await database.client();
    // pljs takes its limit when it is loaded, plv8 allows no less than its default
    await client.query('set pljs.memory_limit = 64');
    await hook(
      'h',
      'const all = []; for (let i = 0; ; i++) all.push({ i, text: "hoarded " + i })',
      '{"timeout_ms": 60000}',
    );
    const refused = await refusal(create(client));
    expect(refused.everything).toMatch(/memory/i);
    await database.query(`update ai.hooks set code = 'return { inputs: { name: "modest" } }'`);
    expect(await create(client)).toMatchObject({ name: 'modest' });
  });

  // Calls are not loops, so nothing asks for the time here. statement_timeout ends the call: pljs at once, plv8 3.2 when the code is done.
  test('by statement_timeout, what takes long without a loop', async () => {
    const client = await database.client();
    await hook(
      'h',
      'const f = (n) => (n < 2 ? n : f(n - 1) + f(n - 2)); return { inputs: { name: String(f(38)) } }',
      '{"timeout_ms": 60000}',
    );
    await client.query('set statement_timeout = 50');
    const refused = await refusal(create(client));
    expect(refused.code).toBe('57014');
    await client.query('reset statement_timeout');
    expect(await database.query('select from app.thing')).toEqual([]);
    await database.query(`update ai.hooks set code = 'return { inputs: { name: "quick" } }'`);
    expect(await create(client)).toMatchObject({ name: 'quick' });
  });
});

describe('a cancelled statement', () => {
  needs(
    javascript === 'plv8',
    'pljs takes SIGINT from PostgreSQL for the rest of a session, so nothing but its own code can be cancelled there',
  );

  test('cannot be caught away', async () => {
    const client = await database.client();
    await hook(
      'h',
      'try { db.query("select pg_sleep(20)") } catch (e) {} return { inputs: { name: "went on" } }',
      '{"timeout_ms": 60000}',
    );
    await client.query('set statement_timeout = 200');
    expect(['57014', 'XX000']).toContain((await refusal(create(client))).code);
    expect(await database.query('select from app.thing')).toEqual([]);
  });
});
