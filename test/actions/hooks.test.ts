import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { amend, execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare, rowsOf } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** Hooks on actions: what they are given, what they may answer, when they run. */
const database = useDatabase();
const { javascript } = inject('server');

beforeAll(() =>
  declare(
    database,
    `create schema app;
     create table app.seen (at bigint generated always as identity, ctx jsonb);
     create table app.thing (id bigint generated always as identity primary key, name text);
     comment on table app.thing is '{"operations": {"create": {"optional": ["name"]}}}';
     grant usage on schema app to ai_owner; grant insert on app.seen to ai_owner;
     create function app.note(ctx jsonb) returns jsonb language sql as $$ insert into app.seen (ctx) values (ctx) returning null::jsonb $$;
     create function app.keep(ctx jsonb) returns jsonb language plpgsql as $$ begin
       perform ai.generate_mutation('create', 'app.thing', '{"name": "by hook"}'); return null; end $$;
     create function app.tidy(ctx jsonb) returns jsonb language sql as $$
       select jsonb_build_object('inputs', jsonb_build_object('email', lower(btrim(ctx #>> '{inputs,email}'))), 'remove', '["again"]'::jsonb) $$;
     create function app.add(ctx jsonb) returns jsonb language sql as $$
       select jsonb_build_object('result', jsonb_build_object('greeting', 'hello ' || (ctx #>> '{result,email}'))) $$;
     create function app.raising(ctx jsonb) returns jsonb language plpgsql as $$ begin
       raise exception 'not today' using detail = 'why'; end $$;
     create function app.retold(ctx jsonb) returns jsonb language sql as $$
       select jsonb_build_object('error', jsonb_build_object('code', 'PI360', 'message', 'sorry: ' || (ctx #>> '{error,message}'), 'hint', ctx ->> 'action')) $$`,
  ),
);

const inputs = {
  properties: { email: { type: 'string', format: 'email' }, age: { type: 'integer', minimum: 1, default: 30 } },
  required: ['email'],
};
const hook = (name: string, values: string): Promise<void> =>
  declare(
    database,
    `insert into ai.hooks (name, action, ${values.split(' values ')[0]}) values ('${name}', 'sign_up', ${values.split(' values ')[1]})`,
  );
const seen = () => database.query<{ ctx: Record<string, unknown> }>('select ctx from app.seen order by at');

beforeEach(async () => {
  await database.query(
    'delete from ai.hooks; delete from ai.meta_actions; truncate app.seen, app.thing restart identity',
  );
  await register(database, {
    action_name: 'sign_up',
    code_template: 'select {{email}} as email, {{age}} as age',
    input_schema: inputs,
  });
});

test('an input that a hook made wrong names the hook', async () => {
  await hook('trim', `phase, position, function values 'pre', 1, 'app.tidy'`);
  await hook(
    'spoil',
    `phase, language, code values 'pre', 'sql', $$ select '{"inputs": {"aeg": 3, "age": 0}}'::jsonb $$`,
  );
  const refused = await refusal(execute(database, 'sign_up', { email: 'A@b.de' }));
  expect([refused.code, refused.errors.map(({ field, code, hook: name }) => [field, code, name])]).toEqual([
    'PI100',
    [
      ['aeg', 'additionalProperties', 'spoil'],
      ['age', 'minimum', 'spoil'],
    ],
  ]);
});

test('pre hooks see the inputs, post hooks the answer too', async () => {
  await hook('first', `phase, function values 'pre', 'app.note'`);
  await hook('last', `phase, function values 'post', 'app.note'`);
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toEqual({ email: 'a@b.de', age: 30 });
  expect(await seen()).toEqual([
    { ctx: { inputs: { email: 'a@b.de' }, actor: expect.any(String), action: 'sign_up' } },
    {
      ctx: {
        inputs: { email: 'a@b.de' },
        actor: expect.any(String),
        action: 'sign_up',
        result: { email: 'a@b.de', age: 30 },
      },
    },
  ]);
});

test('a pre hook changes inputs, which are judged again; before_validation it may take what would be refused', async () => {
  await hook('tidy', `phase, function, settings values 'pre', 'app.tidy', '{"before_validation": true}'`);
  expect(await execute(database, 'sign_up', { email: ' A@B.de ', again: 1 })).toEqual({ email: 'a@b.de', age: 30 });
  await hook('worse', `phase, language, code values 'pre', 'sql', $$ select '{"inputs": {"age": 0}}'::jsonb $$`);
  expect((await refusal(execute(database, 'sign_up', { email: 'a@b.de' }))).fields).toEqual(['age:minimum']);
  await declare(
    database,
    `update ai.hooks set code = $$ select '{"inputs": {"age": 7}}'::jsonb $$ where name = 'worse'`,
  );
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toEqual({ email: 'a@b.de', age: 7 });
});

test('an input that a hook removes is as if it had not been given', async () => {
  await register(database, {
    action_name: 'lists',
    code_template: 'select :list as list',
    input_schema: { properties: { list: { type: 'array', items: { type: 'integer' } } } },
  });
  await declare(
    database,
    `insert into ai.hooks (name, action, phase, language, code) values ('removes', 'lists', 'pre', 'sql', $$ select '{"remove": ["list"]}'::jsonb $$)`,
  );
  expect(await execute(database, 'lists', { list: [1, 2] })).toEqual({ list: null });
});

test('a post hook adds to the answer, which is judged by output_schema then', async () => {
  await hook('add', `phase, function values 'post', 'app.add'`);
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ greeting: 'hello a@b.de' });
  await amend(database, 'sign_up', {
    output_schema: { type: 'object', properties: { email: {}, age: {} }, additionalProperties: false },
  });
  expect((await refusal(execute(database, 'sign_up', { email: 'a@b.de' }))).code).toBe('PI313');
  await amend(database, 'sign_up', { output_schema: null, code_template: 'select 7 as result', input_schema: null });
  await declare(
    database,
    `update ai.hooks set function = null, language = 'sql', code = $$ select '{"result": {"a": 1}}'::jsonb $$ where name = 'add'`,
  );
  const refused = await refusal(execute(database, 'sign_up'));
  expect(refused).toMatchObject({ code: 'PI302', detail: { action: 'sign_up', hook: 'add' } });
  expect(refused.message).toContain('the action sign_up: the hook "add" must answer');
});

test('a hook refuses under its own code, with the action’s name in DETAIL', async () => {
  await hook('no', `phase, function values 'pre', 'app.raising'`);
  expect(await refusal(execute(database, 'sign_up', { email: 'a@b.de' }))).toMatchObject({
    code: 'PI301',
    message: 'not today',
    detail: { action: 'sign_up', hook: 'no', detail: 'why' },
  });
  await declare(
    database,
    `update ai.hooks set function = null, language = 'sql', code = $$ select '{"refuse": {"code": "PI351"}}'::jsonb $$ where name = 'no'`,
  );
  expect(await refusal(execute(database, 'sign_up', { email: 'a@b.de' }))).toMatchObject({
    code: 'PI351',
    message: 'the action sign_up is refused by the hook "no"',
  });
});

test('an on_error hook tells errors otherwise, those of options too, and once', async () => {
  await hook('sorry', `phase, function values 'on_error', 'app.retold'`);
  const refused = await refusal(execute(database, 'sign_up', { email: 'x' }));
  expect(refused).toMatchObject({ code: 'PI360', hint: 'sign_up' });
  expect(refused.message).toMatch(/^sorry: the action sign_up refused/);
  expect(await execute(database, 'sign_up', { email: 'x' }, { on_error: 'return' })).toMatchObject({
    error: { code: 'PI360', message: expect.stringMatching(/^sorry: the action/) },
  });
  expect((await refusal(execute(database, 'sign_up', { email: 'x' }, { idempotency_key: 'k' }))).message).toMatch(
    /^sorry: the action/,
  );
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toEqual({ email: 'a@b.de', age: 30 });
});

test('order, condition, enabled; and hooks of other actions do not run', async () => {
  const setting = (n: number) => `$$ select '{"inputs": {"age": ${n}}}'::jsonb $$`;
  await register(database, { action_name: 'other', code_template: 'select {{age: integer}} as age' });
  await hook('b', `phase, position, language, code values 'pre', 2, 'sql', ${setting(2)}`);
  await hook('a', `phase, position, language, code values 'pre', 1, 'sql', ${setting(1)}`);
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ age: 2 });
  await declare(
    database,
    `update ai.hooks set condition = $$ operation = 'action' and inputs ->> 'email' like 'x%' $$ where name = 'b'`,
  );
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ age: 1 });
  expect(await execute(database, 'sign_up', { email: 'x@b.de' })).toMatchObject({ age: 2 });
  await declare(database, `update ai.hooks set enabled = false`);
  expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ age: 30 });
  expect(await execute(database, 'other', { age: 5 })).toEqual({ age: 5 });
});

test('what a hook writes is the action’s, and kept or lost with it', async () => {
  await hook('keep', `phase, function values 'pre', 'app.keep'`);
  await execute(database, 'sign_up', { email: 'a@b.de' });
  expect(await database.query(`select action from ai.audit_log where relation = 'app.thing' order by id`)).toEqual([
    { action: 'sign_up' },
  ]);
  await amend(database, 'sign_up', { preconditions: ['false'] });
  await refusal(execute(database, 'sign_up', { email: 'a@b.de' }));
  expect(await database.query('select from app.thing')).toHaveLength(1);
  expect(await execute(database, 'sign_up', { email: 'a@b.de' }, { on_error: 'return' })).toMatchObject({ error: {} });
});

test('a dry run runs them, and keeps nothing', async () => {
  await hook('first', `phase, function values 'pre', 'app.note'`);
  await execute(database, 'sign_up', { email: 'a@b.de' }, { dry_run: true });
  expect(await seen()).toEqual([]);
});

test('an action of steps, called by another one, has its hooks', async () => {
  await register(database, {
    action_name: 'outer',
    steps: [{ call: 'sign_up', inputs: { email: 'A@b.de' }, as: 'user' }, { return: { email: '$user.email' } }],
  });
  await hook('tidy', `phase, function values 'pre', 'app.tidy'`);
  expect(await execute(database, 'outer')).toEqual({ email: 'a@b.de' });
});

test('with the caller’s own rights, for the roles of the action', async () => {
  await amend(database, 'sign_up', { security: 'invoker' });
  await hook(
    'whose',
    `phase, condition, language, code values 'post', 'true', 'sql', $$ select jsonb_build_object('result', jsonb_build_object('me', current_user)) $$`,
  );
  const client = await database.as('ai_user');
  const [row] = await rowsOf<{ answer: { me: string }; me: string }>(
    client,
    `select ai.execute_action('sign_up', '{"email": "a@b.de"}') as answer, current_user::text as me`,
  );
  expect(row?.answer.me).toBe(row?.me);
});

describe('registering', () => {
  const refusedHook = async (values: string) => mistakes((await refusal(hook('h', values))).detail);

  test('what cannot stand is refused, with the reason', async () => {
    expect(await refusedHook(`phase, function values 'pre', 'app.nowhere'`)).toEqual([
      'hook h: function: there is no function app.nowhere(jsonb)',
    ]);
    expect(await refusedHook(`phase, function, settings values 'pre', 'app.note', '{"only_named": true}'`)).toEqual([
      'hook h: settings.only_named: an action names no hooks',
    ]);
    expect(await refusedHook(`phase, language, code values 'pre', 'sql', 'select nonsense'`)).toHaveLength(1);
    expect(await database.query('select from ai.hooks')).toEqual([]);
    expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toEqual({ email: 'a@b.de', age: 30 });
  });

  test('a hook may come before its action; it goes with its row', async () => {
    await declare(
      database,
      `insert into ai.hooks (name, action, phase, language, code) values ('early', 'later', 'post', 'sql', $$ select '{"result": {"b": 2}}'::jsonb $$)`,
    );
    await register(database, { action_name: 'later', code_template: 'select 1 as a' });
    expect(await execute(database, 'later')).toEqual({ a: 1, b: 2 });
    await declare(database, `delete from ai.hooks where name = 'early'`);
    expect(await execute(database, 'later')).toEqual({ a: 1 });
  });

  test('a function that is dropped takes the action out of force, one that is made anew brings it back', async () => {
    await database.query(
      `create function app.gone(ctx jsonb) returns jsonb language sql as 'select null::jsonb'; revoke all on function app.gone(jsonb) from public`,
    );
    await hook('gone', `phase, function values 'pre', 'app.gone'`);
    expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ age: 30 });
    await database.query('drop function app.gone(jsonb)');
    expect((await refusal(execute(database, 'sign_up', { email: 'a@b.de' }))).code).toBe(
      javascript === 'none' ? 'PI002' : 'PI003',
    );
    await declare(database, `create function app.gone(ctx jsonb) returns jsonb language sql as 'select null::jsonb'`);
    expect(await execute(database, 'sign_up', { email: 'a@b.de' })).toMatchObject({ age: 30 });
  });
});

describe('in JavaScript', () => {
  needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

  test('pre, post and on_error, on an action in JavaScript', async () => {
    await amend(database, 'sign_up', {
      language: 'javascript',
      code_template: 'if (ctx.inputs.age === 13) throw new Error("unlucky"); return { email: ctx.inputs.email };',
    });
    const js = (code: string) => `'javascript', $js$${code}$js$`;
    await hook(
      'tidy',
      `phase, language, code values 'pre', ${js('return { inputs: { email: ctx.inputs.email.toLowerCase() } }')}`,
    );
    await hook(
      'add',
      `phase, language, code values 'post', ${js('return { result: { of: ctx.action, was: ctx.result.email } }')}`,
    );
    await hook(
      'sorry',
      `phase, language, code values 'on_error', ${js('return { error: { message: ctx.error.message + "!" } }')}`,
    );
    expect(await execute(database, 'sign_up', { email: 'A@b.de' })).toEqual({
      email: 'a@b.de',
      of: 'sign_up',
      was: 'a@b.de',
    });
    expect(await refusal(execute(database, 'sign_up', { email: 'a@b.de', age: 13 }))).toMatchObject({
      code: 'PI315',
      message: 'unlucky!',
    });
    await declare(database, `update ai.hooks set code = 'throw new Refusal("PI350", "no")' where name = 'tidy'`);
    expect(await refusal(execute(database, 'sign_up', { email: 'A@b.de' }))).toMatchObject({
      code: 'PI350',
      detail: { action: 'sign_up', hook: 'tidy', line: 1 },
    });
  });
});
