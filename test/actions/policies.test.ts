import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actAs } from '../policies/support.ts';
import { amend, execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

/** Policies on actions: who may call, how often, with which inputs, and what they see of the answer. */
const database = useDatabase();

beforeAll(() =>
  declare(
    database,
    `create schema app; create table app.note (text text);
     create function app.is_open(who text) returns boolean language sql stable as $$ select who <> 'closed' $$;
     create function app.touch() returns boolean language sql volatile as 'select true';
     grant usage on schema app to ai_owner; grant insert on app.note to ai_owner`,
  ),
);

const policy = (name: string, kind: string, definition: object, action = 'pay'): Promise<void> =>
  declare(
    database,
    `insert into ai.policies (name, action, kind, definition) values ('${name}', '${action}', '${kind}', $p$${JSON.stringify(definition)}$p$)`,
  );
const refusedPolicy = async (kind: string, definition: object) =>
  mistakes((await refusal(policy('p', kind, definition))).detail);

beforeEach(async () => {
  await database.query(
    'delete from ai.policies; delete from ai.meta_actions; truncate app.note, ai_private.rate_state',
  );
  await register(database, {
    action_name: 'pay',
    code_template: `insert into app.note values ('paid'); select {{amount}} as amount, '+84901234567' as phone, 's3cret' as pin`,
    input_schema: {
      properties: {
        amount: { type: 'number' },
        password: { type: 'string', protected: true },
        email: { type: 'string' },
      },
      required: ['amount'],
    },
  });
});

describe('access', () => {
  test('what can never hold is refused when it is written', async () => {
    expect((await refusedPolicy('access', { check: 'inputs.amount > 5 and inputs.amount < 3' })).join()).toMatch(
      /this can never be true/,
    );
    await policy('one', 'access', { check: `inputs.email = 'a'` });
    expect((await refusedPolicy('access', { check: `inputs.email = 'b'` })).join()).toMatch(
      /policy one.check and policy p.check: these contradict one another: no call can pass both/,
    );
    expect(await refusedPolicy('input', { fields: { email: { minLength: 9, maxLength: 3 } } })).toHaveLength(1);
  });

  test('by an expression over inputs and actor, judged when the inputs are right', async () => {
    await policy('small', 'access', { check: `inputs.amount < 100 or actor = 'boss'`, message: 'too much for you' });
    const client = await database.as('ai_user');
    await actAs(client, 'clerk');
    expect(await execute(client, 'pay', { amount: 99.5 })).toMatchObject({ amount: 99.5 });
    expect(await refusal(execute(client, 'pay', { amount: 100 }))).toMatchObject({
      code: 'PI200',
      message: 'too much for you',
      detail: { action: 'pay', policy: 'small', stage: 'call' },
    });
    expect((await refusal(execute(client, 'pay', { amount: 'x' }))).code).toBe('PI100');
    await actAs(client, 'boss');
    expect(await execute(client, 'pay', { amount: 100 })).toMatchObject({ amount: 100 });
    expect(await database.query('select from app.note')).toHaveLength(2);
  });

  test('by roles and actor, before the inputs are looked at', async () => {
    await policy('admins', 'access', { roles: ['ai_admin'] });
    const client = await database.as('ai_user');
    const refused = await refusal(execute(client, 'pay', { nothing: 'right' }));
    expect(refused).toMatchObject({ code: 'PI200', detail: { action: 'pay', policy: 'admins', stage: 'gate' } });
    expect(refused.message).toBe('the action pay is refused: the policy admins does not allow this call');
    await declare(
      database,
      `update ai.policies set definition = $p${'$'}{"check": "app.is_open(actor)"}$p${'$'} where name = 'admins'`,
    );
    await actAs(client, 'closed');
    expect((await refusal(execute(client, 'pay', { amount: 1 }))).code).toBe('PI200');
    await actAs(client, 'open');
    expect(await execute(client, 'pay', { amount: 1 })).toMatchObject({ amount: 1 });
    await declare(database, `update ai.policies set enabled = false, definition = '{"check": "actor is null"}'`);
    expect(await execute(client, 'pay', { amount: 1 })).toMatchObject({ amount: 1 });
  });

  test('is about whoever calls first, also where an action calls an action', async () => {
    await register(database, { action_name: 'outer', steps: [{ call: 'pay', inputs: { amount: 1 } }] });
    await policy('admins', 'access', { roles: ['ai_admin'] });
    expect((await refusal(execute(await database.as('ai_user'), 'outer'))).code).toBe('PI200');
  });

  test.each([
    [{ check: 'row.amount > 0' }, 'policy p.check: names `row`, and an action has none'],
    [{ filter: 'row.owner = actor' }, 'policy p.filter: is about rows, and an action has none'],
    [{ check: 'inputs.amonut > 0' }, 'policy p.check: inputs.amonut: "amonut" is not an input of the action'],
    [{ check: 'amount > 0' }, 'policy p.check: "amount" alone means nothing here'],
    [
      { check: `inputs.amount = 'x'` },
      expect.stringContaining('policy p.check: not an expression that is true or false'),
    ],
    [{ check: 'app.touch()' }, expect.stringContaining('policy p.check: calls a function that may have effects')],
    [{ check: '1 = 2' }, expect.stringContaining('policy p.check: this can never be true')],
    [{ roles: ['no_such_role'] }, expect.stringContaining('there is no role "no_such_role"')],
    [{}, 'policy p: demands nothing'],
  ])('%j is refused when it is registered', async (definition, reason) => {
    expect(await refusedPolicy('access', definition)).toContainEqual(reason);
    expect(await execute(database, 'pay', { amount: 1 })).toMatchObject({ amount: 1 });
  });
});

describe('rate limits', () => {
  test('per actor, and refused calls do not count', async () => {
    await policy('often', 'rate_limit', { limit: '2/hour' });
    const client = await database.as('ai_user');
    await actAs(client, 'a');
    await refusal(execute(client, 'pay', { amount: 'wrong' }));
    for (const amount of [1, 2]) await execute(client, 'pay', { amount });
    const refused = await refusal(execute(client, 'pay', { amount: 3 }));
    expect(refused).toMatchObject({ code: 'PI210', detail: { action: 'pay', policy: 'often', limit: '2/hour' } });
    expect(refused.detail.retry_after).toBeGreaterThan(0);
    expect(refused.message).toBe('the action pay is refused: more than 2/hour (policy often)');
    await actAs(client, 'b');
    expect(await execute(client, 'pay', { amount: 1 })).toMatchObject({ amount: 1 });
  });

  test('per key, counting refused calls', async () => {
    await policy('email', 'rate_limit', { limit: '1/day', key: 'inputs.email', count_refused: true });
    await refusal(execute(database, 'pay', { amount: 'wrong', email: 'a' }));
    expect((await refusal(execute(database, 'pay', { amount: 1, email: 'a' }))).code).toBe('PI210');
    expect(await execute(database, 'pay', { amount: 1, email: 'b' })).toMatchObject({ amount: 1 });
  });

  test('for an action with its caller’s own rights', async () => {
    await amend(database, 'pay', { security: 'invoker', code_template: 'select {{amount}} as amount' });
    await policy('often', 'rate_limit', { limit: '1/day', per: 'all' });
    const client = await database.as('ai_user');
    expect(await execute(client, 'pay', { amount: 1 })).toMatchObject({ amount: 1 });
    expect((await refusal(execute(client, 'pay', { amount: 1 }))).code).toBe('PI210');
  });
});

describe('inputs', () => {
  test('beside input_schema, the stricter of the two', async () => {
    await policy('strict', 'input', {
      fields: { amount: { maximum: 50 }, password: { complexity: 'medium' }, email: { deny: ['*@example.com'] } },
    });
    expect(
      (await refusal(execute(database, 'pay', { amount: 51, password: 'abc', email: 'x@example.com' }))).fields,
    ).toEqual(['email:deny', 'amount:maximum', 'password:complexity']);
    expect(
      await execute(database, 'pay', { amount: 50, password: 'Abcdefgh12', email: 'x@example.org' }),
    ).toMatchObject({
      amount: 50,
    });
    const [row] = await database.query<{ described: object }>(`select ai.describe_action('pay') as described`);
    expect(row?.described).toMatchObject({
      inputs: { properties: { amount: { maximum: 50 }, password: { writeOnly: true } } },
      policies: [{ policy: 'strict', kind: 'input', stage: 'value', rule: { fields: { amount: { maximum: 50 } } } }],
    });
  });

  test('contradictions and unknown inputs are told', async () => {
    await amend(database, 'pay', {
      input_schema: { properties: { amount: { type: 'number', minimum: 10 } }, required: ['amount'] },
    });
    expect(await refusedPolicy('input', { fields: { amount: { maximum: 5 } } })).toEqual([
      expect.stringContaining('no value can have minimum 10 and maximum 5'),
    ]);
    expect(await refusedPolicy('input', { fields: { sum: { maximum: 5 } } })).toEqual([
      'policy p.fields.sum: the action has no such input',
    ]);
    expect(await refusedPolicy('input', { fields: { amount: { minLength: 5 } } })).toHaveLength(1);
  });

  test('what is about columns is refused in input_schema', async () => {
    const refused = await refusal(
      register(database, {
        action_name: 'wrong',
        code_template: 'select 1',
        input_schema: { properties: { a: { type: 'string', hash: 'bcrypt' } } },
      }),
    );
    expect(mistakes(refused.detail)).toEqual([
      'action wrong: input_schema.properties.a.hash: says what becomes of a column, and this is none',
    ]);
  });
});

describe('what callers see of the answer', () => {
  const shown = { fields: { phone: { mask: { as: 'phone', clear_for: ['ai_admin'] } }, pin: { returned: false } } };

  test('fields are masked or left out, also in a list; not for roles that see them', async () => {
    await policy('shown', 'data', shown);
    const [user, admin] = [await database.as('ai_user'), await database.as('ai_admin')];
    await amend(database, 'pay', { roles: ['ai_user', 'ai_admin'] });
    expect(await execute(user, 'pay', { amount: 1 })).toEqual({ amount: 1, phone: '+84***567' });
    expect(await execute(admin, 'pay', { amount: 1 })).toEqual({ amount: 1, phone: '+84901234567' });
    await amend(database, 'pay', {
      output_schema: { type: 'array', items: { type: 'object', properties: { phone: {}, pin: {} } } },
    });
    expect(await execute(user, 'pay', { amount: 1 })).toEqual([{ amount: 1, phone: '+84***567' }]);
    await amend(database, 'pay', { output_schema: null, code_template: 'select null as result' });
    expect(await execute(user, 'pay', { amount: 1 })).toBeNull();
  });

  test('output_schema and post_actions are about the whole answer', async () => {
    await policy('shown', 'data', shown);
    await amend(database, 'pay', {
      output_schema: {
        type: 'object',
        properties: { amount: {}, phone: {}, pin: { minLength: 6 } },
        required: ['pin'],
      },
      post_actions: [{ emit: 'paid', payload: { pin: '$result.pin' } }],
    });
    expect(await execute(await database.as('ai_user'), 'pay', { amount: 1 })).toEqual({
      amount: 1,
      phone: '+84***567',
    });
    expect(await database.query(`select payload from ai.event_log where topic = 'paid'`)).toEqual([
      { payload: { pin: 's3cret' } },
    ]);
  });

  test.each([
    [{ fields: { pin: { hash: 'bcrypt' } } }, 'policy p.fields.pin.hash: an action writes nothing by itself'],
    [{ fields: { pin: { audited: false } } }, 'policy p.fields.pin.audited: an action writes nothing by itself'],
    [{ fields: { pin: { returned: false, mask: 'all' } } }, 'policy p.fields.pin: "mask" says what callers see'],
    [{ fields: { pni: { mask: 'all' } } }, 'policy p.fields.pni: the answer never has this field'],
    [
      { fields: { pin: { mask: { clear_for: ['no_such_role'] } } } },
      'policy p.fields.pin.mask.clear_for: there is no role',
    ],
  ])('%j is refused', async (definition, reason) => {
    await amend(database, 'pay', {
      output_schema: { type: 'object', properties: { amount: {}, phone: {}, pin: {} }, additionalProperties: false },
    });
    expect(await refusedPolicy('data', definition)).toEqual([expect.stringContaining(reason)]);
  });
});

test('all kinds together, in one call', async () => {
  await policy('a', 'access', { check: 'inputs.amount < 100' });
  await policy('b', 'rate_limit', { limit: '10/min' });
  await policy('c', 'input', { fields: { amount: { minimum: 1 } } });
  await policy('d', 'data', { fields: { phone: { mask: 'all' } } });
  await policy('e', 'limit', { max_rows: 5 });
  expect(await execute(database, 'pay', { amount: 5 })).toMatchObject({ amount: 5, phone: '***' });
  expect((await refusal(execute(database, 'pay', { amount: 0 }))).fields).toEqual(['amount:minimum']);
  expect((await refusal(execute(database, 'pay', { amount: 100 }))).code).toBe('PI200');
});
