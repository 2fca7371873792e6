import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { compileTables } from '../../src/install/compile-host.ts';
import { runCli } from '../support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const server = inject('server');
let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase();
  client = await database.client();
  // As on a server without event triggers, so that every variant leaves the work to the command.
  await client.query(`
    drop event trigger pg_ai_on_ddl; drop event trigger pg_ai_on_drop;
    create table users (id int generated always as identity primary key, email text not null, "Odd name" text);
    comment on table users is 'People. @ai({"operations": {"create": {"optional": "*", "description": "Sign up"}, "fetch": true}})';
    comment on column users.email is '@ai({"format": "email", "description": "Where mail goes"})';
    create table wrong (id int primary key, name text);
    comment on table wrong is '{"operations": {"creat": true, "update": {"optional": ["nam"]}}}';
    create table plain (id int);
    comment on table plain is '{"kind": "not ours"}'`);
});
afterAll(() => database.drop());

const compile = (...args: string[]) => runCli(['compile', '--url', database.url, ...args]);

test('says what became of each table, with every diagnostic, and fails when one is wrong', async () => {
  const said = await compile();
  expect(said).toMatchObject({ code: 1, stderr: '' });
  expect(said.stdout).toMatch(/^compiled +public\.users$/m);
  expect(said.stdout).toMatch(/^refused +public\.wrong$/m);
  expect(said.stdout).toContain('did you mean "create"?');
  const { rows } = await client.query(
    `select ai.generate_mutation('create', 'users', '{"email": "me@example.org"}') as row`,
  );
  expect(rows).toEqual([{ row: { id: 1, email: 'me@example.org', 'Odd name': null } }]);
});

test('what is in force is left as it is; --force compiles it anew', async () => {
  await client.query('drop table wrong');
  const revisions = 'select count(*)::int as n from ai.revision';
  expect((await compile()).stdout).toMatch(/^unchanged +public\.users\nwithdrawn +public\.wrong$/m);
  const before = (await client.query(revisions)).rows;
  expect(await compile()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^unchanged +public\.users\n$/) });
  expect((await client.query(revisions)).rows).toEqual(before);
  const forced = await compile('--force', '--json');
  expect(JSON.parse(forced.stdout)).toEqual({
    tables: [{ table: 'public.users', outcome: 'compiled', diagnostics: [] }],
  });
});

test('compiles the one table that is named', async () => {
  await client.query(`create table other (id int primary key);
    comment on table other is '{"operations": {"fetch": true}}'`);
  const said = await compile('other');
  expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^compiled +public\.other\n$/) });
});

test('a table that somebody changes after it was read is read again: what is in force is about the table as it is', async () => {
  await client.query(`create table moving (id int primary key, a text);
    comment on table moving is '{"operations": {"create": {"optional": "*"}}}'`);
  const other = await database.client();
  const query = client.query.bind(client);
  let changes = 0;
  // Somebody's DDL between reading the table and putting it in force, twice.
  const interrupted = vi.spyOn(client, 'query').mockImplementation((async (sql: string, parameters?: unknown[]) => {
    if (typeof sql === 'string' && sql.includes('store_prepared') && changes < 2)
      await other.query(`alter table moving add column b${++changes} text`);
    return query(sql, parameters);
  }) as never);
  const outcomes = await compileTables(client, { table: 'public.moving', force: true });
  interrupted.mockRestore();
  expect([outcomes, changes]).toMatchObject([[{ table: 'public.moving', outcome: 'compiled' }], 2]);
  const [answer] = (
    await client.query(`select ai.generate_mutation('create', 'moving', '{"id": 1, "b2": "x"}') as answer`)
  ).rows;
  expect(answer).toEqual({ answer: { id: 1, a: null, b1: null, b2: 'x' } });
  await client.query('drop table moving');
});

test('what the role may not grant is told with the statements, and the operations are taken out of force', async () => {
  const role = `${database.name}_worker`;
  await client.query(`create role ${role}; grant ai_worker to ${role}; alter table users add column note text`);
  const worker = await database.as(role);
  const outcomes = await compileTables(worker, { table: 'public.users' });
  expect(outcomes).toMatchObject([
    {
      outcome: 'refused',
      diagnostics: [{ suggestion: expect.stringMatching(/grant (select|insert).* on public\.users to ai_owner/) }],
    },
  ]);
  const call = `select ai.generate_mutation('create', 'users', '{"email": "you@example.org"}')`;
  await expect(client.query(call)).rejects.toMatchObject({ code: 'PI003' });
  await client.query('grant select, insert on users to ai_owner');
  expect(await compileTables(worker, { table: 'public.users' })).toMatchObject([{ outcome: 'compiled' }]);
  await client.query(call);
  await worker.end();
  await client.query(`drop role ${role}`);
});

test('a role that may not compile is told what it lacks', async () => {
  const role = `${database.name}_guest`;
  await client.query(`create role ${role} login password 'secret'`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  const refused = await runCli(['compile', '--url', url.href]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('grant ai_worker to') });
  await client.query(`drop role ${role}`);
});

test('another compiler than the one that is installed does not compile', async () => {
  await client.query(`update ai_private.javascript set hash = 'another'`);
  const refused = await compile('--force');
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('pg-ai upgrade') });
  // The same command mends it, and compiles what the other compiler had compiled.
  const upgraded = await runCli(['upgrade', '--url', database.url]);
  expect(upgraded.code).toBe(0);
  expect(upgraded.stdout).toMatch(/^(compiled|unchanged) +public\.users$/m);
  expect(await compile()).toMatchObject({ code: 0 });
});

describe('pg-ai describe', () => {
  const describeCommand = (...args: string[]) => runCli(['describe', '--url', database.url, ...args]);

  test('shows operations and inputs for people', async () => {
    const said = await describeCommand();
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(/^public\.users\n {2}create {2}Sign up\n/m);
    expect(said.stdout).toMatch(/^ {4}email +required +string, format email.*: Where mail goes$/m);
    expect(said.stdout).toMatch(/^ {4}Odd name +optional +string/m);
  });

  test('and the same as JSON Schema', async () => {
    const [row] = (await client.query(`select ai.describe('users', 'create') as described`)).rows;
    const said = await describeCommand('users', 'create', '--json');
    expect(JSON.parse(said.stdout)).toEqual(row.described);
    expect(row.described.inputs.properties.email).toMatchObject({ format: 'email' });
  });

  test('what is not there is an error that names what is', async () => {
    const missing = await describeCommand('users', 'delete');
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/PI101[\s\S]*create, fetch/) });
  });
});

test('the database compiles the same, where it can', async () => {
  const [before] = (
    await client.query(
      `select ai.javascript_language() as language, fingerprint from ai.declaration where qualified_name = 'public.users'`,
    )
  ).rows;
  expect(before.language).toBe(server.javascript);
  const { rows } = await client.query(`select relation, state from ai.compile('users')`);
  expect(rows).toEqual([{ relation: 'public.users', state: 'ready' }]);
  expect(
    (await client.query(`select fingerprint from ai.declaration where qualified_name = 'public.users'`)).rows,
  ).toEqual([{ fingerprint: before.fingerprint }]);
});
