import { beforeAll, describe, expect, test } from 'vitest';
import { amend, execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();

beforeAll(async () => {
  await database.query(`
    create table public.users (id bigint generated always as identity primary key, email text not null unique, secret text, active boolean not null default true);
    create table public.account (
      id bigint generated always as identity primary key, owner bigint not null references public.users, balance numeric(10,2) not null default 0 check (balance >= 0),
      note text, made timestamptz not null default now()
    );
    create table public.other (id integer primary key)`);
  await declare(
    database,
    `comment on table public.users is '{"operations": {"create": {"optional": ["secret"]}}, "fields": {"secret": {"protected": true}, "email": {"format": "email"}}}'`,
  );
  await register(database, {
    action_name: 'open_account',
    input_schema: {
      properties: {
        email: { type: 'string' },
        deposit: { type: 'number', minimum: 0 },
        secret: { type: 'string', protected: true },
        note: { type: 'string' },
      },
      required: ['email', 'secret'],
    },
    preconditions: [{ not_exists: 'users', where: { email: '$email' }, message: '{email} is taken', code: 'taken' }],
    steps: [
      { hash: '$secret', algorithm: 'sha256', as: 'hashed' },
      { create: 'users', values: { email: { sql: 'lower(:email)' }, secret: '$hashed' }, as: 'user' },
      { create: 'account', values: { owner: '$user.id', balance: '$deposit', note: '$note' }, as: 'account' },
      { generate_token: 16, format: 'base64url', as: 'token' },
      { set: { twice: { sql: ':account.balance * 2', type: 'numeric' }, label: 'of $$ $nobody', dollar: '$$email' } },
      {
        return: {
          user: '$user.id',
          balance: '$account.balance',
          twice: '$twice',
          token: '$token',
          texts: ['$label', '$dollar', null, 1.5],
        },
      },
    ],
    post_actions: [{ emit: 'account.opened', payload: { id: '$account.id', balance: '$result.balance' } }],
  });
});

const count = async (table: string): Promise<number> => {
  const [row] = await database.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  return row?.n ?? -1;
};

describe('steps', () => {
  test('see earlier results, call operations, and leave their audit rows and events', async () => {
    expect(await execute(database, 'open_account', { email: 'A@example.com', secret: 's', deposit: 12.5 })).toEqual({
      user: 1,
      balance: 12.5,
      twice: 25,
      token: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      texts: ['of $$ $nobody', '$email', null, 1.5],
    });
    expect(
      await database.query(`select email, secret = encode(sha256('s'), 'hex') as hashed from public.users`),
    ).toEqual([{ email: 'a@example.com', hashed: true }]);
    expect(
      await database.query('select relation, operation, action, new_row ? $1 as leaks from ai.audit_log order by id', [
        'secret',
      ]),
    ).toEqual([
      { relation: 'public.users', operation: 'create', action: 'open_account', leaks: false },
      { relation: 'public.account', operation: 'create', action: 'open_account', leaks: false },
    ]);
    expect(await database.query('select topic, action from ai.event_log order by id')).toEqual([
      { topic: 'public.users.create', action: 'open_account' },
      { topic: 'public.account.create', action: 'open_account' },
      { topic: 'account.opened', action: 'open_account' },
    ]);
  });

  test('an optional input that is absent leaves the column its default', async () => {
    expect(await execute(database, 'open_account', { email: 'b@example.com', secret: 's' })).toMatchObject({
      balance: 0,
    });
  });

  test('a failure in the middle takes everything back, and is told by its fields', async () => {
    const before = await count('public.users');
    const refused = await refusal(
      execute(database, 'open_account', { email: 'c@example.com', secret: 's', deposit: 123456789 }),
    );
    expect(refused).toMatchObject({ code: 'PI100', fields: ['balance:maximum'] });
    expect(await count('public.users')).toBe(before);
    expect(
      (await refusal(execute(database, 'open_account', { email: 'b@example.com', secret: 's' }))).detail,
    ).toMatchObject({
      errors: [{ code: 'taken', message: 'b@example.com is taken' }],
    });
    // the precondition looks at another spelling, the constraint at what is written
    expect(await refusal(execute(database, 'open_account', { email: 'B@example.com', secret: 's' }))).toMatchObject({
      code: '23505',
      fields: ['email:unique'],
    });
    expect((await refusal(execute(database, 'open_account', { email: 'no address', secret: 's' }))).fields).toEqual([
      'email:format',
    ]);
  });

  test('find, update, upsert, delete, assert and conditions', async () => {
    await register(database, {
      action_name: 'draw',
      input_schema: {
        properties: { id: { type: 'integer' }, amount: { type: 'number', exclusiveMinimum: 0 } },
        required: ['id', 'amount'],
      },
      steps: [
        {
          find: 'public.account',
          where: { id: '$id' },
          lock: true,
          required: true,
          message: 'no account {id}',
          code: 'no_account',
          as: 'account',
        },
        {
          assert: ':account.balance >= :amount',
          message: { en: 'only {amount} less would do', vi: 'không đủ' },
          code: 'too_little',
        },
        {
          update: 'public.account',
          key: { id: '$account.id' },
          values: { balance: { sql: ':account.balance - :amount' } },
          as: 'after',
        },
        {
          find: 'account',
          where: 'balance >= :after.balance and t.id = :id',
          many: true,
          columns: ['id', 'balance'],
          as: 'all',
        },
        { update: 'account', key: { id: '$id' }, values: { note: 'empty' }, when: ':after.balance = 0' },
        { return: { left: '$after.balance', all: '$all' } },
      ],
    });
    expect(await execute(database, 'draw', { id: 1, amount: 2.5 })).toEqual({
      left: 10,
      all: [{ id: 1, balance: 10 }],
    });
    expect(await database.query('select note from public.account where id = 1')).toEqual([{ note: null }]);
    expect(await execute(database, 'draw', { id: 1, amount: 10 })).toMatchObject({ left: 0 });
    expect(await database.query('select note from public.account where id = 1')).toEqual([{ note: 'empty' }]);
    expect(await refusal(execute(database, 'draw', { id: 1, amount: 1 }))).toMatchObject({
      code: 'PI311',
      message: 'the action draw stopped: only 1 less would do',
      detail: { errors: [{ code: 'too_little' }] },
    });
    expect(await refusal(execute(database, 'draw', { id: 99, amount: 1 }))).toMatchObject({
      code: 'PI312',
      message: 'the action draw stopped: no account 99',
    });
    await register(database, {
      action_name: 'keep_other',
      input_schema: { properties: { id: { type: 'integer' } }, required: ['id'] },
      steps: [
        { upsert: 'other', values: { id: '$id' } },
        { upsert: 'other', values: { id: '$id' } },
        { delete: 'other', key: { id: '$id' }, as: 'gone' },
      ],
    });
    expect(await execute(database, 'keep_other', { id: 5 })).toEqual({ id: 5 });
    expect(await refusal(execute(database, 'keep_other', { id: 3_000_000_000 }))).toMatchObject({
      code: 'PI100',
      fields: ['id:range'],
    });
  });

  test('bcrypt through pgcrypto, or a word on what to install', async () => {
    const action = {
      action_name: 'hashing',
      input_schema: { properties: { p: { type: 'string' } }, required: ['p'] },
      steps: [{ hash: '$p', cost: 4, as: 'h' }],
    };
    expect((await refusal(register(database, action))).message).toContain('create extension pgcrypto');
    await database.query('create extension pgcrypto');
    await register(database, action);
    const hashed = await execute<string>(database, 'hashing', { p: 'secret' });
    expect(
      await database.query(`select crypt('secret', $1) = $1 as same, $1 like '$2a$04$%' as cost`, [hashed]),
    ).toEqual([{ same: true, cost: true }]);
  });

  test('steps may stand in code_template as JSON', async () => {
    await register(database, { action_name: 'as_text', code_template: ' [{"return": {"a": 1}}]' });
    expect(await execute(database, 'as_text')).toEqual({ a: 1 });
    const refused = await refusal(amend(database, 'as_text', { code_template: '[{"return": {"a": 1},}]' }));
    expect(mistakes(refused.detail)).toEqual([
      expect.stringMatching(/code_template: not valid JSON at line 1, column 22/),
    ]);
  });
});

describe('calls', () => {
  beforeAll(async () => {
    await register(database, {
      action_name: 'greet',
      input_schema: { properties: { name: { type: 'string', minLength: 1 } }, required: ['name'] },
      code_template: `select jsonb_build_object('text', 'Hello ' || :name, 'action', substr(current_setting('pg_ai.action'), 65)) as result`,
      output_schema: { type: 'object', properties: { text: { type: 'string' } } },
    });
    await register(database, {
      action_name: 'greet_twice',
      input_schema: { properties: { name: { type: 'string' } }, required: ['name'] },
      steps: [
        { call: 'greet', inputs: { name: '$name' }, as: 'one' },
        { call: 'greet', inputs: { name: { sql: `:one.text || '!'` } }, as: 'two' },
        { set: { inner: { sql: `substr(current_setting('pg_ai.action'), 65)`, type: 'text' } } },
        { return: { two: '$two', outer: '$inner' } },
      ],
      post_actions: ['as_text'],
    });
  });

  test('other actions are called with their checks, and each has its own name', async () => {
    expect(await execute(database, 'greet_twice', { name: 'Lan' })).toEqual({
      two: { text: 'Hello Hello Lan!', action: 'greet' },
      outer: 'greet_twice',
    });
    expect((await refusal(execute(database, 'greet_twice', { name: '' }))).detail).toMatchObject({ action: 'greet' });
  });

  test('a circle is refused, however long', async () => {
    expect(
      mistakes(
        (
          await refusal(
            amend(database, 'as_text', { code_template: '[{"call": "greet_twice", "inputs": {"name": "x"}}]' }),
          )
        ).detail,
      ),
    ).toEqual(['action as_text: its calls go round in a circle: as_text → greet_twice → as_text']);
    expect((await refusal(register(database, { action_name: 'self', steps: [{ call: 'self' }] }))).message).toContain(
      'self → self',
    );
  });

  test('what would break a caller is refused: another input, and deleting what is called', async () => {
    const refused = await refusal(
      amend(database, 'greet', {
        input_schema: { properties: { who: { type: 'string' } }, required: ['who'] },
        code_template: 'select :who as result',
      }),
    );
    expect(refused.code).toBe('PI007');
    expect(
      (await refusal(declare(database, `delete from ai.meta_actions where action_name = 'greet'`))).message,
    ).toMatch(/there is no action "greet"|the action "greet_twice" calls it/);
    expect(await execute(database, 'greet_twice', { name: 'Lan' })).toMatchObject({ outer: 'greet_twice' });
  });

  test('several that call each other may come in one statement', async () => {
    await declare(
      database,
      `insert into ai.meta_actions (action_name, steps) values
         ('first_of_two', '[{"call": "second_of_two", "as": "x"}]'), ('second_of_two', '[{"return": 2}]')`,
    );
    expect(await execute(database, 'first_of_two')).toBe(2);
  });
});

describe('checkpoints', () => {
  test('on failure the action goes back and takes the alternative', async () => {
    await register(database, {
      action_name: 'pay',
      input_schema: { properties: { id: { type: 'integer' }, amount: { type: 'number' } }, required: ['id', 'amount'] },
      steps: [
        { find: 'account', where: { id: '$id' }, as: 'account' },
        {
          checkpoint: 'charge',
          steps: [
            { update: 'account', key: { id: '$id' }, values: { note: 'charged' } },
            {
              update: 'account',
              key: { id: '$id' },
              values: { balance: { sql: ':account.balance - :amount' } },
              as: 'paid',
            },
          ],
          errors: ['23514', 'PI100'],
          on_failure: [
            {
              create: 'account',
              values: { owner: '$account.owner', note: { sql: `'debt ' || :charge.code` } },
              as: 'paid',
            },
          ],
        },
        { return: { paid: '$paid.balance', failed: '$charge.failed', note: '$paid.note' } },
      ],
    });
    await database.query('update public.account set balance = 10, note = null where id = 1');
    const before = await count('public.account');
    expect(await execute(database, 'pay', { id: 1, amount: 4 })).toEqual({ paid: 6, failed: false, note: 'charged' });
    await database.query('update public.account set note = null where id = 1');
    expect(await execute(database, 'pay', { id: 1, amount: 40 })).toEqual({
      paid: 0,
      failed: true,
      note: expect.stringMatching(/^debt (23514|PI100)$/),
    });
    expect(await database.query('select balance::float8 as balance, note from public.account where id = 1')).toEqual([
      { balance: 6, note: null },
    ]);
    expect(await count('public.account')).toBe(before + 1);
    // What was taken back has left neither an audit row nor an event.
    expect(
      await database.query(`select from ai.audit_log where action = 'pay' and new_row ->> 'note' = 'charged'`),
    ).toHaveLength(2);
  });

  test('other errors pass, and so do those of a checkpoint without an alternative', async () => {
    expect((await refusal(execute(database, 'pay', { id: 99, amount: 1 }))).code).toBe('PI103');
    await register(database, {
      action_name: 'careful',
      input_schema: { properties: { a: { type: 'integer' } }, required: ['a'] },
      steps: [
        {
          checkpoint: 'try',
          steps: [
            { create: 'other', values: { id: '$a' } },
            { assert: false, message: 'never' },
          ],
          on_failure: 'continue',
        },
        { checkpoint: 'must', steps: [{ assert: ':a < 10', message: 'too large' }] },
        { return: '$try' },
      ],
    });
    expect(await execute(database, 'careful', { a: 1 })).toEqual({
      failed: true,
      code: 'PI311',
      message: 'the action careful stopped: never',
    });
    expect(await count('public.other')).toBe(0);
    expect((await refusal(execute(database, 'careful', { a: 11 }))).code).toBe('PI311');
  });

  test('a wait that is cancelled is no failure of the steps', async () => {
    await register(database, {
      action_name: 'sleepy',
      steps: [
        {
          checkpoint: 'nap',
          steps: [{ set: { x: { sql: 'pg_sleep(30)::text', type: 'text' } } }],
          on_failure: 'continue',
        },
      ],
    });
    const client = await database.client();
    await client.query('set statement_timeout = 100');
    expect((await refusal(execute(client, 'sleepy'))).code).toBe('57014');
  });
});

test('what is wrong with steps is told at once', async () => {
  const refused = await refusal(
    register(database, {
      action_name: 'wrong',
      input_schema: { properties: { flag: { type: 'boolean' }, text: { type: 'string' } } },
      steps: [
        'find',
        { find: 'nowhere', where: {}, as: 'a' },
        { find: 'users', where: { emial: '$text' }, as: 'b' },
        { create: 'users', values: { email: '$flag', active: true } },
        { update: 'account', values: { note: 'x' } },
        { update: 'account', key: { note: 'x' }, values: { balance: 1 } },
        { create: 'other', values: { id: '$b.id' }, emit: 'two.things' },
        { wait_for_approval: 'boss' },
        { cretae: 'users' },
        { call: 'greet', inputs: { nam: 1 } },
        { emit: 'ai.mine' },
        { set: { flag: 1, '9': 2 } },
        { assert: '$text' },
        { assert: ':b.emial is null' },
        { checkpoint: 'c', steps: [{ return: 1 }], on_failure: 'retry' },
        { hash: '$nothing', algorithm: 'md5' },
        { return: { n: Number('12345678901234567890') } },
      ],
      post_actions: [{ create: 'other', values: { id: 1 } }, 'nobody'],
    }),
  );
  expect(mistakes(refused.detail).map((each) => each.replace('action wrong: ', ''))).toEqual(
    expect.arrayContaining([
      'steps[0]: a step is an object',
      'steps[1].find: there is no table nowhere',
      'steps[2].where.emial: "emial" is not a column of public.users',
      'steps[3].values.active: "active" is not an input of create on public.users',
      'steps[3].values.email: it is of type boolean, and "email" is of type text',
      expect.stringMatching(/^steps\[4\]\.key: expected/),
      expect.stringMatching(/^steps\[5\]\.key: no unique key of public\.account has just these columns/),
      'steps[6]: says two things: create and emit',
      expect.stringMatching(/^steps\[7\]\.wait_for_approval: this step is reserved/),
      'steps[8]: says nothing that is known',
      'steps[9].inputs.nam: greet has no input "nam"',
      'steps[9].inputs: greet needs the input "name"',
      'steps[10].emit: "ai.mine" is no topic',
      'steps[11].set.as: "flag" is taken',
      expect.stringMatching(/^steps\[11\]\.set\.as: "9" is no name/),
      'steps[12].assert: $text is of type text',
      expect.stringMatching(/^steps\[13\]\.assert/),
      expect.stringMatching(/^steps\[14\]\.on_failure: expected/),
      expect.stringMatching(/^steps\[15\]\.algorithm/),
      'steps[16].return.n: more digits than a JSON number keeps',
      'post_actions[0]: "create" cannot stand here',
      'post_actions[1].call: there is no action "nobody"',
    ]),
  );
});
