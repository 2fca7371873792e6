import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Server, startServer } from '../../src/dev/server.ts';
import { dotFolder } from '../../src/project.ts';
import { runCli } from '../support/cli.ts';
import { databaseUrl } from '../support/database-url.ts';

// Roles belong to the cluster, so what installing first and uninstalling last do to them shows only where nobody else is.
const dataDir = join(dotFolder(), 'test', `last-database-${process.pid}`);
let server: Server;
let admin: pg.Client;

beforeAll(async () => {
  server = await startServer({ dataDir, settings: { fsync: 'off' }, javascript: 'none' });
  admin = new pg.Client(server.url);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const roles = async (): Promise<string[]> => {
  const { rows } = await admin.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname ~ '^ai_' order by name`,
  );
  return rows.map(({ name }) => name);
};
const all = ['ai_admin', 'ai_owner', 'ai_user', 'ai_worker'];

test('roles come with the first database and go with the last', async () => {
  await admin.query('create database one');
  await admin.query('create database two');
  const [one, two] = [databaseUrl(server.url, 'one'), databaseUrl(server.url, 'two')];
  expect((await runCli(['install', '--url', one])).code).toBe(0);
  expect((await runCli(['install', '--url', two])).code).toBe(0);
  expect(await roles()).toEqual(all);
  // Somebody's own use of the roles goes with them.
  await admin.query('create role clerk; grant ai_user to clerk');

  const first = await runCli(['uninstall', '--url', one, '--yes']);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('other databases use them: two') });
  expect(await roles()).toEqual(all);

  const last = await runCli(['uninstall', '--url', two, '--yes', '--json']);
  expect(last).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(last.stdout)).not.toHaveProperty('rolesStay');
  expect(await roles()).toEqual([]);
});

test('a role with CREATEROLE makes them itself, and takes them away again', async () => {
  await admin.query(`create role maker login createrole password 'secret'`);
  await admin.query('create database mine owner maker');
  const url = new URL(databaseUrl(server.url, 'mine'));
  url.username = 'maker';
  url.password = 'secret';
  const installed = await runCli(['install', '--url', url.href, '--json']);
  expect(installed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(installed.stdout)).toMatchObject({ changed: true, eventTriggers: false });
  expect(await roles()).toEqual(all);

  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`create table item (id int primary key);
    comment on table item is '{"operations": {"create": true}}'; grant ai_user, ai_worker to maker`);
  expect((await runCli(['compile', '--url', url.href])).stdout).toMatch(/^compiled +public\.item$/m);
  await client.query(`select ai.generate_mutation('create', 'item', '{"id": 1}')`);
  await client.end();

  expect(await runCli(['uninstall', '--url', url.href, '--yes', '--delete-history'])).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await roles()).toEqual([]);
});

test('a role that may not create roles is refused before anything is made', async () => {
  await admin.query(`create role guest login password 'secret'`);
  await admin.query('create database theirs owner guest');
  const url = new URL(databaseUrl(server.url, 'theirs'));
  url.username = 'guest';
  url.password = 'secret';
  const refused = await runCli(['install', '--url', url.href]);
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('may not create the roles') });
  expect(refused.stderr).toContain('(PI501)');
  expect(await roles()).toEqual([]);
});
