import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { type CliResult, runCli } from '../support/cli.ts';

const server = inject('server');
const command = [process.execPath, join(projectRoot, 'examples/shop/demo.ts')];
const arguments_ = ['--url', server.superuserUrl];

const left = async (): Promise<unknown> => {
  const client = new pg.Client(server.superuserUrl);
  await client.connect();
  const { rows } = await client.query(`
    select datname as name from pg_catalog.pg_database where datname like 'pg\\_ai\\_demo\\_%'
    union all select rolname from pg_catalog.pg_roles where rolname like 'shop\\_%'`);
  await client.end();
  return rows;
};

let ran: CliResult;
beforeAll(async () => {
  ran = await runCli(arguments_, { command });
});

test('the demo ends well: every result that it shows is one that it expected', () => {
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('none differed');
  expect(ran.code).toBe(0);
});

test('the signup: put in order by a hook, in JavaScript where there is a language, and refused for each kind of reason', () => {
  const { javascript } = server;
  expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain(
    javascript === 'none' ? 'no JavaScript language here, so this hook is PL/pgSQL' : `in JavaScript (${javascript})`,
  );
  expect(ran.stdout).toMatch(/ phone {2}\+84\*\*\*567\n/);
  expect(ran.stdout).toMatch(/password {2}\$2a\$06\$/);
  for (const code of ['PI100', 'PI200', 'PI210', 'PI310', 'PI350', '23505', '42501'])
    expect(ran.stdout).toMatch(new RegExp(`^ {2}[a-z][a-z ,]* {2,}${code} `, 'm'));
});

test('it can be read where there are no colours, and nothing is wider than 100 characters', () => {
  expect(ran.stdout).not.toContain('\u001b');
  expect(ran.stdout.split('\n').filter((line) => [...line].length > 100 && !/[0-9a-f]{8}-/.test(line))).toEqual([]);
});

test('a surprise makes it fail: here no trigger fires, so nothing is declared, or no foreign key holds', async () => {
  const url = `${server.superuserUrl}?options=-c%20session_replication_role%3Dreplica`;
  const surprised = await runCli(['--url', url], { command });
  expect(surprised).toMatchObject({ code: 1, stderr: expect.stringContaining('not as expected') });
});

afterAll(async () => {
  expect(await left()).toEqual([]);
});
