import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { execute, insertOf, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { compilePendingActions, declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();
const inDatabase = inject('server').javascript !== 'none';
const role = (name: string): string => `${database.name}_${name}`;
const clients = {} as Record<'admin' | 'admin2' | 'user' | 'clerk' | 'nobody', pg.Client>;

beforeAll(async () => {
  for (const [name, member] of [
    ['admin', 'ai_admin'],
    ['admin2', 'ai_admin'],
    ['user', 'ai_user'],
    ['clerk', 'ai_user'],
    ['nobody', ''],
  ] as const) {
    await database.query(`create role ${role(name)}`);
    if (member !== '') await database.query(`grant ${member} to ${role(name)}`);
    clients[name] = await database.as(role(name));
  }
  await database.query(`
    create schema shop authorization ${role('admin')};
    set role ${role('admin')};
    create table shop.item (id integer primary key, name text, hidden text);
    reset role;
    create table public.secret (id integer primary key, word text);
    insert into public.secret values (1, 'hush')`);
});

afterAll(async () => {
  const all = ['admin', 'admin2', 'user', 'clerk', 'nobody'].map(role).join(', ');
  await Promise.all(Object.values(clients).map((client) => client.end()));
  await database.query(`drop owned by ${all} cascade; drop role ${all}`);
});

/** As an administrator registers; where Node compiles, a superuser does so afterwards. */
const registerAs = async (client: pg.Client, action: Parameters<typeof insertOf>[0]): Promise<void> => {
  await client.query(insertOf(action));
  if (!inDatabase) {
    try {
      await compilePendingActions(database, () => true);
    } catch (error) {
      await database.query('delete from ai.meta_actions where action_name = $1', [action.action_name]);
      throw error;
    }
  }
};

describe('who may register', () => {
  test('ai_admin alone, and who it was is recorded, not said', async () => {
    for (const who of ['user', 'nobody'] as const)
      expect(
        (await refusal(clients[who].query(insertOf({ action_name: 'mine', code_template: 'select 1' })))).code,
      ).toBe('42501');
    await registerAs(clients.admin, {
      action_name: 'whose',
      code_template: 'select 1 as result',
      registered_by: 'postgres',
    });
    expect(await database.query(`select registered_by from ai.meta_actions where action_name = 'whose'`)).toEqual([
      { registered_by: role('admin') },
    ]);
  });

  test('nobody writes the registry behind it', async () => {
    for (const who of ['admin', 'user'] as const) {
      expect((await refusal(clients[who].query(`update ai.action set state = 'ready'`))).code).toBe('42501');
      expect((await refusal(clients[who].query(`select ai_private.store_action('whose', '', '{}')`))).code).toBe(
        '42501',
      );
      expect((await refusal(clients[who].query('select secret from ai_private.action_secret'))).code).toBe('42501');
      expect((await refusal(clients[who].query(`select ai_private.signed_action('whose')`))).code).toBe('42501');
    }
    expect((await refusal(clients.user.query(`select ai_private.enter_action('whose')`))).code).toBe('42501');
    expect((await refusal(clients.user.query('select problems from ai.action'))).code).toBe('42501');
    expect((await refusal(clients.user.query('select * from ai.meta_actions'))).code).toBe('42501');
  });
});

describe('what ai_owner is granted', () => {
  test('what steps need and the registrar may give, column by column', async () => {
    await registerAs(clients.admin, {
      action_name: 'stock',
      input_schema: { properties: { id: { type: 'integer' } }, required: ['id'] },
      steps: [
        { create: 'shop.item', values: { id: '$id', name: 'new' } },
        { find: 'shop.item', where: { id: '$id' }, columns: ['id', 'name'], as: 'item' },
      ],
    });
    expect(await execute(clients.user, 'stock', { id: 1 })).toEqual({ id: 1, name: 'new' });
    const [held] = await database.query(`select has_column_privilege('ai_owner', 'shop.item', 'name', 'insert') as name,
      has_column_privilege('ai_owner', 'shop.item', 'hidden', 'insert') as hidden, has_table_privilege('ai_owner', 'shop.item', 'delete') as deletes`);
    expect(held).toEqual({ name: true, hidden: false, deletes: false });
  });

  test('never on behalf of who could not give it, whoever compiles later', async () => {
    const action = { action_name: 'peek', steps: [{ find: 'public.secret', where: { id: 1 }, as: 'it' }] };
    const refused = await refusal(registerAs(clients.admin, action));
    expect(refused.code).toBe('42501');
    expect(refused.everything).toContain('on public.secret to ai_owner');
    // A row that waits for a compiler, or of a table that comes to be another's, is compiled by a superuser.
    await database.query(`set session_replication_role = replica`);
    await database.query(insertOf({ ...action, registered_by: role('admin') }));
    await database.query(`set session_replication_role = origin`);
    expect(
      (
        await refusal(
          database.query(`select ai_private.declare_action('peek')`).then(() => compilePendingActions(database)),
        )
      ).code,
    ).toBe('42501');
    const [held] = await database.query(
      `select has_any_column_privilege('ai_owner', 'public.secret', 'select') as held`,
    );
    expect(held).toEqual({ held: false });
    await database.query(`delete from ai.meta_actions where action_name = 'peek'`);
  });

  test('SQL that does more than ai_owner may is refused when it is registered', async () => {
    const refused = await refusal(
      registerAs(clients.admin, { action_name: 'peek', code_template: 'select word from public.secret' }),
    );
    expect(mistakes(refused.detail)).toEqual([expect.stringMatching(/permission denied for table secret/)]);
  });

  test('tables of owners who are no members of ai_admin are out of bounds', async () => {
    await database.query(
      `create table public.foreign_one (id integer primary key); alter table public.foreign_one owner to ${role('nobody')}`,
    );
    const refused = await refusal(
      register(database, { action_name: 'foreign', steps: [{ create: 'public.foreign_one', values: { id: 1 } }] }),
    );
    expect(refused.message).toContain('must be a member of ai_admin');
  });
});

describe('who may execute', () => {
  test('the roles of the action, and no others', async () => {
    await registerAs(clients.admin, {
      action_name: 'for_clerks',
      code_template: 'select current_user::text as result',
      roles: [role('clerk')],
    });
    expect(await execute(clients.clerk, 'for_clerks')).toBe('ai_owner');
    const refused = await refusal(execute(clients.user, 'for_clerks'));
    expect(refused).toMatchObject({ code: '42501', detail: { action: 'for_clerks', roles: [role('clerk')] } });
    expect((await refusal(clients.user.query(`select ai_gen.for_clerks__action('{}')`))).code).toBe('42501');
    expect((await refusal(clients.clerk.query('select ai_gen.for_clerks__action__body()'))).code).toBe('42501');
    expect((await refusal(execute(clients.nobody, 'for_clerks'))).code).toBe('42501');
  });

  test('an invoker action runs with its caller’s rights, and names itself in the audit trail', async () => {
    await declare(
      database,
      `comment on table shop.item is '{"operations": {"create": {"optional": ["name"], "security": "invoker"}}}'`,
    );
    await registerAs(clients.admin, {
      action_name: 'as_caller',
      security: 'invoker',
      input_schema: { properties: { id: { type: 'integer' } }, required: ['id'] },
      steps: [
        { create: 'shop.item', values: { id: '$id' } },
        { set: { who: { sql: 'current_user::text', type: 'text' } } },
        { return: '$who' },
      ],
    });
    expect((await refusal(execute(clients.clerk, 'as_caller', { id: 7 }))).code).toBe('42501');
    await database.query(
      `grant usage on schema shop to ${role('clerk')}; grant select, insert on shop.item to ${role('clerk')}`,
    );
    expect(await execute(clients.clerk, 'as_caller', { id: 7 })).toBe(role('clerk'));
    expect(await database.query(`select action from ai.audit_log where row_key = '{"id": 7}'`)).toEqual([
      { action: 'as_caller' },
    ]);
  });
});

describe('nothing of a template or an input becomes SQL', () => {
  const hostile = [
    `'); drop table shop.item; --`,
    `" ; drop table shop.item`,
    `$$; drop table shop.item; $$`,
    `$pg_ai$ x`,
    `\\'; drop table shop.item; --`,
    '{{name}} :name $1',
    `' || (select word from public.secret) || '`,
  ];

  test('inputs', async () => {
    await register(database, {
      action_name: 'echo',
      input_schema: { properties: { name: { type: 'string' } }, required: ['name'] },
      code_template: `select {{name}} as a, :name as b, 'literal {{name}}' as c`,
      preconditions: [{ expression: `:name is not null` }],
    });
    const client = await database.client();
    for (const setting of ['on', 'off']) {
      await client.query(`set standard_conforming_strings = ${setting}; set escape_string_warning = off`);
      for (const name of hostile)
        expect(await execute(client, 'echo', { name })).toEqual({ a: name, b: name, c: 'literal {{name}}' });
    }
  });

  test('texts in steps, names and messages', async () => {
    for (const text of hostile) {
      await register(database, {
        action_name: `echo ${text}`,
        description: text,
        steps: [
          { set: { a: text.startsWith('$') ? `$${text}` : text } },
          { assert: true, message: text, code: text },
          { return: { [text]: '$a' } },
        ],
      });
      expect(await execute(database, `echo ${text}`)).toEqual({ [text]: text });
      await database.query('delete from ai.meta_actions where action_name = $1', [`echo ${text}`]);
    }
    expect(await database.query(`select to_regclass('shop.item') is not null as there`)).toEqual([{ there: true }]);
  });

  test('a backslash in a template’s literal means the same under every setting', async () => {
    await register(database, { action_name: 'backslash', code_template: String.raw`select '\' as a, 'x' as b` });
    const client = await database.client();
    await client.query('set standard_conforming_strings = off; set escape_string_warning = off');
    expect(await execute(client, 'backslash')).toEqual({ a: '\\', b: 'x' });
  });

  test('expressions cannot leave their place', async () => {
    for (const expression of ['true) or (true', 'true; select 1', 'true --', 'true /*', "true' "]) {
      const refused = await register(database, {
        action_name: 'leaving',
        code_template: 'select 1',
        preconditions: [`1 = 2 and ${expression}`],
      }).then(
        () => undefined,
        (error: Error) => error,
      );
      // A comment is left out; anything else is refused.
      if (refused === undefined) {
        expect((await refusal(execute(database, 'leaving'))).code).toBe('PI310');
        await database.query(`delete from ai.meta_actions where action_name = 'leaving'`);
      }
    }
  });
});

test('a function in a schema that others may write is not found by its bare name', async () => {
  await database.query(`create schema open_one; grant create, usage on schema open_one to public`);
  await database.query(`create function open_one.greet() returns text language sql as $$ select 'evil' $$`);
  const client = await database.client();
  await client.query('set search_path = open_one, shop');
  const refused = await refusal(
    register(client, { action_name: 'trusting', code_template: 'select greet() as result' }),
  );
  expect(mistakes(refused.detail)).toEqual([expect.stringMatching(/function greet\(\) does not exist/)]);
});

test('start_proc of the caller does not run in an action', async () => {
  const client = await database.client();
  await register(database, {
    action_name: 'starting',
    code_template: `select coalesce(current_setting('pljs.start_proc', true), '') || coalesce(current_setting('plv8.start_proc', true), '') as result`,
  });
  await client.query(`select set_config('plv8.start_proc', 'evil', false)`).catch(() => undefined);
  expect(await execute(client, 'starting')).not.toContain('evil');
});
