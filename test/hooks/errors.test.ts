import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

/** How errors of hooks reach the caller, and what hooks may make of errors. */
const database = useDatabase();

beforeAll(() =>
  declare(
    database,
    `create schema app;
     create table app.thing (id integer primary key, name text unique, constraint never_bad check (name <> 'bad' or id = 0));
     comment on table app.thing is '{"operations": {"create": {"optional": ["name"]}, "fetch": true}, "fields": {"name": {"maxLength": 10}}}';
     create table app.seen (at bigint generated always as identity, ctx jsonb, constraint never_seven check (ctx <> '7'));
     grant usage on schema app to ai_owner; grant insert on app.seen to ai_owner`,
  ),
);
beforeEach(async () => {
  await declare(database, 'delete from ai.hooks');
  await database.query('truncate app.thing, app.seen');
});

const hook = (phase: string, code: string, language = 'plpgsql', name = 'h') =>
  declare(
    database,
    `insert into ai.hooks (name, relation, phase, language, code) values ('${name}', 'app.thing', '${phase}', '${language}', $hook$${code}$hook$)`,
  );
const create = (inputs: object, options = {}, client: pg.Client | typeof database = database) =>
  mutate(client, 'create', 'app.thing', inputs, options);

describe('what a hook raises', () => {
  test.each([
    [`raise exception 'no'`, 'PI301', 'no'],
    [`raise exception using errcode = 'PI345', message = 'no', detail = 'because', hint = 'do not'`, 'PI345', 'no'],
    [`raise unique_violation using message = 'mine'`, '23505', 'mine'],
    [
      `insert into app.seen (ctx) values ('7')`,
      '23514',
      'new row for relation "seen" violates check constraint "never_seven"',
    ],
    [`perform 1 / 0`, '22012', 'division by zero'],
    [`perform * from app.thing where nothing = 1`, '42703', 'column "nothing" does not exist'],
  ])('%s', async (statement, code, message) => {
    for (const phase of ['pre', 'post']) {
      await declare(database, 'delete from ai.hooks');
      await hook(phase, `begin ${statement}; return null; end`);
      const refused = await refusal(create({ id: 1, name: 'a' }));
      expect([refused.code, refused.message]).toEqual([code, message]);
      expect(refused.detail).toMatchObject({
        table: 'app.thing',
        operation: 'create',
        hook: 'h',
        ...(statement.includes('because') ? { detail: 'because' } : {}),
      });
      expect(refused.hint).toBe(statement.includes('do not') ? 'do not' : 'Refused by the hook "h".');
      expect(await database.query('select from app.thing')).toEqual([]);
    }
  });

  test('a function of SQL refuses by its answer', async () => {
    await hook('pre', `select '{"refuse": {"code": "PI311", "message": "not today", "day": 1}}'::jsonb`, 'sql');
    expect(await refusal(create({ id: 1 }))).toMatchObject({
      code: 'PI311',
      message: 'not today',
      detail: { hook: 'h', day: 1 },
    });
    await declare(database, `update ai.hooks set code = $$ select '{"refuse": {"code": "PI198"}}'::jsonb $$`);
    expect(await refusal(create({ id: 1 }))).toMatchObject({
      code: 'PI301',
      message: 'create on app.thing refused by the hook "h"',
    });
  });

  test.each(['40001', '40P01', '55P03', '57014', 'XX000'])(
    '%s is about the transaction and stays as it is',
    async (code) => {
      await hook('pre', `begin raise exception using errcode = '${code}', message = 'again', detail = 'd'; end`);
      expect(await refusal(create({ id: 1 }))).toMatchObject({ code, message: 'again', detail: {} });
    },
  );

  test('is not taken for the table’s, nor the table’s for the hook’s', async () => {
    await hook('pre', `begin return null; end`);
    const refused = await refusal(create({ id: 1, name: 'bad' }));
    expect([refused.code, refused.fields]).toEqual(['PI100', ['name:check']]);
    await create({ id: 1, name: 'a' });
    expect(await refusal(create({ id: 2, name: 'a' }))).toMatchObject({ code: '23505', fields: ['name:unique'] });
  });

  test('is counted under its code', async () => {
    await hook('pre', `begin raise exception 'no'; end`);
    const refused = async (): Promise<number> => {
      const [row] = await database.query<{ n: number }>(
        `select (errors ->> 'PI301')::int as n from ai.metrics where relation = 'app.thing' and operation = 'create'`,
      );
      return row?.n ?? 0;
    };
    const before = await refused();
    await refusal(create({ id: 1 }));
    expect(await refused()).toBe(before + 1);
  });
});

describe('an on_error hook', () => {
  test('sees the error as it would reach the caller, and may tell it otherwise', async () => {
    await hook(
      'on_error',
      `begin
         insert into app.seen (ctx) values (ctx);
         return jsonb_build_object('error', jsonb_build_object('code', 'PI390', 'message', 'sorry: ' || (ctx #>> '{error,code}'), 'detail', ctx, 'hint', 'call us'));
       end`,
    );
    await create({ id: 1, name: 'a' });
    const refused = await refusal(create({ id: 2, name: 'a' }));
    expect([refused.code, refused.message, refused.hint]).toEqual(['PI390', 'sorry: 23505', 'call us']);
    expect(refused.detail).toMatchObject({
      inputs: { id: 2, name: 'a' },
      row: null,
      old: null,
      operation: 'create',
      table: 'app.thing',
      error: {
        code: '23505',
        message: 'create on app.thing refused: name is already taken',
        constraint: 'thing_name_key',
      },
    });
    // the statement has failed, and with it what the hook wrote
    expect(await database.query('select from app.seen')).toEqual([]);
  });

  test.each([
    ['inputs', { id: 1, name: 'much too long' }, 'PI100'],
    ['options', { id: 1 }, 'PI102'],
    ['a hook', { id: 1, name: 'refuse' }, 'PI301'],
  ])('is told of what is wrong with %s', async (what, inputs, code) => {
    await hook(
      'pre',
      `begin if ctx #>> '{inputs,name}' = 'refuse' then raise exception 'no'; end if; return null; end`,
      'plpgsql',
      'a',
    );
    await hook(
      'on_error',
      `select jsonb_build_object('error', jsonb_build_object('message', 'told: ' || (ctx #>> '{error,code}')))`,
      'sql',
      'b',
    );
    const refused = await refusal(create(inputs, what === 'options' ? { nothing: 1 } : {}));
    // what it does not name stays
    expect([refused.code, refused.message, refused.detail.operation]).toEqual([code, `told: ${code}`, 'create']);
  });

  test('runs with a condition, one after the other, also for fetch', async () => {
    await declare(
      database,
      `insert into ai.hooks (name, relation, phase, position, condition, language, code) values
         ('a', 'app.thing', 'on_error', 1, $$inputs ? 'id'$$, 'sql', $$ select jsonb_build_object('error', jsonb_build_object('message', (ctx #>> '{error,message}') || ' a')) $$),
         ('b', 'app.thing', 'on_error', 2, null, 'sql', $$ select jsonb_build_object('error', jsonb_build_object('message', (ctx #>> '{error,message}') || ' b')) $$)`,
    );
    expect((await refusal(mutate(database, 'fetch', 'app.thing', { id: 'x' }))).message).toMatch(/ a b$/);
    expect((await refusal(mutate(database, 'fetch', 'app.thing', {}))).message).toMatch(/missing b$/);
    // which fails for nothing and answers as ever
    await create({ id: 1 });
    expect(await mutate(database, 'fetch', 'app.thing', { id: 1 })).toMatchObject({ id: 1 });
  });

  test.each([
    ['begin return null; end', false],
    [`begin return '{"error": {}}'; end`, false],
    [`begin raise exception 'own failure'; end`, true],
    [`begin return '{"result": {}}'; end`, true],
    [`begin return '{"error": {"code": "00000"}}'; end`, true],
    [`begin return '{"error": {"code": "PI104"}}'; end`, true],
  ])('leaves the error what it was: %s', async (code, warns) => {
    await hook('on_error', code);
    const client = await database.client();
    const notices: (string | undefined)[] = [];
    client.on('notice', (notice) => notices.push(notice.message));
    const refused = await refusal(create({ id: 1, name: 'much too long' }, {}, client));
    expect([refused.code, refused.fields]).toEqual(['PI100', ['name:maxLength']]);
    expect(notices.filter((text) => text?.includes('the on_error hook "h" failed'))).toHaveLength(warns ? 1 : 0);
  });

  test('is not asked about what is about the transaction', async () => {
    await hook('pre', `begin raise exception using errcode = '40001', message = 'again'; end`, 'plpgsql', 'a');
    await hook('on_error', `begin return '{"error": {"message": "mine"}}'; end`, 'plpgsql', 'b');
    expect(await refusal(create({ id: 1 }))).toMatchObject({ code: '40001', message: 'again' });
  });

  test('runs once for a dry run, for a call with a key and for each call of a set', async () => {
    await hook(
      'on_error',
      `select jsonb_build_object('error', jsonb_build_object('message', (ctx #>> '{error,message}') || '!'))`,
      'sql',
    );
    for (const options of [{ dry_run: true }, { idempotency_key: 'k' }])
      expect((await refusal(create({ id: 1, name: 'much too long' }, options))).message).toMatch(/[^!]!$/);
    const [answer] = await database.query<{ a: { errors: { message: string }[] } }>(
      `select ai.generate_mutations('create', 'app.thing', '[{"id": 1, "name": "much too long"}, {"id": 2}]', '{"on_error": "skip"}') as a`,
    );
    expect(answer?.a.errors).toMatchObject([{ message: expect.stringMatching(/[^!]!$/) }]);
  });

  test('may be JavaScript', async () => {
    if (inject('server').javascript === 'none') return;
    await hook(
      'on_error',
      `return { error: { code: 'PI391', message: ctx.error.code + ' ' + ctx.inputs.id, detail: { why: 1 } } }`,
      'javascript',
    );
    expect(await refusal(create({ id: 1, name: 'much too long' }))).toMatchObject({
      code: 'PI391',
      message: 'PI100 1',
      detail: { why: 1 },
    });
  });
});
