import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { dotFolder } from '../../src/project.ts';
import { type RunningCli, runCli, startCli } from '../support/cli.ts';

const dataDir = join(dotFolder(), 'test', `dev-command-${process.pid}`);
mkdirSync(dataDir, { recursive: true });
const running = new Set<RunningCli>();

type Place = { url: string; port: number; pid: number; running: boolean; alreadyRunning?: boolean };

async function startDev(...args: string[]): Promise<{ cli: RunningCli; place: Place }> {
  const cli = startCli(['dev', '--data-dir', dataDir, '--json', ...args]);
  running.add(cli);
  await cli.says('}\n');
  const said = JSON.parse(cli.stdout()) as Place | { error: { message: string } };
  if ('error' in said) throw new Error(`dev does not start: ${said.error.message}`);
  return { cli, place: said };
}

async function end(cli: RunningCli, signal: NodeJS.Signals): Promise<number | null> {
  cli.child.kill(signal);
  return await cli.exit;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

afterEach(async () => {
  for (const cli of running) if (cli.child.exitCode === null && cli.child.signalCode === null) await end(cli, 'SIGINT');
  running.clear();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('starts with pg_ai installed, stops on ctrl-C with 0, and keeps the data', async () => {
  const first = await startDev();
  expect(await query(first.place.url, `select to_regnamespace('ai') is not null as installed`)).toEqual([
    { installed: true },
  ]);
  await query(first.place.url, 'create table kept as select 1 as one');
  expect(await end(first.cli, 'SIGINT')).toBe(0);
  await expect(query(first.place.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);

  const second = await startDev();
  expect(await query(second.place.url, 'select one from kept')).toEqual([{ one: 1 }]);
  expect(await end(second.cli, 'SIGTERM')).toBe(0);
});

test('--reset starts over', async () => {
  const first = await startDev();
  await query(first.place.url, 'create table gone ()');
  await end(first.cli, 'SIGINT');
  const second = await startDev('--reset');
  expect(await query(second.place.url, `select to_regclass('gone') as gone`)).toEqual([{ gone: null }]);
});

test('a second one says where the first runs, and does not reset it', async () => {
  const { place } = await startDev();
  const second = await runCli(['dev', '--data-dir', dataDir]);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining(`psql '${place.url}'`) });
  const reset = await runCli(['dev', '--data-dir', dataDir, '--reset']);
  expect(reset).toMatchObject({ code: 1, stderr: expect.stringContaining('it runs already') });
  expect(await query(place.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a start takes over the server of a command that was killed', async () => {
  const first = await startDev();
  await query(first.place.url, 'create table survived as select 2 as two');
  await end(first.cli, 'SIGKILL');
  const second = await startDev();
  expect(second.place.pid).not.toBe(first.place.pid);
  expect(second.cli.stderr()).toContain('left running');
  expect(await query(second.place.url, 'select two from survived')).toEqual([{ two: 2 }]);
});

test('says so and fails when the server is killed', async () => {
  const { cli, place } = await startDev();
  process.kill(place.pid, 'SIGKILL');
  expect(await cli.exit).toBe(1);
  expect(cli.stderr()).toContain('the server ended by itself');
});

test('a taken port that was asked for is an error that names it', async () => {
  const guest = createServer();
  const port = await new Promise<number>((resolve) => {
    guest.listen(0, '127.0.0.1', () => resolve((guest.address() as { port: number }).port));
  });
  try {
    const refused = await runCli(['dev', '--data-dir', dataDir, '--port', String(port)]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`port ${port} of 127.0.0.1 is taken`) });
  } finally {
    guest.close();
  }
});

test('a wrong command line exits with 2 and says what is wrong', async () => {
  expect(await runCli(['dev', '--port', 'http'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no port'),
  });
  expect(await runCli(['dev', '--prot', '1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--port') });
  const json = await runCli(['dev', '--port', '70000', '--json']);
  expect(json.code).toBe(2);
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { message: '"70000" is no port' } });
});
