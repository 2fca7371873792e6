import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type ActionRow, amend, execute, insertOf, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare, rowsOf } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** Actions in JavaScript: the same in plv8 and pljs. */
const database = useDatabase();
const { javascript } = inject('server');

beforeAll(() =>
  declare(
    database,
    `create schema app;
     create table app.account (id bigint generated always as identity primary key, owner text not null unique, balance numeric not null check (balance >= 0));
     comment on table app.account is '{"operations": {"create": {"optional": ["balance"]}, "update": {"optional": ["balance"]}}}';
     create table app.note (text text); grant usage on schema app to ai_owner; grant select, insert on app.note to ai_owner`,
  ),
);

const action = (code: string, more: object = {}): ActionRow => ({
  action_name: 'act',
  language: 'javascript',
  code_template: code,
  ...more,
});
const inputs = (properties: object, required: readonly string[] = []) => ({ input_schema: { properties, required } });

describe('without a JavaScript language', () => {
  needs(javascript === 'none', 'there is a JavaScript language here');

  test('it is refused, with what to install, and so is turning an action into JavaScript', async () => {
    const refused = await refusal(register(database, action('return 1')));
    expect([refused.code, refused.message]).toEqual([
      'PI007',
      expect.stringContaining('action act: language: this database has no JavaScript language; install plv8 or pljs'),
    ]);
    // in the statement itself, and not only when somebody compiles what waits
    expect((await refusal(database.query(insertOf(action('return 1'))))).code).toBe('PI007');
    await register(database, { action_name: 'act', code_template: 'select 1 as result' });
    expect((await refusal(amend(database, 'act', { language: 'javascript', code_template: 'return 1' }))).code).toBe(
      'PI007',
    );
    expect(await execute(database, 'act')).toBe(1);
  });
});

describe('with a JavaScript language', () => {
  needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
  beforeEach(async () => {
    await database.query(
      'delete from ai.meta_actions; delete from ai.policies; truncate app.note, app.account restart identity',
    );
  });

  test('one object in, the answer out', async () => {
    await register(
      database,
      action('return { keys: Object.keys(ctx), action: ctx.action, actor: typeof ctx.actor, inputs: ctx.inputs };', {
        ...inputs(
          { name: { type: 'string' }, age: { type: 'integer', default: 7 }, day: { format: 'date', type: 'string' } },
          ['name'],
        ),
      }),
    );
    expect(await execute(database, 'act', { name: 'Lan', day: '20260102' })).toEqual({
      keys: ['actor', 'action', 'inputs'],
      action: 'act',
      actor: 'string',
      inputs: { name: 'Lan', age: 7, day: '2026-01-02' },
    });
    expect(await execute(database, 'act', { name: 'Lan' })).toMatchObject({ inputs: { name: 'Lan', age: 7 } });
    expect((await refusal(execute(database, 'act', { name: 1 }))).fields).toEqual(['name:type']);
  });

  test.each([
    ['', null],
    ['return', null],
    ['return null', null],
    ['return 7', 7],
    ['return "!x"', '!x'],
    ['return [1, "a"]', [1, 'a']],
    ['return { refuse: { code: "PI399" } }', { refuse: { code: 'PI399' } }],
  ])('%j answers %j', async (code, answer) => {
    await register(database, action(`/* a body */ ${code}`));
    expect(await execute(database, 'act')).toEqual(answer);
  });

  test('money and int8 stay exact, in inputs, in queries and in the answer', async () => {
    const digits = '{"big": 9223372036854775807, "price": 12345678901234567890.10, "list": [9007199254740993]}';
    await register(
      database,
      action(
        `const { big, price, list } = ctx.inputs;
         const [row] = db.query('select $1::int8 as big, $2::numeric as price', [big, price]);
         return { big, price, list, row, more: big - 1n };`,
        inputs({
          big: { type: 'integer' },
          price: { type: 'number' },
          list: { type: 'array', items: { type: 'integer' } },
        }),
      ),
    );
    const [row] = await rowsOf<{ answer: string }>(
      database,
      `select ai.execute_action('act', $1::jsonb)::text as answer`,
      [digits],
    );
    expect(row?.answer).toBe(
      '{"big": 9223372036854775807, "row": {"big": 9223372036854775807, "price": 12345678901234567890.10}, "list": [9007199254740993], "more": 9223372036854775806, "price": 12345678901234567890.10}',
    );
  });

  test('the answer must fit output_schema, and preconditions, post_actions and steps of others work', async () => {
    await register(
      database,
      action('return { id: ctx.inputs.id };', {
        ...inputs({ id: {} }, ['id']),
        output_schema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
        preconditions: [{ expression: `:id <> '13'`, message: 'not {id}' }],
        post_actions: [{ emit: 'act.done', payload: { id: '$result.id' } }],
      }),
    );
    expect(await execute(database, 'act', { id: 1 })).toEqual({ id: 1 });
    expect((await refusal(execute(database, 'act', { id: 'x' }))).code).toBe('PI313');
    expect((await refusal(execute(database, 'act', { id: 13 }))).message).toContain('not 13');
    await register(database, {
      action_name: 'outer',
      steps: [{ call: 'act', inputs: { id: 5 }, as: 'done' }, { return: { got: '$done.id' } }],
    });
    expect(await execute(database, 'outer')).toEqual({ got: 5 });
    expect(await database.query(`select payload from ai.event_log where topic = 'act.done' order by id`)).toEqual([
      { payload: { id: 1 } },
      { payload: { id: 5 } },
    ]);
    await database.query(`delete from ai.meta_actions where action_name = 'outer'`);
  });

  test('operations and other actions are called through db.query, and audited as the action’s', async () => {
    await register(database, {
      action_name: 'pay_in',
      language: 'javascript',
      code_template: `const [{ done }] = db.query("select ai.generate_mutation('update', 'app.account', $1) as done", [{ id: ctx.inputs.id, balance: ctx.inputs.sum }]);
        return { balance: done.balance };`,
      ...inputs({ id: { type: 'integer' }, sum: { type: 'number' } }, ['id', 'sum']),
    });
    await register(
      database,
      action(
        `const [{ made }] = db.query("select ai.generate_mutation('create', 'app.account', $1) as made", [{ owner: 'n' + ctx.inputs.sum, balance: 0 }]);
         const [{ paid }] = db.query("select ai.execute_action('pay_in', $1) as paid", [{ id: made.id, sum: ctx.inputs.sum }]);
         return { id: made.id, paid };`,
        inputs({ sum: { type: 'number' } }, ['sum']),
      ),
    );
    expect(await execute(database, 'act', '{"sum": 10.50}')).toMatchObject({ paid: { balance: 10.5 } });
    expect(
      await database.query(`select operation, action from ai.audit_log where relation = 'app.account' order by id`),
    ).toEqual([
      { operation: 'create', action: 'act' },
      { operation: 'update', action: 'pay_in' },
    ]);
    // what an operation refuses comes through as it was, and everything is taken back
    const refused = await refusal(execute(database, 'act', { sum: -1 }));
    expect(refused).toMatchObject({ code: 'PI100', fields: ['balance:check'] });
    expect(await database.query('select from app.account')).toHaveLength(1);
    await database.query(
      `insert into ai.policies (name, relation, kind, definition) values ('slow', 'app.account', 'rate_limit', '{"limit": "1/day"}')`,
    );
    expect((await refusal(execute(database, 'act', { sum: 1 }))).code).toBe('PI210');
  });

  test('an error that is caught undoes only its own statement', async () => {
    await register(
      database,
      action(
        `db.query("insert into app.note values ('before')");
         try { db.query("select ai.generate_mutation('create', 'app.account', $1)", [{ owner: null }]); }
         catch (error) { return [error.code, error instanceof DatabaseError, typeof error.hint]; }`,
      ),
    );
    expect(await execute(database, 'act')).toEqual(['PI100', true, 'string']);
    expect(await database.query('select text from app.note')).toEqual([{ text: 'before' }]);
  });

  test.each([
    ['throw new Error("no")', 'PI315', 'no'],
    ['throw "no"', 'PI315', 'no'],
    ['throw new Refusal("PI350", "no", { why: 1 })', 'PI350', 'no'],
    ['throw new Refusal("PI100", "no")', 'PI315', 'no'],
    ['null.x', 'PI315', 'TypeError'],
    ['db.query("select 1 / 0")', '22012', 'division by zero'],
    ['db.query("select nowhere")', '42703', 'column "nowhere" does not exist'],
    ['throw new DatabaseError({ code: "00000", message: "no" })', 'PI315', 'no'],
  ])('%s: %s', async (code, state, message) => {
    await register(database, action(`\n${code}`));
    const refused = await refusal(execute(database, 'act'));
    expect([refused.code, refused.message]).toEqual([state, expect.stringContaining(message)]);
    if (state === 'PI315' && code.includes('new Error')) {
      expect(refused.detail).toEqual({ action: 'act', line: 2 });
      expect(refused.hint).toBe('Thrown by the action act, line 2.');
    }
    if (state === 'PI350') expect(refused.detail).toEqual({ action: 'act', detail: { why: 1 }, line: 2 });
  });

  test('a mistake in the code is told with its line, and nothing is registered', async () => {
    const refused = await refusal(register(database, action('const a = 1;\nconst b = ;')));
    expect(mistakes(refused.detail)).toEqual([expect.stringMatching(/^action act: code_template, line 2: /)]);
    expect((await refusal(register(database, action(' ')))).code).toBe('PI007');
    expect(await database.query('select from ai.meta_actions')).toHaveLength(0);
    expect(await database.query('select from ai_private.program')).toHaveLength(0);
  });

  test('a loop is stopped: by max_latency, which is told as such', async () => {
    await register(database, action('for (;;) {}', { limits: { max_latency: '50 ms' } }));
    expect((await refusal(execute(database, 'act'))).code).toBe('PI241');
  });

  test('an action that may only read cannot write from JavaScript', async () => {
    await register(
      database,
      action(`return db.query("insert into app.note values ('x') returning text")`, {
        limits: { statements: ['select'] },
      }),
    );
    expect((await refusal(execute(database, 'act'))).code).toBe('PI243');
  });

  test('a change takes effect at once, old programs go, and a revision comes back', async () => {
    await register(database, action('return 1'));
    await amend(database, 'act', { code_template: 'return 2' });
    expect(await execute(database, 'act')).toBe(2);
    expect(await database.query('select from ai_private.program')).toHaveLength(1);
    await declare(database, `select ai.restore_action('act')`);
    expect(await execute(database, 'act')).toBe(1);
    await amend(database, 'act', { language: 'sql', code_template: 'select 3 as result' });
    expect([await execute(database, 'act'), await database.query('select from ai_private.program')]).toEqual([3, []]);
    await amend(database, 'act', { language: 'javascript', code_template: 'return 4' });
    await register(database, { ...action('return 5'), action_name: 'act.two' });
    await database.query(`delete from ai.meta_actions where action_name = 'act'`);
    expect(await execute(database, 'act.two')).toBe(5);
    expect(await database.query('select from ai_private.program')).toHaveLength(1);
  });

  test('it is described like any other', async () => {
    await register(database, action('return 1', inputs({ a: { type: 'integer' } })));
    const [row] = await database.query<{ described: object }>(`select ai.describe_action('act') as described`);
    expect(row?.described).toMatchObject({
      language: 'javascript',
      inputs: { properties: { a: { type: 'integer' } } },
    });
  });

  test('does not smuggle in a start_proc', async () => {
    await database.query(
      `create table app.canary (who text); grant insert on app.canary to public; grant usage on schema app to public;
       create function app.bite() returns void language ${javascript} as $$
         const engine = typeof plv8 === 'undefined' ? pljs : plv8;
         engine.execute('insert into app.canary values (current_user)');
       $$; grant execute on function app.bite() to public`,
    );
    await register(database, action('return 1'));
    for (const setting of ['plv8.start_proc', 'pljs.start_proc']) {
      const client = await database.as('ai_user');
      await client.query(`select set_config('${setting}', 'app.bite', false)`);
      expect(await execute(client, 'act')).toBe(1);
      const admin = await database.as('ai_admin');
      await admin.query(`select set_config('${setting}', 'app.bite', false)`);
      await declare(admin, `update ai.meta_actions set code_template = 'return  1'`);
    }
    expect(await database.query(`select who from app.canary where who = 'ai_owner'`)).toEqual([]);
  });

  test('calling itself without an end is an error, and no more', async () => {
    await register(
      database,
      action(
        `return ctx.inputs.n === 0 ? 0 : 1 + db.query("select ai.execute_action('act', $1) as again", [{ n: ctx.inputs.n - 1 }])[0].again`,
        inputs({ n: { type: 'integer' } }, ['n']),
      ),
    );
    const client = await database.client();
    expect(await execute(client, 'act', { n: 15 })).toBe(15);
    for (const n of [16, -1])
      expect(await refusal(execute(client, 'act', { n }))).toMatchObject({
        code: '54001',
        message: 'more than 16 calls of JavaScript within one another: something calls itself',
      });
    expect(await execute(client, 'act', { n: 15 })).toBe(15);
  });

  test('with its caller’s own rights', async () => {
    await register(database, action(`return db.query('select current_user::text as name')[0].name`));
    expect(await execute(database, 'act')).toBe('ai_owner');
    await amend(database, 'act', { security: 'invoker' });
    const client = await database.as('ai_user');
    const [row] = await rowsOf<{ answer: string; me: string }>(
      client,
      `select ai.execute_action('act') #>> '{}' as answer, current_user::text as me`,
    );
    expect(row?.answer).toBe(row?.me);
  });
});
