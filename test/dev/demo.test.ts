import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isFree } from '../../src/dev/port.ts';
import { projectRoot } from '../../src/project.ts';
import { startCli } from '../support/cli.ts';

const command = [process.execPath, join(projectRoot, 'examples/shop/demo.ts')];
const folder = mkdtempSync(join(tmpdir(), 'pg-ai-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('make demo, interrupted, leaves neither its server nor its data behind', async () => {
  const dataDir = join(folder, 'data');
  const running = startCli(['--data-dir', dataDir], { command });
  await running.says('What the tables let their callers do');
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(running.stdout())?.[1]);
  expect(await isFree(port)).toBe(false);
  running.child.kill('SIGINT');
  expect(await running.exit).toBe(130);
  expect(await isFree(port)).toBe(true);
  expect(existsSync(dataDir)).toBe(false);
});
