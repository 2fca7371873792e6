import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { compileTables } from '../../src/install/compile-host.ts';
import { difference, introspect } from '../../src/install/manifest.ts';
import { projectVersion } from '../../src/project.ts';
import { catalogDump } from '../support/catalog-dump.ts';
import { runCli } from '../support/cli.ts';
import { createDatabase, type TestDatabase, useDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { needs } from '../support/needs.ts';

const server = inject('server');

describe('pg-ai install', () => {
  const database = useDatabase({ installed: false });
  const template = useDatabase();

  test('--dry-run prints SQL that does the same, and changes nothing', async () => {
    const client = await database.client();
    const before = await catalogDump(client);
    const printed = await runCli(['install', '--url', database.url, '--dry-run']);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(await catalogDump(client)).toBe(before);

    const other = await createDatabase({ installed: false });
    await other.query(printed.stdout);
    const [mine, wanted] = [await introspect(await other.client()), await introspect(await template.client())];
    await other.drop();
    expect(difference(wanted, mine)).toEqual({ missing: [], extra: [] });
  });

  test('says what it did', async () => {
    const said = await runCli(['install', '--url', database.url]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toContain(`pg_ai ${projectVersion} is now installed in ${database.name}`);
    expect(said.stdout).toMatch(new RegExp(`JavaScript: +${server.javascript} `));
    expect(said.stdout).toMatch(/event triggers: +yes \(a declaration takes effect in its own statement\)/);
  });

  test('a second time says so and changes nothing', async () => {
    const client = await database.client();
    const before = await catalogDump(client);
    const said = await runCli(['install', '--url', database.url, '--json']);
    expect(said.code).toBe(0);
    expect(JSON.parse(said.stdout)).toEqual({
      version: projectVersion,
      as: 'objects',
      javascript: server.javascript,
      eventTriggers: true,
      changed: false,
    });
    expect(await catalogDump(client)).toBe(before);
  });

  test('another version is left alone, and upgrade is named', async () => {
    const other = await createDatabase();
    await other.query(`create or replace function ai.version() returns text language sql as $$ select '0.0.1' $$`);
    const refused = await runCli(['install', '--url', other.url]);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('pg_ai 0.0.1 is installed') });
    expect(refused.stderr).toContain('hint: pg-ai upgrade');
    const compile = await runCli(['compile', '--url', other.url]);
    expect(compile).toMatchObject({ code: 1, stderr: expect.stringContaining('pg-ai upgrade') });
    await other.drop();
  });

  test('--no-javascript and --no-event-triggers leave them out', async () => {
    const other = await createDatabase({ installed: false });
    const said = await runCli(['install', '--url', other.url, '--no-javascript', '--no-event-triggers', '--json']);
    expect(JSON.parse(said.stdout)).toMatchObject({ javascript: 'none', eventTriggers: false, changed: true });
    expect(await other.query(`select from pg_language where lanname in ('plv8', 'pljs')`)).toEqual([]);
    await other.drop();
  });
});

describe('pg_ai is refused, and nothing is changed,', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createDatabase({ installed: false });
    client = await database.client();
  });
  afterAll(() => database.drop());

  const refused = async (url: string, why: string): Promise<void> => {
    const before = await catalogDump(client);
    const result = await runCli(['install', '--url', url]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(why);
    expect(result.stderr).toMatch(/\(PI501\)[\s\S]*hint: /);
    expect(await catalogDump(client)).toBe(before);
  };

  test('where a schema ai is there already', async () => {
    await client.query('create schema ai; create table ai.models (id int)');
    await refused(database.url, 'there is already: ai');
    await client.query('drop schema ai cascade');
  });

  test('where the role may not create schemas', async () => {
    const role = `${database.name}_guest`;
    await client.query(`create role ${role} login createrole password 'secret'`);
    await refused(asRole(database.url, role), `${role} may not create schemas in the database ${database.name}`);
    await client.query(`drop role ${role}`);
  });

  test('where the role may not act as ai_owner, which exists', async () => {
    const role = `${database.name}_maker`;
    await client.query(
      `create role ${role} login password 'secret'; grant create on database ${database.name} to ${role}`,
    );
    await refused(asRole(database.url, role), `${role} may not act as the role ai_owner`);
    await client.query(`drop owned by ${role}; drop role ${role}`);
  });
});

describe('a role that is no superuser installs', () => {
  let database: TestDatabase;
  let role: string;
  beforeAll(async () => {
    database = await createDatabase({ installed: false });
    role = `${database.name}_owner`;
    // CREATEROLE since PostgreSQL 16 gives no power over roles that others have created, so the administrator lends it ai_owner.
    await database.query(`create role ${role} login createrole password 'secret'`);
    await database.query(`grant create on database ${database.name} to ${role}`);
    if (server.version >= 16) {
      await database.query(`grant ai_owner, ai_admin, ai_worker, ai_user to ${role} with admin option`);
    }
  });
  afterAll(async () => {
    await database.query(
      `drop schema if exists shop cascade; reassign owned by ${role} to current_user; drop owned by ${role}`,
    );
    await database.query(`drop role ${role}`);
    await database.drop();
  });

  describe('with the JavaScript language that is there', () => {
    needs(server.javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
    test('and nobody else chooses what runs before it', async () => {
      const other = await createDatabase({ installed: false });
      await other.query(`create extension ${server.javascript}`);
      await other.query(`grant create on database ${other.name} to ${role}`);
      const said = await runCli(['install', '--url', asRole(other.url, role), '--json']);
      expect(JSON.parse(said.stdout)).toMatchObject({ javascript: server.javascript, eventTriggers: false });
      const [prepare] = await other.query<{ settings: string[] }>(
        `select proconfig as settings from pg_proc where oid = 'ai_private.prepare(oid, boolean)'::regprocedure`,
      );
      // The parameter is named by the library behind the language, which may be called otherwise.
      expect(prepare?.settings).toContainEqual(
        expect.stringMatching(/^(plv8|pljs)\.start_proc=(ai_private\.compile_text)?$/),
      );
      const doctor = await runCli(['doctor', '--url', other.url, '--json']);
      expect(problemsBut('objects', doctor.stdout)).toEqual([]);
      await other.drop();
    });
  });

  test('works, without event triggers, and says what that means', async () => {
    const url = asRole(database.url, role);
    const said = await runCli(['install', '--url', url]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(/event triggers: +no \(after changing a declaration .* ai\.compile\(\)/);

    const { default: pg } = await import('pg');
    const client = new pg.Client(url);
    await client.connect();
    await client.query('create schema shop; create table shop.users (id int primary key, email text)');
    await client.query(`comment on table shop.users is '{"operations": {"create": {"optional": "*"}}}'`);
    expect((await client.query('select * from ai.declaration')).rows).toEqual([]);
    await client.query(`grant ai_admin, ai_worker, ai_user to ${role}`);
    expect((await compileTables(client)).map(({ outcome }) => outcome)).toEqual(['compiled']);
    const { rows } = await client.query(
      `select ai.generate_mutation('create', 'shop.users', '{"id": 1, "email": "me@example.org"}') as row`,
    );
    expect(rows).toEqual([{ row: { id: 1, email: 'me@example.org' } }]);

    await client.query('drop table shop.users');
    expect((await compileTables(client)).map(({ outcome }) => outcome)).toEqual(['withdrawn']);
    expect((await client.query('select * from ai.operation')).rows).toEqual([]);
    await client.end();
    const doctor = await runCli(['doctor', '--url', url, '--json']);
    expect(problemsBut('objects', doctor.stdout)).toEqual([]);
    const gone = await runCli(['uninstall', '--url', url, '--yes', '--delete-history']);
    expect(gone).toMatchObject({ code: 0, stderr: '' });
  });
});

/** What doctor found; the objects' manifest has a test of its own. */
function problemsBut(left: string, json: string): unknown[] {
  const { findings } = JSON.parse(json) as { findings: { level: string; about: string }[] };
  return findings.filter(({ level, about }) => level === 'problem' && about !== left);
}

function asRole(url: string, role: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = 'secret';
  return databaseUrl(changed.href, decodeURIComponent(changed.pathname.slice(1)));
}
