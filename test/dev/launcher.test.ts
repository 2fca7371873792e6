import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot, projectVersion } from '../../src/project.ts';
import { runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';

const launcher = join(projectRoot, 'src/cli/pg-ai.mjs');
const work = mkdtempSync(join(tmpdir(), 'pg-ai-launcher-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A launcher that believes to run on Node 18, in a checkout of its own. */
function oldCheckout(name: string): string {
  const folder = join(work, name);
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  const source = readFileSync(launcher, 'utf8').replace('process.versions.node.split', "'18.20.4'.split");
  writeFileSync(join(folder, 'src/cli/pg-ai.mjs'), source);
  writeFileSync(join(folder, 'src/cli/main.ts'), 'console.log(process.argv.slice(2).join()); process.exitCode = 7;');
  return folder;
}

test('npx pg-ai runs the checkout', async () => {
  const result = await runCli(['--no', '--', 'pg-ai', '--version'], { command: ['npx'] });
  expect(result).toMatchObject({ code: 0, stdout: `${projectVersion}\n` });
});

test('on an old Node it goes on with the one of the checkout, with its arguments and exit code', async () => {
  const folder = oldCheckout('with-own-node');
  mkdirSync(join(folder, '.node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(folder, '.node/bin/node'));
  const command = [process.execPath, join(folder, 'src/cli/pg-ai.mjs')];
  expect(await runCli(['dev', '--json'], { command })).toMatchObject({ code: 7, stdout: 'dev,--json\n' });
});

test('on an old Node without one of its own it says what to do', async () => {
  const command = [process.execPath, join(oldCheckout('without'), 'src/cli/pg-ai.mjs')];
  const result = await runCli(['dev'], { command });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/needs Node 22\.18 or newer.*make setup/s);
});

test('in a checkout without npm packages it says what to do', async () => {
  const folder = join(work, 'bare');
  mkdirSync(join(folder, 'src/cli'), { recursive: true });
  cpSync(launcher, join(folder, 'src/cli/pg-ai.mjs'));
  writeFileSync(join(folder, 'src/cli/main.ts'), '');
  const result = await runCli([], { command: [process.execPath, join(folder, 'src/cli/pg-ai.mjs')] });
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('make setup') });
});

describe('on the Node of the system', () => {
  const found = spawnSync('/bin/sh', ['-c', 'PATH=/usr/local/bin:/usr/bin:/bin; command -v node && node --version'], {
    encoding: 'utf8',
  }).stdout.split('\n');
  const [path = '', version = ''] = found;
  needs(/^v(1[4-9]|2[01])\./.test(version), 'the system has no Node from 14 to 21 to try it with: install Node 20');
  // Where `make` found a Node that is new enough, the checkout has none of its own to go on with.
  needs(
    existsSync(join(projectRoot, '.node/bin/node')),
    'this checkout has no Node of its own: run make with the old one on the PATH',
  );

  test('an old one runs the command all the same', async () => {
    expect(await runCli(['--version'], { command: [path, launcher] })).toMatchObject({
      code: 0,
      stdout: `${projectVersion}\n`,
    });
  });
});
