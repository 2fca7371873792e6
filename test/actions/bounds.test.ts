import { beforeAll, describe, expect, inject, test } from 'vitest';
import { execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { compilePending, compilePendingActions, declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();

beforeAll(async () => {
  await database.query(`
    create schema shop;
    create table shop.item (id integer primary key, quantity integer);
    insert into shop.item values (1, 5)`);
});

describe('the system’s own tables', () => {
  test.each([
    [
      'pg_catalog.pg_authid',
      { find: 'pg_catalog.pg_authid', where: { rolname: 'postgres' }, columns: ['rolpassword'] },
    ],
    ['information_schema.sql_features', { find: 'information_schema.sql_features', where: { feature_id: 'B011' } }],
    ['ai_private.encryption_key', { find: 'ai_private.encryption_key', where: { id: 1 }, as: 'p' }],
    ['ai.policies', { create: 'ai.policies', values: { name: 'p', kind: 'access' } }],
    ['ai.hooks', { delete: 'ai.hooks', key: { name: 'p' } }],
    ['ai.meta_actions', { update: 'ai.meta_actions', key: { action_name: 'p' }, values: { enabled: false } }],
  ])('%s is no table for steps, and nothing is granted on it', async (table, step) => {
    const grants = () =>
      database.query(
        `select relacl::text, array(select attacl::text from pg_attribute a where a.attrelid = c.oid and attacl is not null) as columns
           from pg_class c where oid = $1::regclass`,
        [table],
      );
    const before = await grants();
    for (const security of ['definer', 'invoker']) {
      const refused = await refusal(register(database, { action_name: 'system', security, steps: [step] }));
      expect(refused.message).toContain(`${table} is the system's own, and no table for steps`);
    }
    expect(await grants()).toEqual(before);
  });

  test('preconditions neither', async () => {
    const refused = await refusal(
      register(database, {
        action_name: 'system',
        code_template: 'select 1 as result',
        preconditions: [{ exists: 'pg_catalog.pg_authid', where: { rolpassword: 'x' } }],
      }),
    );
    expect(refused.message).toContain(`pg_catalog.pg_authid is the system's own`);
  });

  test('what comes to be needed of them nobody grants by itself', async () => {
    await register(database, { action_name: 'system', code_template: 'select 1 as result' });
    await database.query(
      `insert into ai_private.prepared_action (action_name, fingerprint, compiled) values ('system', '', $1)`,
      [{ privileges: [{ on: 'table', name: 'pg_catalog.pg_authid', privilege: 'select', columns: ['rolpassword'] }] }],
    );
    const refused = await refusal(database.query(`select ai_private.grant_missing_action('system')`));
    expect(refused.code).toBe('42501');
    expect(refused.everything).toContain('grant select (rolpassword) on pg_catalog.pg_authid to ai_owner');
    const [held] = await database.query(
      `select has_column_privilege('ai_owner', 'pg_catalog.pg_authid', 'rolpassword', 'select') as held`,
    );
    expect(held).toEqual({ held: false });
    await database.query(`delete from ai_private.prepared_action`);
  });

  test('they declare no operations either', async () => {
    const refused = await refusal(
      declare(database, `comment on table pg_catalog.pg_authid is '{"operations": {"fetch": {}}}'`),
    );
    expect(refused.message).toContain(`what is in pg_catalog is the system's own, and has no operations`);
  });
});

const change = async (sql: string): Promise<void> => {
  await database.query(sql);
  await compilePending(database);
  await compilePendingActions(database);
};

const known = async (name: string) =>
  (
    await database.query<{ state: string; relations: string }>(
      'select state, relations::text from ai.action where action_name = $1',
      [name],
    )
  )[0];

describe('DDL', () => {
  test('an action in SQL is looked at again when a table that it names changes', async () => {
    await database.query('grant usage on schema shop to ai_owner; grant select on shop.item to ai_owner');
    await register(database, {
      action_name: 'left',
      code_template: 'select "quantity" as result from Shop . "item" limit 1',
    });
    expect(await known('left')).toEqual({ state: 'ready', relations: '{shop.item}' });
    await change('alter table shop.item rename column quantity to amount');
    expect((await known('left'))?.state).toBe('inconsistent');
    expect((await refusal(execute(database, 'left'))).code).toBe('PI003');
    await change('alter table shop.item rename column amount to quantity');
    expect(await execute(database, 'left')).toBe(5);
    await change('alter table shop.item drop column quantity');
    expect((await known('left'))?.state).toBe('inconsistent');
    await change('alter table shop.item add column quantity integer');
    expect((await known('left'))?.state).toBe('ready');
  });

  test('so is one with SQL in its steps; a new column of another table changes nothing', async () => {
    await database.query('create table shop.rate (percent integer); grant select on shop.rate to ai_owner');
    await register(database, {
      action_name: 'rated',
      steps: [{ set: { rate: { sql: '(select max(percent) from shop.rate)', type: 'integer' } } }, { return: '$rate' }],
    });
    const print = async () =>
      database.query(`select fingerprint from ai.action where action_name in ('rated', 'left') order by action_name`);
    const before = await print();
    await change('create table shop.other (id integer); alter table shop.other add column x integer');
    expect(await print()).toEqual(before);
    await change('alter table shop.rate rename column percent to part');
    expect((await known('rated'))?.state).toBe('inconsistent');
  });

  test('a table that goes takes it out of force', async () => {
    await database.query('create table shop.gone (id integer); grant select on shop.gone to ai_owner');
    await register(database, { action_name: 'goes', code_template: 'select max(id) as result from shop.gone' });
    await change('drop table shop.gone');
    expect((await known('goes'))?.state).toBe('inconsistent');
  });
});

describe('what registering tells', () => {
  test.each([
    [`select ':x' as result`, ':x inside a literal is text'],
    [`select 'a {{ x }} b' as result`, '{{ x }} inside a literal is text'],
    [`select $$ a :x $$ as result`, ':x inside a literal is text'],
  ])('%s', async (code_template, told) => {
    expect(await warnings({ code_template })).toEqual([expect.stringContaining(told)]);
  });

  test('times and casts in a literal are no parameters', async () => {
    expect(
      await warnings({ code_template: `select to_char(now(), 'HH24:x') || '{1}'::text || 'a::x' || :x as result` }),
    ).toEqual([]);
  });

  test('a missing right is told with its GRANT, and nothing else is', async () => {
    await database.query(`create schema store; create table store.item (id integer primary key, note text)`);
    const grants = async (code_template: string) => {
      const refused = await refusal(register(database, { action_name: 'lacks', code_template }));
      return (refused.detail.errors as { suggestion?: string }[]).map(({ suggestion }) => suggestion);
    };
    expect(await grants(`update store.item set note = 'x' where id = 1 returning id`)).toEqual([
      'grant usage on schema store to ai_owner; grant select, update on store.item to ai_owner',
    ]);
    await database.query('grant usage on schema store to ai_owner');
    expect(await grants('delete from "store"."item" returning id')).toEqual([
      'grant select, delete on store.item to ai_owner',
    ]);
    expect(await grants('create table x (id integer)')).toEqual([undefined]);
    expect(await grants('select not_e from store.item')).toEqual([
      'Perhaps you meant to reference the column "item.note".',
    ]);
    expect(await grants('select from store.nothing')).toEqual([expect.stringContaining('search_path')]);
    await database.query('revoke usage on schema store from ai_owner');
    await database.query('set search_path = store, public');
    expect(await grants('select id from item')).toEqual([
      'grant usage on schema store to ai_owner; grant select on store.item to ai_owner',
    ]);
    await database.query('reset search_path');
  });

  test('an action that others call does not go unseen: its callers are named', async () => {
    await register(database, { action_name: 'a2', code_template: 'select 1 as result' });
    await register(database, { action_name: 'a1', steps: [{ call: 'a2', as: 'x' }] });
    if (inject('server').javascript === 'none') return;
    const refused = await refusal(database.query(`delete from ai.meta_actions where action_name = 'a2'`));
    expect(mistakes(refused.detail)).toEqual(['action a2: the action "a1" calls it']);
  });

  test('an action without an earlier revision has none to go back to', async () => {
    expect((await refusal(database.query(`select ai.restore_action('a2')`))).message).toBe(
      'the action a2 has no earlier revision to go back to',
    );
  });
});

describe('actions within one another', () => {
  const input_schema = { properties: { n: { type: 'integer' } }, required: ['n'] };

  test.each(['definer', 'invoker'])(
    'one that calls itself without an end is refused by its name (%s)',
    async (security) => {
      await register(database, {
        action_name: `deep_${security}`,
        security,
        input_schema,
        code_template: `select case when :n = 0 then '0' else ai.execute_action('deep_${security}', jsonb_build_object('n', :n - 1)) end as result`,
      });
      const client = await database.as('ai_user');
      expect(await execute(client, `deep_${security}`, { n: 31 })).toBe(0);
      for (const n of [32, -1]) {
        const refused = await refusal(execute(client, `deep_${security}`, { n }));
        expect(refused).toMatchObject({ code: '54001', detail: { action: `deep_${security}`, deepest: 32 } });
        expect(refused.message).toContain(`the action deep_${security} is called within more than 32 calls`);
      }
      // neither an error nor what ends well leaves anything behind
      expect(await execute(client, `deep_${security}`, { n: 31 })).toBe(0);
      // what a session sets is its own affair
      await client.query(`select set_config('pg_ai.depth', 'x', false)`);
      expect(await execute(client, `deep_${security}`, { n: 31 })).toBe(0);
    },
  );

  test('calls one after another are not within one another', async () => {
    await register(database, {
      action_name: 'wide',
      code_template: `select count(ai.execute_action('deep_definer', '{"n": 3}')) as result from generate_series(1, 40)`,
    });
    expect(await execute(database, 'wide')).toBe(40);
  });
});

/** The warnings that are kept with the action. */
const warnings = async (row: Record<string, unknown>): Promise<string[]> => {
  await register(database, { action_name: 'told', input_schema: { properties: { x: { type: 'string' } } }, ...row });
  const [found] = await database.query<{ problems: { severity: string; reason: string }[] }>(
    `select problems from ai.action where action_name = 'told'`,
  );
  await database.query(`delete from ai.meta_actions where action_name = 'told'`);
  return (found?.problems ?? []).filter(({ severity }) => severity === 'warning').map(({ reason }) => reason);
};
