import { beforeAll, describe, expect, test } from 'vitest';
import { amend, execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();

beforeAll(async () => {
  await database.query(`
    create schema shop;
    create table shop.users (id bigint generated always as identity primary key, email text not null unique, age integer, note text);
    grant usage on schema shop to ai_owner;
    grant select, insert, update on shop.users to ai_owner`);
});

describe('an insert registers', () => {
  test('SQL with parameters: the last statement’s row is the answer', async () => {
    await register(database, {
      action_name: 'user_signup',
      code_template: `insert into shop.users (email, age) values (lower({{email}}), :age) returning id, email, age`,
      input_schema: {
        type: 'object',
        properties: { email: { type: 'string', format: 'email' }, age: { type: 'integer', minimum: 0 } },
        required: ['email'],
      },
    });
    expect(await execute(database, 'user_signup', { email: 'A@Example.com', age: 30 })).toEqual({
      id: expect.any(Number),
      email: 'a@example.com',
      age: 30,
    });
    expect(await execute(database, 'user_signup', { email: 'b@example.com' })).toMatchObject({ age: null });
  });

  test('parameters may declare their types in the template', async () => {
    await register(database, { action_name: 'add', code_template: 'select {{a: integer}} + {{b: integer}} as result' });
    expect(await execute(database, 'add', { a: 1, b: 41 })).toBe(42);
    expect((await refusal(execute(database, 'add', { a: 1 }))).fields).toEqual(['b:required']);
  });

  test('several statements, and many rows where output_schema is a list', async () => {
    await register(database, {
      action_name: 'rename',
      code_template: `update shop.users set note = {{note: text}} where email like '%@example.com';
        -- semicolons; in comments and 'texts;' are none
        select email, note from shop.users where note = :note order by email;`,
      output_schema: {
        type: 'array',
        items: { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] },
      },
    });
    expect(await execute(database, 'rename', { note: 'x;y' })).toEqual([
      { email: 'a@example.com', note: 'x;y' },
      { email: 'b@example.com', note: 'x;y' },
    ]);
  });

  test('PL/pgSQL, as a block or as statements', async () => {
    await register(database, {
      action_name: 'grade',
      code_template: `declare best constant integer := 90;
        begin
          if :points >= best then
            return jsonb_build_object('grade', 'A');
          end if;
          return jsonb_build_object('grade', 'B', 'points', :points);
        end`,
      input_schema: { properties: { points: { type: 'integer' } }, required: ['points'] },
    });
    expect(await execute(database, 'grade', { points: 95 })).toEqual({ grade: 'A' });
    expect(await execute(database, 'grade', { points: 5 })).toEqual({ grade: 'B', points: 5 });
    await register(database, {
      action_name: 'forget_note',
      code_template: `if {{id: bigint}} < 0 then raise exception 'no'; end if;
        update shop.users set note = null where id = :id; -- nothing to return`,
      language: 'plpgsql',
    });
    expect(await execute(database, 'forget_note', { id: 1 })).toBeNull();
  });

  test('an answer of its own shape is the column "result"', async () => {
    await register(database, { action_name: 'shape', code_template: `select jsonb_build_array(1, 'two') as result` });
    expect(await execute(database, 'shape')).toEqual([1, 'two']);
  });

  test('more than one row is refused where one was promised', async () => {
    await register(database, { action_name: 'both', code_template: 'select email from shop.users' });
    expect((await refusal(execute(database, 'both'))).code).toBe('PI314');
  });

  test('names without a schema are looked up along the registering session’s path', async () => {
    const client = await database.client();
    await client.query('set search_path = shop, public');
    await register(client, { action_name: 'count_users', code_template: 'select count(*) > 0 as result from users' });
    expect(await execute(database, 'count_users')).toBe(true);
  });
});

describe('everything that is wrong is told at once', () => {
  test('schemas, parameters, statements, roles and preconditions', async () => {
    const refused = await refusal(
      register(database, {
        action_name: 'wrong',
        code_template: 'select :a, :nobody; select emial from shop.users where id = :id',
        input_schema: {
          properties: { a: { type: 'strng' }, id: { type: 'integer', minLength: 2 }, m: { 'x-type': 'shop.nope' } },
          required: ['b'],
        },
        preconditions: [
          'a >',
          ':id > 0; select 1',
          { expression: ':idd > 0' },
          { test: 1 },
          { function: 'shop.nothing' },
        ],
        output_schema: { type: 'object', propertys: {} },
        roles: ['nobody_of_this_name'],
      }),
    );
    expect(refused.code).toBe('PI007');
    expect(mistakes(refused.detail)).toEqual([
      expect.stringMatching(/input_schema\.properties\.a\.type: expected/),
      'action wrong: input_schema.required: "b" is not among the properties',
      expect.stringMatching(/properties\.m\.x-type: "shop\.nope" is not a type here/),
      expect.stringMatching(/properties\.id\.minLength: does not apply to an input of type bigint/),
      'action wrong: preconditions[1].expression: one expression and no ";"',
      expect.stringMatching(/preconditions\[2\].expression: :idd: "idd" names nothing here/),
      expect.stringMatching(/preconditions\[3\]: expected an SQL expression/),
      expect.stringMatching(/preconditions\[4\].function: there is no function shop.nothing\(jsonb\)/),
      'action wrong: output_schema.propertys: unknown key',
      'action wrong: code_template, statement 1: :nobody: "nobody" names nothing here',
      expect.stringMatching(/roles: there is no role "nobody_of_this_name"/),
      expect.stringMatching(/preconditions\[0\]\.expression: PostgreSQL does not take it \(syntax error/),
      expect.stringMatching(/statement 2: PostgreSQL does not take it \(column "emial" does not exist/),
    ]);
    expect(await database.query(`select from ai.meta_actions where action_name = 'wrong'`)).toEqual([]);
  });

  test('PL/pgSQL that PostgreSQL cannot parse', async () => {
    const refused = await refusal(
      register(database, { action_name: 'wrong', code_template: 'begin return null', language: 'plpgsql' }),
    );
    expect(mistakes(refused.detail)).toEqual([
      expect.stringMatching(/code_template: PostgreSQL does not take it \(syntax error/),
    ]);
  });

  test('text that cannot be taken apart', async () => {
    for (const [text, reason] of [
      ["select 'open", 'a text in single quotes is never closed'],
      ['select "open', 'a name in double quotes is never closed'],
      ['select $a$ open', 'a text in $a$ is never closed'],
      ['select /* /* */ open', 'a comment is never closed'],
      ['select (1', '")" is missing'],
      ['select 1)', 'there is a ")" too many'],
      ['select {{not a name}}', /does not name a parameter/],
      ['  ', 'an action needs a body'],
    ] as const) {
      const refused = await refusal(register(database, { action_name: 'wrong', code_template: text }));
      expect(mistakes(refused.detail)).toEqual([
        typeof reason === 'string' ? `action wrong: code_template: ${reason}` : expect.stringMatching(reason),
      ]);
    }
  });

  test('a change for the worse leaves what was', async () => {
    const refused = await refusal(amend(database, 'add', { code_template: 'select {{a: integer}} + nothing' }));
    expect(refused.code).toBe('PI007');
    expect(await execute(database, 'add', { a: 2, b: 2 })).toBe(4);
  });
});

describe('rows come and go', () => {
  test('a change takes effect in its statement, and inputs may change their types', async () => {
    await register(database, { action_name: 'changing', code_template: 'select {{a: integer}} as result' });
    await amend(database, 'changing', { code_template: `select {{a: text}} || '!' as result` });
    expect(await execute(database, 'changing', { a: 'x' })).toBe('x!');
    const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
      `select count(*)::integer as count from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname like 'changing%'`,
    );
    expect(count).toBe(2);
  });

  test('an action that is switched off says so, and works again when it is switched on', async () => {
    await amend(database, 'changing', { enabled: false });
    expect(await refusal(execute(database, 'changing', { a: 'x' }))).toMatchObject({
      code: 'PI003',
      message: 'the action changing is switched off',
    });
    await amend(database, 'changing', { enabled: true });
    expect(await execute(database, 'changing', { a: 'x' })).toBe('x!');
  });

  test('each change is a revision, and one can be put back', async () => {
    const [first] = await database.query<{ revision: string }>(
      `select revision from ai.revision where kind = 'action' and qualified_name = 'changing' and state = 'ready' order by revision limit 1`,
    );
    await declare(database, `select ai.restore_action('changing', ${first?.revision})`);
    expect(await execute(database, 'changing', { a: 7 })).toBe(7);
    const states = await database.query(
      `select state, made_by is not null as by from ai.revision where kind = 'action' and qualified_name = 'changing' order by revision`,
    );
    expect(states.map(({ state }) => state).filter((state) => state !== 'pending')).toEqual([
      'ready',
      'ready',
      'disabled',
      'ready',
      'ready',
    ]);
    expect((await refusal(database.query(`select ai.restore_action('changing', -1)`))).code).toBe('PI101');
  });

  test('a deleted action is gone with its functions, and so is one that was renamed', async () => {
    await database.query(`delete from ai.meta_actions where action_name = 'shape'`);
    expect((await refusal(execute(database, 'shape'))).code).toBe('PI101');
    await amend(database, 'both', { action_name: 'one_of_both', code_template: 'select 1 as result' });
    expect((await refusal(execute(database, 'both'))).code).toBe('PI101');
    expect(await execute(database, 'one_of_both')).toBe(1);
    expect(
      await database.query(
        `select from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname ~ '^(shape|both)'`,
      ),
    ).toEqual([]);
  });
});

test('names with quotes, spaces, capitals and other letters', async () => {
  for (const name of ['Sign Up', `o'clock`, 'quo"te', 'ünï😀', 'select', 'a__b', 'x'.repeat(100), '{{x}} :y $1 %s']) {
    await register(database, {
      action_name: name,
      code_template: `select {{"in ""put"}} || :"sel ect" as result`,
      input_schema: {
        properties: { 'in "put': { type: 'string' }, 'sel ect': { type: 'string' } },
        required: ['in "put', 'sel ect'],
      },
      preconditions: [{ expression: `{{"in ""put"}} <> 'no'`, message: `it's "no"` }],
    });
    expect(await execute(database, name, { 'in "put': 'a', 'sel ect': 'b' })).toBe('ab');
    const refused = await refusal(execute(database, name, { 'in "put': 'no', 'sel ect': 'b' }));
    expect(refused.message).toContain(name);
    expect(refused.message).toContain(`it's "no"`);
    await database.query('delete from ai.meta_actions where action_name = $1', [name]);
  }
});
