import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot, projectVersion } from '../../src/project.ts';
import { runCli, startCli } from '../support/cli.ts';

const work = mkdtempSync(join(tmpdir(), 'pg-ai-pack-'));
const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
const command = [join(work, 'node_modules/.bin/pg-ai')];

function npm(cwd: string, ...args: string[]): string {
  const run = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')}: ${run.stdout}${run.stderr}`);
  return run.stdout;
}

beforeAll(() => {
  // The server's account must get in, where root runs the tests.
  chmodSync(work, 0o755);
  npm(projectRoot, 'pack', '--pack-destination', work);
  writeFileSync(join(work, 'package.json'), '{ "name": "elsewhere", "private": true }');
  npm(work, 'install', '--no-fund', '--no-audit', '--prefer-offline', join(work, `pg-ai-${projectVersion}.tgz`));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('the package holds what runs and nothing else', () => {
  const listed = spawnSync('tar', ['-tzf', join(work, `pg-ai-${projectVersion}.tgz`)], { encoding: 'utf8' }).stdout;
  const files = listed
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
  expect(files).toEqual(
    expect.arrayContaining(['src/cli/pg-ai.mjs', 'dist/cli/main.js', `dist/extension/pg_ai--${projectVersion}.sql`]),
  );
  expect(
    files.filter(
      (path) =>
        !/^(dist\/|sql\/|src\/cli\/pg-ai\.mjs$|src\/hooks\/hooks\.d\.ts$|package\.json$|README|LICENSE|CHANGELOG)/.test(
          path,
        ),
    ),
  ).toEqual([]);
});

test('installed elsewhere, npx pg-ai runs', async () => {
  const result = await runCli(['--no', '--', 'pg-ai', '--version'], { command: ['npx'], cwd: work, env });
  expect(result).toMatchObject({ code: 0, stdout: `${projectVersion}\n` });
});

test('installed elsewhere, a worker runs handlers that import it by its name, and TypeScript knows their payloads', async () => {
  mkdirSync(join(work, 'handlers'));
  writeFileSync(
    join(work, 'handlers', 'hello.ts'),
    `import { EventRegistry } from 'pg-ai';
     declare module 'pg-ai' { interface Entities { user: { id: number } } }
     EventRegistry.register({ trigger: 'post', entity: 'user', action: 'create', handler: async (ctx) => { const id: number = ctx.payload.id; ctx.log.info({ id }); } });`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    'node',
  ];
  const checked = spawnSync(
    process.execPath,
    [
      join(projectRoot, 'node_modules/typescript/bin/tsc'),
      '--typeRoots',
      join(projectRoot, 'node_modules/@types'),
      ...options,
      'handlers/hello.ts',
    ],
    { cwd: work, encoding: 'utf8' },
  );
  expect(checked.stdout).toBe('');
  // As far as it gets without a database: the file was loaded.
  const result = await runCli(['worker', '--handlers', 'handlers', '--url', 'postgresql://nobody@127.0.0.1:1/none'], {
    command,
    cwd: work,
    env,
  });
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing listens') });
});

test('installed elsewhere, dev starts a server with pg_ai and keeps its data there', async () => {
  const cli = startCli(['dev', '--json', '--no-javascript'], { command, cwd: work, env });
  try {
    await cli.says('}\n');
    const client = new pg.Client((JSON.parse(cli.stdout()) as { url: string }).url);
    await client.connect();
    const { rows } = await client.query(`select to_regnamespace('ai') is not null as installed`);
    await client.end();
    expect(rows).toEqual([{ installed: true }]);
  } finally {
    cli.child.kill('SIGINT');
  }
  expect(await cli.exit).toBe(0);
});
