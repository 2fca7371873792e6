import { chmodSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { AlreadyRunning, type Server, type ServerOptions, startServer } from '../../src/dev/server.ts';
import { dotFolder } from '../../src/project.ts';
import { needs } from '../support/needs.ts';

const dataDir = join(dotFolder(), 'test', `server-${process.pid}`);
const running = new Set<Server>();

async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = await startServer({ dataDir, javascript: 'none', ...options });
  running.add(server);
  return server;
}

async function query(server: Server, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

afterEach(async () => {
  for (const server of running) await server.stop();
  running.clear();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('a second start finds what the first one kept', async () => {
  const first = await start();
  await query(first, 'create table kept as select 1 as one');
  await first.stop();
  expect(await query(await start(), 'select one from kept')).toEqual([{ one: 1 }]);
});

test('a server that runs is not started twice', async () => {
  const first = await start();
  const refusal = await startServer({ dataDir, javascript: 'none' }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AlreadyRunning);
  expect(refusal).toMatchObject({ url: first.url, pid: first.pid });
});

test('after kill -9 the next start recovers what was committed', async () => {
  const first = await start();
  await query(first, 'create table recovered as select 2 as two');
  first.kill9();
  await first.ended;
  const said: string[] = [];
  const second = await start({ say: (line) => said.push(line) });
  expect(await query(second, 'select two from recovered')).toEqual([{ two: 2 }]);
  expect(said.join()).toContain('did not stop cleanly');
});

test('a pid file whose number now belongs to another program does not keep the server from starting', async () => {
  const first = await start();
  const pidFile = join(dataDir, 'data', 'postmaster.pid');
  const left = readFileSync(pidFile, 'utf8');
  await first.stop();
  // A process of the same user, as after a reboot: the worst case, since PostgreSQL then believes it.
  const { spawn } = await import('node:child_process');
  const { serverAccount, spawnIdentity } = await import('../../src/dev/account.ts');
  const other = spawn('sleep', ['60'], { ...spawnIdentity(serverAccount()), stdio: 'ignore' });
  try {
    writeFileSync(pidFile, left.replace(/^\d+/, String(other.pid)));
    expect(await query(await start(), 'select 3 as three')).toEqual([{ three: 3 }]);
  } finally {
    other.kill();
  }
});

test('what an interrupted initdb left is cleared away', async () => {
  const folder = join(dataDir, 'half');
  mkdirSync(join(folder, 'initialising-999999999'), { recursive: true });
  writeFileSync(join(folder, 'initialising-999999999', 'PG_VERSION'), '18\n');
  const server = await start({ dataDir: folder });
  expect(await query(server, 'select 4 as four')).toEqual([{ four: 4 }]);
});

test('a folder that holds something else is left alone', async () => {
  const folder = join(dataDir, 'other');
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'data', 'letter.txt'), 'dear reader');
  await expect(start({ dataDir: folder })).rejects.toThrow(/not empty and holds no PostgreSQL cluster/);
  await expect(start({ dataDir: folder })).rejects.toThrow(/not empty/);
  expect(readFileSync(join(folder, 'data', 'letter.txt'), 'utf8')).toBe('dear reader');
});

test('--reset starts over and leaves what is not its own', async () => {
  const first = await start();
  await query(first, 'create table gone ()');
  await first.stop();
  writeFileSync(join(dataDir, 'mine.txt'), 'stays');
  const second = await start({ reset: true });
  expect(await query(second, `select to_regclass('gone') as gone`)).toEqual([{ gone: null }]);
  expect(readFileSync(join(dataDir, 'mine.txt'), 'utf8')).toBe('stays');
});

test('a taken port: demanded it is an error, wished for it is the next free one', async () => {
  const guest = createServer();
  const port = await new Promise<number>((resolve) => {
    guest.listen(0, '127.0.0.1', () => resolve((guest.address() as { port: number }).port));
  });
  try {
    await expect(start({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    const server = await start({ firstPort: port });
    expect(server.port).not.toBe(port);
  } finally {
    guest.close();
  }
});

describe("where the checkout is root's alone", () => {
  needs(process.getuid?.() === 0, 'only root can make such a folder: run the tests as root');

  test('a folder that root alone can enter gets a stand-in, and says so', async () => {
    const folder = join(dataDir, 'private');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    const said: string[] = [];
    const server = await start({ dataDir: folder, say: (line) => said.push(line) });
    const standIn = dirname(server.log);
    try {
      expect(said.join()).toContain(`cannot enter ${folder}, so the server's files are kept in ${standIn}`);
      expect(await query(server, 'select 5 as five')).toEqual([{ five: 5 }]);
      await server.stop();
    } finally {
      rmSync(standIn, { recursive: true, force: true });
      if (readdirSync(dirname(standIn)).length === 0) rmdirSync(dirname(standIn));
    }
  });
});

test('nobody gets in without the password', async () => {
  const server = await start();
  const client = new pg.Client(server.url.replace(/:[^:@]*@/, ':guess@'));
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});
