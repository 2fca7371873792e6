import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { connect, withClient } from '../../src/cli/connection.ts';
import { freePort } from '../../src/dev/port.ts';
import { databaseUrl } from '../support/database-url.ts';
import { needs } from '../support/needs.ts';

const server = inject('server');
const names = ['DATABASE_URL', 'PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD'] as const;

function environment(values: Partial<Record<(typeof names)[number], string>>): void {
  for (const name of names) vi.stubEnv(name, values[name]);
}

afterEach(() => vi.unstubAllEnvs());

async function databaseOf(url?: string): Promise<string> {
  return await withClient({ url }, async (client) => {
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    return rows[0]?.name ?? '';
  });
}

describe('what names the database', () => {
  test('--url comes before DATABASE_URL, which comes before the PG* variables', async () => {
    const parts = new URL(server.superuserUrl);
    const { username, password, hostname, port } = parts;
    environment({
      DATABASE_URL: databaseUrl(server.superuserUrl, 'template1'),
      ...{ PGHOST: hostname, PGPORT: port || '5432', PGUSER: decodeURIComponent(username) },
      ...{ PGPASSWORD: decodeURIComponent(password), PGDATABASE: 'postgres' },
    });
    expect(await databaseOf(databaseUrl(server.superuserUrl, 'postgres'))).toBe('postgres');
    expect(await databaseOf()).toBe('template1');
    vi.stubEnv('DATABASE_URL', undefined);
    expect(await databaseOf()).toBe('postgres');
  });

  test('none at all is a usage error that says what to give', async () => {
    environment({});
    await expect(connect({})).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('--url postgresql://'),
    });
  });

  test('something else than a connection URL is a usage error', async () => {
    await expect(connect({ url: 'localhost:5432' })).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('what keeps it from connecting', () => {
  test('nothing listens', async () => {
    const url = `postgresql://me@127.0.0.1:${await freePort()}/app`;
    await expect(connect({ url })).rejects.toMatchObject({
      message: expect.stringContaining('nothing listens on 127.0.0.1'),
      hint: expect.stringContaining('pg-ai dev'),
      exitCode: 1,
    });
  });

  test('no such database', async () => {
    await expect(connect({ url: databaseUrl(server.superuserUrl, 'no such one') })).rejects.toMatchObject({
      message: expect.stringContaining('there is no database no such one'),
      hint: expect.stringContaining('createdb'),
    });
  });

  describe('a wrong password', () => {
    needs(
      server.can.ownCluster,
      'whether this server asks for passwords is its own affair: run without PG_AI_TEST_URL',
    );

    test('is said to be wrong', async () => {
      const url = server.superuserUrl.replace(/:[^:@]*@/, ':guess@');
      await expect(connect({ url })).rejects.toMatchObject({ message: 'the password for postgres is wrong' });
    });
  });
});

test('a connection that is lost is told as that', async () => {
  const killer = await connect({ url: server.superuserUrl });
  const work = withClient({ url: server.superuserUrl }, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const gone = new Promise((resolve) => client.once('end', resolve));
    await killer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await gone;
    await client.query('select');
  });
  await expect(work).rejects.toThrow(/^the connection to .+:[0-9]+ was lost: terminating connection/);
  await killer.end();
});
