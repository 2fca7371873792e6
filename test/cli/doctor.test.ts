import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { examine, type Finding } from '../../src/install/checks.ts';
import { compileTables } from '../../src/install/compile-host.ts';
import { findInstallation } from '../../src/install/installed.ts';
import { runCli } from '../support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { needs } from '../support/needs.ts';

const server = inject('server');
let database: TestDatabase;
let client: Client;
let role: string;
beforeAll(async () => {
  database = await createDatabase();
  client = await database.client();
  role = `${database.name}_clerk`;
  await database.query(`create role ${role}; grant ai_user to ${role}`);
  await declare(
    client,
    `create table item (id serial primary key, name text, price numeric);
     comment on table item is '{"operations": {"create": {"optional": "*", "roles": ["${role}"]}, "fetch": true}}'`,
  );
});
afterAll(async () => {
  await database.query(`drop owned by ${role}; drop role if exists ${role}`);
  await database.drop();
});

async function findings(): Promise<Finding[]> {
  const installed = await findInstallation(client);
  if (installed === undefined) throw new Error('pg_ai is not installed');
  return examine(client, installed);
}

/** What it says about the item after the change, and that it says nothing once its own advice is followed. */
async function mended(change: string, about: string, message: string, mend: string, how = mend): Promise<void> {
  await client.query(change);
  const found = await findings();
  expect(found).toContainEqual({
    level: 'problem',
    about,
    message: expect.stringContaining(message),
    mend: expect.stringContaining(mend),
  });
  if (how.startsWith('pg-ai compile')) await compileTables(client, { force: how.endsWith('--force') });
  else await client.query(how);
  // The changes may themselves have changed what is compiled.
  if (server.javascript === 'none') await compileTables(client);
  expect((await findings()).filter((finding) => finding.about === about && finding.level === 'problem')).toEqual([]);
}

test('nothing is wrong with what was declared and compiled; it says which language compiles', async () => {
  const found = await findings();
  expect(found.filter(({ level }) => level === 'problem')).toEqual([]);
  expect(found.some(({ about }) => about === 'JavaScript')).toBe(server.javascript === 'none');
  const said = await runCli(['doctor', '--url', database.url]);
  const json = await runCli(['doctor', '--url', database.url, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ findings: found, installed: { as: 'objects' } });
  expect(said.stdout).toMatch(new RegExp(`JavaScript: +${server.javascript} `));
});

test('a disabled event trigger', () =>
  mended(
    'alter event trigger pg_ai_on_ddl disable',
    'event triggers',
    'pg_ai_on_ddl is disabled',
    'alter event trigger pg_ai_on_ddl enable',
  ));

test('a table that changed unseen', () =>
  mended(
    `set session_replication_role = replica; alter table item add column note text; reset session_replication_role`,
    'public.item',
    'have changed since it was compiled',
    'pg-ai compile',
  ));

test('a declaration made unseen', () =>
  mended(
    `create table later (id int primary key); set session_replication_role = replica;
     comment on table later is '@ai({"operations": {"fetch": true}})'; reset session_replication_role`,
    'public.later',
    'was never compiled',
    'pg-ai compile',
  ));

test('a table dropped unseen', () =>
  mended(
    'set session_replication_role = replica; drop table later; reset session_replication_role',
    'public.later',
    'was dropped',
    'pg-ai compile',
  ));

test('a declaration that no longer fits says why', async () => {
  await database.query(`set session_replication_role = replica;
    comment on table item is '{"operations": {"create": {"optional": ["nam"]}}}'; reset session_replication_role`);
  const compiled = await runCli(['compile', '--url', database.url]);
  expect(compiled.code).toBe(1);
  expect(compiled.stdout).toMatch(/refused +public\.item\n +error: .*nam[\s\S]*did you mean "name"/);
  const found = await findings();
  expect(found).toContainEqual(
    expect.objectContaining({
      level: 'problem',
      about: 'public.item',
      message: expect.stringContaining('did you mean'),
    }),
  );
  await declare(
    client,
    `comment on table item is '{"operations": {"create": {"optional": "*", "roles": ["${role}"]}, "fetch": true}}'`,
  );
  expect((await findings()).filter(({ about }) => about === 'public.item')).toEqual([]);
});

test('a privilege that ai_owner lost, with the statement that gives it back', () =>
  mended(
    'revoke insert (name) on item from ai_owner',
    'public.item',
    'lacks privileges',
    'grant insert',
    'grant insert (id, name, price, note) on public.item to ai_owner',
  ));

test('a caller that is no ai_user', () =>
  mended(`revoke ai_user from ${role}`, role, 'not ai.generate_mutation', `grant ai_user to ${role}`));

test('row-level security without a policy for ai_owner', () =>
  mended(
    'alter table item enable row level security',
    'public.item',
    'no policy is for ai_owner',
    'create policy pg_ai on public.item',
    'create policy pg_ai on public.item to ai_owner using (true) with check (true)',
  ));

test('a function of an operation that somebody dropped', () =>
  mended(
    `set session_replication_role = replica; drop function ai_gen.item__fetch__json cascade; reset session_replication_role`,
    'public.item fetch',
    'its function in ai_gen is missing',
    'pg-ai compile --force',
  ));

test('subscriptions whose events get nowhere', async () => {
  await client.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('items', '{public.item.*}', 'job', '{"task": "x"}')`,
  );
  await mended(
    'drop function ai_gen."taker:items"',
    'subscription items',
    'the function that takes its events is missing',
    `update ai.subscriptions set topics = topics where name = 'items'`,
  );
  await client.query(`select ai_private.put_off('items', 'the broker is away')`);
  await client.query(`insert into ai.dead_letters values ('items', 7, now(), 25, 'boom')`);
  expect((await findings()).filter(({ about }) => about === 'subscription items')).toEqual([
    {
      level: 'problem',
      about: 'subscription items',
      message: 'its events are not handed on: the broker is away',
      mend: 'see the log of pg-ai worker',
    },
    {
      level: 'note',
      about: 'subscription items',
      message: '1 events were given up; the last: boom',
      mend: 'pg-ai events list',
    },
  ]);
  await client.query(`delete from ai.subscriptions where name = 'items'`);
});

test('an encrypted column whose key is not there, as after a restore', async () => {
  await client.query('create extension pgcrypto');
  await client.query(`select ai.add_encryption_key('pii', 'a secret that is long enough for a key')`);
  await declare(
    client,
    `create table patient (id int primary key, name text);
     comment on table patient is '{"operations": {"create": {"optional": ["name"]}, "fetch": true}, "fields": {"name": {"encrypt": "pii"}}}'`,
  );
  expect((await findings()).filter(({ about }) => about.startsWith('public.patient'))).toEqual([]);
  await mended(
    'delete from ai_private.encryption_key',
    'public.patient.name',
    'it is encrypted, and there is no key pii',
    `select ai.add_encryption_key('pii', '<the secret that was kept elsewhere>')`,
  );
  await declare(client, 'drop table patient; drop extension pgcrypto');
});

describe('actions', () => {
  beforeAll(async () => {
    await declare(
      client,
      `insert into ai.meta_actions (action_name, code_template, preconditions) values ('look', 'select name from public.item limit 1', '["true"]'),
         ('sum', 'select 1 as result', null);
       create function public.see(ctx jsonb) returns jsonb language sql as 'select null::jsonb';
       insert into ai.hooks (name, action, phase, language, code, condition) values ('seen', 'sum', 'pre', 'sql', 'select null::jsonb', 'true')`,
    );
  });
  afterAll(async () => {
    await client.query('delete from ai.hooks; delete from ai.meta_actions');
  });

  test('one that is switched off is no problem', async () => {
    await declare(client, `update ai.meta_actions set enabled = false where action_name = 'sum'`);
    expect((await findings()).filter(({ about }) => about === 'action sum')).toEqual([
      {
        level: 'note',
        about: 'action sum',
        message: 'it is switched off',
        mend: `update ai.meta_actions set enabled = true where action_name = 'sum'`,
      },
    ]);
    await declare(client, `update ai.meta_actions set enabled = true where action_name = 'sum'`);
    expect((await findings()).filter(({ about }) => about === 'action sum')).toEqual([]);
  });

  test('functions that are missing', () =>
    mended(
      `set session_replication_role = replica; drop function ai_gen.look__action__body(); reset session_replication_role`,
      'action look',
      'its functions are missing: ai_gen.look__action__body',
      'pg-ai compile --force',
    ));

  test('functions that somebody has edited', () =>
    mended(
      `create or replace function ai_gen.look__action__body() returns jsonb language sql as 'select null::jsonb'`,
      'action look',
      'somebody has edited its functions: ai_gen.look__action__body',
      'pg-ai compile --force',
    ));

  test('rows that changed unseen', () =>
    mended(
      `set session_replication_role = replica; update ai.meta_actions set code_template = 'select 2 as result' where action_name = 'sum'; reset session_replication_role`,
      'action sum',
      'has changed since it was compiled',
      'pg-ai compile',
    ));

  test('one that does not compile any more says why', async () => {
    await client.query(
      `set session_replication_role = replica; update ai.meta_actions set preconditions = '["nowhere.f()"]' where action_name = 'look'; reset session_replication_role`,
    );
    await compileTables(client);
    expect(await findings()).toContainEqual({
      level: 'problem',
      about: 'action look',
      message: expect.stringMatching(/^it is out of force: action look: preconditions\[0\]/),
      mend: expect.stringContaining('pg-ai compile'),
    });
    await declare(client, `update ai.meta_actions set preconditions = null where action_name = 'look'`);
  });

  test('a privilege that ai_owner lost', async () => {
    await declare(
      client,
      `insert into ai.hooks (name, action, phase, function) values ('through', 'sum', 'pre', 'public.see')`,
    );
    await mended(
      'revoke execute on function public.see(jsonb) from public',
      'action sum',
      'lacks privileges',
      'grant execute on function public.see(jsonb) to ai_owner',
    );
  });

  test('what a hook is made of', async () => {
    await mended(
      'drop function ai_gen._when_seen(jsonb, jsonb, jsonb, text, text)',
      'hook seen',
      'what it is made of is missing',
      `update ai.hooks set enabled = enabled where name = 'seen'`,
    );
    await declare(client, 'delete from ai.hooks');
  });

  test('what ai_owner was granted and nothing needs any more', async () => {
    const about = (name: string) => async () => (await findings()).filter((finding) => finding.about === name);
    const [ledger, see] = [about('public.ledger'), about('public.see(jsonb)')];
    await declare(
      client,
      `create table ledger (id int primary key, amount int, note text); revoke execute on function public.see(jsonb) from public;
       insert into ai.meta_actions (action_name, steps) values
         ('book', '[{"create": "public.ledger", "values": {"id": 1, "amount": 2}}]'), ('clear', '[{"delete": "public.ledger", "key": {"id": 1}}]');
       insert into ai.hooks (name, action, phase, function) values ('through', 'sum', 'pre', 'public.see')`,
    );
    expect([await ledger(), await see()]).toEqual([[], []]);
    await declare(
      client,
      `delete from ai.meta_actions where action_name = 'clear'; delete from ai.hooks where name = 'through'`,
    );
    const left = await ledger();
    expect(left).toEqual([
      {
        level: 'note',
        about: 'public.ledger',
        message: expect.stringMatching(
          /^ai_owner holds delete(, select [(][a-z, ]+[)])?, and nothing that is declared needs it$/,
        ),
        mend: expect.stringContaining(' on table public.ledger from ai_owner'),
      },
    ]);
    expect(await see()).toMatchObject([{ message: expect.stringContaining('ai_owner holds execute') }]);
    // The statements that it gives take away what is left, and nothing that is needed.
    for (const { mend } of [...left, ...(await see())]) await client.query(mend?.replace(/^.*?: /, '') ?? '');
    expect([await ledger(), await see()]).toEqual([[], []]);
    await client.query(`select ai.execute_action('book')`);
    await declare(client, `delete from ai.meta_actions where action_name = 'book'`);
    expect((await ledger()).map(({ message }) => message)).toEqual([
      expect.stringMatching(/holds insert \(amount, id\)/),
    ]);
    // Code of other kinds may need what it names.
    await declare(
      client,
      `insert into ai.hooks (name, action, phase, language, code) values ('log', 'sum', 'post', 'sql', 'insert into public.ledger (id) values (7) returning null::jsonb')`,
    );
    expect(await ledger()).toEqual([]);
    await declare(client, `delete from ai.hooks where name = 'log'; drop table ledger`);
  });

  test('a role that may not call', async () => {
    await declare(client, `update ai.meta_actions set roles = array['${role}'] where action_name = 'sum'`);
    await mended(`revoke ai_user from ${role}`, role, 'and not ai.execute_action', `grant ai_user to ${role}`);
  });
});

test('what was changed by hand', async () => {
  await database.query(`
    create or replace function ai_private.has_errors(problems jsonb) returns boolean language sql immutable
      set search_path = pg_catalog, pg_temp as 'select false';
    grant execute on function ai_private.store_prepared(oid, text, jsonb) to public;
    revoke execute on function ai.describe(text, text) from ai_user`);
  const messages = (await findings()).filter(({ about }) => about === 'objects').map(({ message }) => message);
  expect(messages).toEqual(
    expect.arrayContaining([
      'not as installed: body of ai_private.has_errors',
      'not as installed: grant execute on function ai.describe(text,text) to ai_user',
      "not of pg_ai's making: grant execute on function ai_private.store_prepared(oid,text,jsonb) to public",
    ]),
  );
});

describe('where a language compiles', () => {
  needs(server.javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

  test('a compiler that is not the stored one', () =>
    mended(
      `create or replace function ai_private.compile_text(input text) returns text language ${server.javascript} stable as 'return ""'`,
      'JavaScript',
      'not the compiler that is stored',
      'select ai.attach_javascript()',
    ));

  test('a start_proc that would run as ai_owner', () =>
    mended(
      `alter function ai_private.prepare(oid, boolean) reset plv8.start_proc;
       alter function ai_private.prepare(oid, boolean) reset pljs.start_proc`,
      'JavaScript',
      'start_proc',
      'select ai.attach_javascript()',
    ));
});

test('a note on triggers that run as ai_owner', async () => {
  await database.query(`create function touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touch before insert on item for each row execute function touch()`);
  expect(await findings()).toContainEqual(
    expect.objectContaining({ level: 'note', about: 'public.item', message: expect.stringContaining('touch') }),
  );
});

test('where pg_ai is not installed it says what to do', async () => {
  const other = await createDatabase({ installed: false });
  const result = await runCli(['doctor', '--url', other.url]);
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('pg-ai install') });
  await other.drop();
});
