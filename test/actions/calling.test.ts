import { beforeAll, describe, expect, test } from 'vitest';
import { amend, execute, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();

beforeAll(async () => {
  await database.query(
    `create table public.users (id bigint generated always as identity primary key, email text not null unique, age integer)`,
  );
  await declare(
    database,
    `comment on table public.users is '{"operations": {"create": {"optional": ["age"]}, "fetch": true}}'`,
  );
  await register(database, {
    action_name: 'sign_up',
    code_template: `select ai.generate_mutation('create', 'public.users', jsonb_build_object('email', {{email}}, 'age', :age)) as result`,
    input_schema: {
      properties: {
        email: { type: 'string', format: 'email', maxLength: 20 },
        age: { type: ['integer', 'null'], maximum: 150, default: 20 },
        secret: { type: 'string', protected: true },
      },
      required: ['email'],
    },
    preconditions: [
      {
        name: 'adult',
        expression: ':age >= 18',
        message: { en: 'only from 18 on, not {age}', vi: 'chỉ từ 18 tuổi, không phải {age}' },
        code: 'too_young',
      },
      {
        expression: `not exists (select from public.users u where u.email = :email)`,
        message: '{email} is here already',
      },
      ':secret is null or :secret <> {{email}}',
    ],
    output_schema: {
      type: 'object',
      properties: { id: { type: 'integer' }, email: { type: 'string' } },
      required: ['id', 'email'],
    },
    roles: ['ai_user'],
  });
});

describe('inputs', () => {
  test('all mistakes at once, in English and Vietnamese, with the codes of mutations', async () => {
    const client = await database.client();
    const call = () => refusal(execute(client, 'sign_up', { email: 'x'.repeat(30), age: 200, nope: 1, secret: 1 }));
    const refused = await call();
    expect(refused).toMatchObject({ code: 'PI100', detail: { action: 'sign_up' } });
    expect(refused.fields).toEqual([
      'nope:additionalProperties',
      'secret:type',
      'age:maximum',
      'email:maxLength',
      'email:format',
    ]);
    await client.query(`set pg_ai.language = 'vi'`);
    expect((await call()).message).toBe(
      'hành động sign_up bị từ chối: nope không phải là giá trị đầu vào (gồm: age, email, secret); secret phải có kiểu string; age phải nhỏ hơn hoặc bằng 150; email chỉ được có tối đa 20 ký tự; email không phải là email hợp lệ',
    );
  });

  test('defaults for what is absent, and null where it may be', async () => {
    expect(await execute(database, 'sign_up', { email: 'd@example.com' })).toMatchObject({ age: 20 });
    expect((await refusal(execute(database, 'sign_up', { email: 'n@example.com', age: null }))).detail).toMatchObject({
      errors: [{ check: 'adult' }],
    });
  });

  test('inputs that are no object, and null', async () => {
    expect((await refusal(execute(database, 'sign_up', '[]'))).fields).toEqual(['null:type']);
    expect((await refusal(database.query(`select ai.execute_action('sign_up', null)`))).fields).toEqual(['null:type']);
    expect((await refusal(database.query(`select ai.execute_action(null)`))).code).toBe('PI101');
  });

  test('what is nested is judged and told with its path', async () => {
    await register(database, {
      action_name: 'order',
      code_template: `select jsonb_array_length({{items}}) as result`,
      input_schema: {
        properties: {
          items: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              properties: {
                sku: { type: 'string', pattern: '^[A-Z]+$' },
                quantity: { type: 'integer', minimum: 1, maximum: 9 },
                gift: { type: ['string', 'null'], enum: ['red', 'blue'] },
              },
              required: ['sku', 'quantity'],
              additionalProperties: false,
            },
          },
          tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
          when: { type: 'string', format: 'date-time' },
        },
        required: ['items'],
      },
    });
    expect(
      await execute(database, 'order', {
        items: [
          { sku: 'AB', quantity: 1 },
          { sku: 'C', quantity: 9, gift: null },
        ],
        tags: ['a'],
      }),
    ).toBe(2);
    const refused = await refusal(
      execute(database, 'order', {
        items: [{ sku: 'ab', quantity: 10, gift: 'green', colour: 1 }, { quantity: 1.5 }, 7, null],
        tags: ['abcd', 'e'],
        when: 'yesterday-ish',
      }),
    );
    expect(refused.fields).toEqual([
      'when:type',
      'tags[0]:maxLength',
      'items[0].colour:additionalProperties',
      'items[0].sku:pattern',
      'items[0].gift:enum',
      'items[0].quantity:maximum',
      'items[1].sku:required',
      'items[1].quantity:type',
      'items[2]:type',
      'items[3]:notNull',
    ]);
    expect((await refusal(execute(database, 'order', { items: [] }))).fields).toEqual(['items:minItems']);
  });

  test('large numbers keep their digits', async () => {
    await register(database, { action_name: 'exact', code_template: 'select {{n: bigint}} as n, {{m: numeric}} as m' });
    const [row] = await database.query<{ answer: string }>(
      `select ai.execute_action('exact', '{"n": 9223372036854775807, "m": 12345678901234567890.123456789}')::text as answer`,
    );
    expect(row?.answer).toBe('{"m": 12345678901234567890.123456789, "n": 9223372036854775807}');
  });
});

describe('preconditions', () => {
  test('all that do not hold are told, with their own codes and messages', async () => {
    await execute(database, 'sign_up', { email: 'p@example.com' });
    const refused = await refusal(
      execute(database, 'sign_up', { email: 'p@example.com', age: 3, secret: 'p@example.com' }),
    );
    expect(refused.code).toBe('PI310');
    expect(refused.detail).toEqual({
      action: 'sign_up',
      errors: [
        { check: 'adult', code: 'too_young', message: 'only from 18 on, not 3' },
        { check: 'precondition 2', message: 'p@example.com is here already' },
        { check: 'precondition 3', message: 'precondition 3 does not hold' },
      ],
    });
  });

  test('in the language of the session', async () => {
    const client = await database.client();
    await client.query(`set pg_ai.language = 'vi'`);
    expect((await refusal(execute(client, 'sign_up', { email: 'v@example.com', age: 3 }))).message).toBe(
      'hành động sign_up bị từ chối: chỉ từ 18 tuổi, không phải 3',
    );
  });

  test('a named function, and an SQLSTATE of its own', async () => {
    await database.query(`create function public.is_open(ctx jsonb) returns boolean language sql as
      $$ select (ctx #>> '{inputs,hour}')::integer between 9 and 17 and ctx ->> 'actor' is not null and ctx ->> 'action' = 'visit' $$`);
    await register(database, {
      action_name: 'visit',
      code_template: `select 'welcome' as result`,
      input_schema: { properties: { hour: { type: 'integer' } }, required: ['hour'] },
      preconditions: [{ function: 'public.is_open', message: 'closed at {hour}', sqlstate: 'P0C01' }],
    });
    expect(await execute(database, 'visit', { hour: 10 })).toBe('welcome');
    expect(await refusal(execute(database, 'visit', { hour: 20 }))).toMatchObject({
      code: 'P0C01',
      message: 'the action visit refused: closed at 20',
    });
  });

  test('values of messages are data, and protected inputs are not shown', async () => {
    await amend(database, 'visit', {
      input_schema: { properties: { hour: { type: 'string' }, key: { type: 'string', writeOnly: true } } },
      preconditions: [{ expression: 'false', message: '{hour} {key} {nobody}' }],
      code_template: 'select 1 as result',
    });
    expect((await refusal(execute(database, 'visit', { hour: '{key} %s', key: 'hidden' }))).message).toBe(
      'the action visit refused: {key} %s {key} {nobody}',
    );
  });
});

describe('the answer', () => {
  test('must be what the action promises, else nothing is kept', async () => {
    await register(database, {
      action_name: 'promise',
      code_template: `insert into public.users (email) values ({{email: text}}); select :answer as result`,
      input_schema: { properties: { answer: {} }, required: ['answer'] },
      output_schema: {
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'string', maxLength: 2 } } },
        required: ['a'],
        additionalProperties: false,
      },
    });
    expect(await execute(database, 'promise', { email: '1', answer: { a: 1, b: ['xy'] } })).toEqual({
      a: 1,
      b: ['xy'],
    });
    for (const [answer, fields] of [
      [{ a: 1.5 }, ['a:type']],
      [{ b: ['xyz'], c: 1 }, ['a:required', 'c:additionalProperties', 'b[0]:maxLength']],
      [null, ['null:notNull']],
      [[], ['null:type']],
    ] as const) {
      const refused = await refusal(execute(database, 'promise', { email: '2', answer }));
      expect(refused.code).toBe('PI313');
      expect(refused.fields).toEqual(fields);
    }
    expect(await database.query(`select from public.users where email = '2'`)).toEqual([]);
  });
});

describe('options', () => {
  test('a dry run keeps nothing and shows what would be audited', async () => {
    const rehearsed = await execute(database, 'sign_up', { email: 'dry@example.com' }, { dry_run: true });
    expect(rehearsed).toMatchObject({
      dry_run: true,
      result: { email: 'dry@example.com' },
      audit: [{ relation: 'public.users', operation: 'create' }],
      events: [{ topic: 'public.users.create' }],
    });
    expect(await database.query(`select from public.users where email = 'dry@example.com'`)).toEqual([]);
  });

  test('an idempotency key gives the first answer again', async () => {
    const first = await execute(database, 'sign_up', { email: 'k@example.com' }, { idempotency_key: 'k1' });
    expect(await execute(database, 'sign_up', { email: 'k@example.com' }, { idempotency_key: 'k1' })).toEqual(first);
    expect(
      (await refusal(execute(database, 'sign_up', { email: 'k2@example.com' }, { idempotency_key: 'k1' }))).code,
    ).toBe('PI106');
  });

  test('unknown options and wrong values are refused', async () => {
    expect((await refusal(execute(database, 'sign_up', { email: 'o@example.com' }, { nope: 1 }))).code).toBe('PI102');
    expect(
      (await refusal(execute(database, 'sign_up', { email: 'o@example.com' }, { on_error: 'skip' }))).message,
    ).toContain('on_error');
  });

  test('with on_error "return" a failure is an answer, and the caller’s transaction goes on as it was', async () => {
    const client = await database.client();
    await client.query('begin');
    await client.query(`insert into public.users (email) values ('before@example.com')`);
    await client.query(`set local pg_ai.actor = 'me'`);
    expect(
      await execute(client, 'promise', { email: 'gone', answer: { a: 'x' } }, { on_error: 'return' }),
    ).toMatchObject({
      error: { code: 'PI313', detail: { action: 'promise' } },
    });
    expect(await execute(client, 'sign_up', { email: 'fine@example.com' }, { on_error: 'return' })).toMatchObject({
      result: { email: 'fine@example.com' },
    });
    const { rows } = await client.query(
      `select current_setting('pg_ai.actor') as actor, coalesce(current_setting('pg_ai.action', true), '') as action`,
    );
    expect(rows).toEqual([{ actor: 'me', action: '' }]);
    await client.query('commit');
    expect(
      (
        await database.query(
          `select email from public.users where email in ('before@example.com', 'gone', 'fine@example.com') order by 1`,
        )
      ).map(({ email }) => email),
    ).toEqual(['before@example.com', 'fine@example.com']);
  });

  test('a failed action leaves a savepoint’s transaction as it was', async () => {
    const client = await database.client();
    await client.query('begin; savepoint here');
    await refusal(execute(client, 'promise', { email: 'gone', answer: {} }));
    await client.query('rollback to here');
    const { rows } = await client.query(
      `select count(*)::integer as count, coalesce(current_setting('pg_ai.action', true), '') as action from public.users where email = 'gone'`,
    );
    expect(rows).toEqual([{ count: 0, action: '' }]);
    await client.query('commit');
  });
});

describe('who did it', () => {
  test('audit rows and events of operations in an action carry its name, others none', async () => {
    const client = await database.client();
    await client.query('begin');
    await mutate(client, 'create', 'public.users', { email: 'w1@example.com' });
    await execute(client, 'sign_up', { email: 'w2@example.com' });
    await mutate(client, 'create', 'public.users', { email: 'w3@example.com' });
    await client.query('commit');
    for (const log of ['ai.audit_log', 'ai.event_log']) {
      const column = log === 'ai.audit_log' ? 'new_row' : 'payload';
      expect(
        (
          await database.query(
            `select ${column} ->> 'email' as email, action from ${log} where ${column} ->> 'email' like 'w_@example.com' order by id`,
          )
        ).map(({ email, action }) => [email, action]),
      ).toEqual([
        ['w1@example.com', null],
        ['w2@example.com', 'sign_up'],
        ['w3@example.com', null],
      ]);
    }
  });

  test('nobody can claim an action by the setting', async () => {
    await register(database, {
      action_name: 'tell',
      code_template: `select current_setting('pg_ai.action') as result`,
    });
    const client = await database.client();
    for (const said of ['sign_up', `${'0'.repeat(64)}sign_up`, await execute<string>(client, 'tell')]) {
      await client.query(`select set_config('pg_ai.action', $1, false)`, [said]);
      await mutate(client, 'create', 'public.users', { email: `forged${said.length}@example.com` });
    }
    expect(
      await database.query(
        `select action from ai.audit_log where new_row ->> 'email' like 'forged%' and action is not null`,
      ),
    ).toEqual([]);
  });
});
