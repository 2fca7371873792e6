import { describe, expect, inject, test } from 'vitest';
import { createDatabase, useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const server = inject('server');

describe('the harness', () => {
  const database = useDatabase({ installed: false });

  test('runs on the server that it says', async () => {
    const [row] = await database.query<{ server_version: string }>('show server_version');
    expect(Number.parseInt(row?.server_version ?? '', 10)).toBe(server.version);
  });

  test('opens a session as a role that cannot log in', async () => {
    const role = `${database.name}_nobody`;
    await database.query(`create role ${role} nologin`);
    const client = await database.as(role);
    const { rows } = await client.query('select session_user::text as who');
    expect(rows).toEqual([{ who: role }]);
    await client.end();
    await database.query(`drop role ${role}`);
  });

  test('reports a connection that a test leaves open', async () => {
    const leaky = await createDatabase({ installed: false });
    const { default: pg } = await import('pg');
    const left = new pg.Client({ connectionString: leaky.url, application_name: 'left open' });
    left.on('error', () => {});
    await left.connect();
    await expect(leaky.drop()).rejects.toThrow(/left open/);
  });
});

describe('JavaScript in the database', () => {
  needs(server.javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
  const database = useDatabase({ installed: false });

  test('can be installed', async () => {
    await database.query(`create extension ${server.javascript}`);
    await database.query(`create function answer() returns int language ${server.javascript} as 'return 6 * 7'`);
    expect(await database.query('select answer()')).toEqual([{ answer: 42 }]);
  });
});
