import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useRole } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { compilePending, declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** Who may register a hook, what is refused when it is registered, and what becomes of it when its function changes. */
const database = useDatabase();
const admin = useRole(database, ['ai_admin', 'ai_user']);
const outsider = useRole(database);
const bare = (role: string) => role.replaceAll('"', '');
const compilesHere = inject('server').javascript !== 'none';

beforeAll(() =>
  declare(
    database,
    `create schema app; grant usage on schema app to ${admin}, ${outsider};
     create table app.small (id integer primary key, by text);
     comment on table app.small is '{"operations": {"create": {"optional": ["by"]}}}';
     create function app.fine(ctx jsonb) returns jsonb language sql as $$ select '{"inputs": {"by": "fine"}}'::jsonb $$`,
  ),
);
beforeEach(async () => {
  await declare(database, 'delete from ai.hooks');
  await database.query('truncate app.small');
});

/** What is wrong with a hook, as `path: reason`. */
async function mistakes(columns: string, values: string): Promise<string[]> {
  const refused = await refusal(
    declare(
      database,
      `insert into ai.hooks (name, relation, phase, ${columns}) values ('h', 'app.small', 'pre', ${values})`,
    ),
  );
  expect(['PI001', 'PI007']).toContain(refused.code);
  expect(await database.query('select from ai.hooks')).toEqual([]);
  expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: null });
  await database.query('truncate app.small');
  return (refused.detail.errors as { path: string; reason: string }[]).map(({ path, reason }) => `${path}: ${reason}`);
}

describe('refused when it is registered:', () => {
  test.each([
    ['app.nothing', 'there is no function app.nothing(jsonb)'],
    ['fine', '"fine" names no schema'],
    ['app.fine(jsonb)', 'there is no function app.fine(jsonb)(jsonb)'],
    ['app.many', 'app.many is not a function that returns one jsonb'],
    ['app.texts', 'app.texts is not a function that returns one jsonb'],
    ['ai_private.hook_result', 'there is no function ai_private.hook_result(jsonb)'],
    ['app.other', `operations run it, so its owner must be a member of ai_admin, and ${bare(outsider)} is not`],
    ['app.widening', 'app.widening is SECURITY DEFINER, so the hook would have other rights than its operation'],
  ])('the function %s', async (name, reason) => {
    await database.query(
      `create or replace function app.many(ctx jsonb) returns setof jsonb language sql as 'select ctx';
       create or replace function app.texts(ctx jsonb) returns text language sql as $$ select '' $$;
       create or replace function app.other(ctx jsonb) returns jsonb language sql as 'select ctx'; alter function app.other(jsonb) owner to ${outsider};
       create or replace function app.widening(ctx jsonb) returns jsonb language sql security definer as 'select ctx'`,
    );
    expect(await mistakes('function', `'${name}'`)).toEqual([`hook h: function: ${reason}`]);
  });

  test('a setting that there is not, or that does not belong to the phase', async () => {
    expect(
      await mistakes('function, settings', `'app.fine', '{"before": 1, "only_named": "x", "security": "definer"}'`),
    ).toEqual([
      'hook h: settings.only_named: expected true or false',
      'hook h: settings.before: unknown key',
      'hook h: settings.security: app.fine is not SECURITY DEFINER',
    ]);
    const refused = await refusal(
      declare(
        database,
        `insert into ai.hooks (name, relation, phase, function, settings) values ('h', 'app.small', 'post', 'app.fine', '{"before_validation": true}')`,
      ),
    );
    expect(refused.message).toContain('hook h: settings.before_validation: validation is over then');
  });

  test('a condition that is no condition, and code that cannot be', async () => {
    expect(await mistakes('condition, language, code', `'inputs.x = 1', 'sql', 'select nothing'`)).toEqual([
      'hook h: condition: missing FROM-clause entry for table "inputs"',
      'hook h: code: column "nothing" does not exist',
    ]);
    expect(await mistakes('condition, language, code', `'1', 'plpgsql', 'begin retur null; end'`)).toEqual([
      expect.stringContaining('hook h: condition: return type mismatch in function declared to return boolean'),
      expect.stringContaining('hook h: code: syntax error'),
    ]);
  });

  test('words that it does not know, with those that it knows', async () => {
    const refused = await refusal(
      database.query(
        `insert into ai.hooks (name, relation, phase, operation, language, code) values ('h', 'app.small', 'before', 'creat', 'perl', 'x')`,
      ),
    );
    expect(refused.code).toBe('PI007');
    expect(refused.detail.errors).toEqual([
      { path: 'hook h: operation', reason: '"creat" is not known', suggestion: 'did you mean "create"?' },
      {
        path: 'hook h: phase',
        reason: '"before" is not known',
        suggestion: 'use one of: pre, post, post_commit, on_error',
      },
      { path: 'hook h: language', reason: '"perl" is not known', suggestion: 'use one of: sql, plpgsql, javascript' },
    ]);
    const policy = await refusal(
      database.query(`insert into ai.policies (name, kind, definition) values ('p', 'limits', '{}')`),
    );
    expect([policy.code, policy.message]).toEqual(['PI007', expect.stringContaining('did you mean "limit"?')]);
  });
});

describe('who may register', () => {
  test('nobody but members of ai_admin', async () => {
    const client = await database.as(bare(outsider));
    expect((await refusal(client.query('select * from ai.hooks'))).code).toBe('42501');
    expect(
      (await refusal(client.query(`insert into ai.hooks (name, phase, function) values ('h', 'pre', 'app.fine')`)))
        .code,
    ).toBe('42501');
    expect((await refusal(client.query(`select ai_private.build_hook('h')`))).code).toBe('42501');
  });

  test('nobody a function that they may not execute', async () => {
    await database.query(
      `create function app.secret(ctx jsonb) returns jsonb language sql as 'select ctx'; revoke all on function app.secret from public`,
    );
    const client = await database.as(bare(admin));
    const register = (name: string) =>
      client.query(
        `insert into ai.hooks (name, relation, phase, function) values ('h', 'app.small', 'pre', '${name}')`,
      );
    const refused = await refusal(register('app.secret'));
    expect([refused.code, refused.message]).toEqual([
      'PI007',
      expect.stringContaining(`${bare(admin)} may not execute app.secret`),
    ]);
    // may execute, and may not let ai_owner
    await database.query(`grant execute on function app.secret to ${admin}`);
    if (compilesHere)
      expect(await refusal(register('app.secret'))).toMatchObject({
        code: '42501',
        everything: expect.stringContaining('grant execute on function app.secret(jsonb) to ai_owner'),
      });
    await database.query('drop function app.secret(jsonb)');
  });

  test('a right that ai_owner lacks is granted by whoever registers and has it', async () => {
    await declare(
      database,
      `create schema own; create function own.mine(ctx jsonb) returns jsonb language sql as $$ select '{"inputs": {"by": "mine"}}'::jsonb $$;
       revoke all on function own.mine from public;
       insert into ai.hooks (name, relation, phase, function) values ('h', 'app.small', 'pre', 'own.mine')`,
    );
    expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: 'mine' });
  });
});

describe('whose rights a hook has', () => {
  test('those of its operation: ai_owner’s, which are few', async () => {
    await database.query('create table app.vault (secret text)');
    await declare(
      database,
      `insert into ai.hooks (name, relation, phase, language, code) values ('h', 'app.small', 'pre', 'sql', $$ select jsonb_build_object('inputs', jsonb_build_object('by', current_user)) $$)`,
    );
    expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: 'ai_owner' });
    await declare(
      database,
      `update ai.hooks set language = 'plpgsql', code = $$ begin return jsonb_build_object('inputs', jsonb_build_object('by', (select v.secret from app.vault v))); end $$`,
    );
    expect(await refusal(mutate(database, 'create', 'app.small', { id: 2 }))).toMatchObject({ code: '42501' });
  });

  test('its owner’s, where it is declared so', async () => {
    await declare(
      database,
      `create table app.safe (secret text); insert into app.safe values ('opened');
       create function app.opens(ctx jsonb) returns jsonb language sql security definer set search_path = pg_catalog, pg_temp as $$ select jsonb_build_object('inputs', jsonb_build_object('by', (select secret from app.safe))) $$;
       insert into ai.hooks (name, relation, phase, function, settings) values ('h', 'app.small', 'pre', 'app.opens', '{"security": "definer"}')`,
    );
    expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: 'opened' });
  });

  test('inline code cannot be called by others', async () => {
    await declare(
      database,
      `insert into ai.hooks (name, relation, phase, condition, language, code) values ('h', 'app.small', 'pre', 'true', 'sql', $$ select null::jsonb $$)`,
    );
    const client = await database.as(bare(admin));
    expect((await refusal(client.query(`select ai_gen._hook_h('{}')`))).code).toBe('42501');
    expect((await refusal(client.query(`select ai_gen._when_h('{}', null, null, '', '')`))).code).toBe('42501');
  });
});

test('the functions of a hook come, change their name and go with it', async () => {
  const functions = async () =>
    (
      await database.query<{ f: string }>(
        `select p.proname || ' ' || p.prosrc as f from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname ~ '^_' order by 1`,
      )
    ).map(({ f }) => f.replace(/\s+/g, ' ').trim());
  await declare(
    database,
    `insert into ai.hooks (name, relation, phase, condition, language, code) values ('h', 'app.small', 'pre', 'true', 'sql', 'select null::jsonb')`,
  );
  expect(await functions()).toEqual(['_hook_h select null::jsonb', '_when_h select (true )']);
  await declare(database, `update ai.hooks set name = 'g', condition = null`);
  expect(await functions()).toEqual(['_hook_g select null::jsonb']);
  await declare(
    database,
    `update ai.hooks set code = null, language = null, function = 'app.fine', condition = 'row is null'`,
  );
  expect(await functions()).toEqual(['_when_g select ("row" is null )']);
  expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: 'fine' });
  await declare(database, `delete from ai.hooks`);
  expect(await functions()).toEqual([]);
});

describe('DDL on a hook’s function', () => {
  needs(compilesHere, 'this server compiles nothing by itself: install plv8 or pljs');
  const call = async () => {
    await database.query('truncate app.small');
    return mutate(database, 'create', 'app.small', { id: 1 });
  };

  test('is never stopped, and is followed', async () => {
    await database.query(
      `create function app.changing(ctx jsonb) returns jsonb language sql as $$ select '{"inputs": {"by": "one"}}'::jsonb $$;
       insert into ai.hooks (name, relation, phase, function) values ('h', 'app.small', 'pre', 'app.changing')`,
    );
    expect(await call()).toEqual({ id: 1, by: 'one' });
    // another body needs no compiling
    await database.query(
      `create or replace function app.changing(ctx jsonb) returns jsonb language sql as $$ select '{"inputs": {"by": "two"}}'::jsonb $$`,
    );
    expect(await call()).toEqual({ id: 1, by: 'two' });
    for (const [breaks, mends] of [
      [
        'drop function app.changing(jsonb)',
        `create function app.changing(ctx jsonb) returns jsonb language sql as $$ select '{"inputs": {"by": "two"}}'::jsonb $$`,
      ],
      ['alter function app.changing(jsonb) rename to changed', 'alter function app.changed(jsonb) rename to changing'],
      [
        `alter function app.changing(jsonb) owner to ${outsider}`,
        `alter function app.changing(jsonb) owner to ${pg.escapeIdentifier((await database.query<{ u: string }>('select current_user as u'))[0]?.u ?? '')}`,
      ],
      ['alter function app.changing(jsonb) security definer', 'alter function app.changing(jsonb) security invoker'],
      [
        `create or replace function app.changing(ctx jsonb) returns jsonb language sql security definer as $$ select '{"inputs": {"by": "two"}}'::jsonb $$`,
        'alter function app.changing(jsonb) security invoker',
      ],
    ] as const) {
      await database.query(breaks);
      expect([breaks, (await refusal(call())).code]).toEqual([breaks, 'PI003']);
      await database.query(mends);
      expect([mends, await call()]).toEqual([mends, { id: 1, by: 'two' }]);
    }
  });
});

test('a hook that comes before its table’s declaration takes effect with it', async () => {
  await declare(
    database,
    `create table app.later (id integer primary key, by text);
     insert into ai.hooks (name, relation, phase, function) values ('h', 'app.later', 'pre', 'app.fine')`,
  );
  await declare(database, `comment on table app.later is '{"operations": {"create": {"optional": ["by"]}}}'`);
  expect(await mutate(database, 'create', 'app.later', { id: 1 })).toEqual({ id: 1, by: 'fine' });
});

test('a table that waits for its compiler is compiled with its hooks', async () => {
  await database.query(
    `insert into ai.hooks (name, relation, phase, function) values ('h', 'app.small', 'pre', 'app.fine')`,
  );
  if (!compilesHere) expect((await refusal(mutate(database, 'create', 'app.small', { id: 1 }))).code).toBe('PI002');
  await compilePending(database);
  expect(await mutate(database, 'create', 'app.small', { id: 1 })).toEqual({ id: 1, by: 'fine' });
});
