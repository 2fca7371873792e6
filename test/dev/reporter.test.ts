import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(root, '.pg-ai/reporter-'));
  await writeFile(
    join(folder, 'some.test.ts'),
    `import { describe, expect, test } from 'vitest';
     test('holds', () => {});
     test('does not hold', () => expect(1, 'one is two').toBe(2));
     test('is something else', () => expect({ kept: 1, text: 'long '.repeat(9) }).toEqual({ kept: 1, text: 'short' }));
     test('wants more', (context) => context.skip('there is no more'));
     describe('a group', () => { test('that does not hold either', () => { throw new Error('no\\nsecond line'); }); });`,
  );
  await writeFile(join(folder, 'unreadable.test.ts'), `import './not-there.ts';`);
  await writeFile(
    join(folder, 'vitest.config.ts'),
    `export default { test: { name: 'here', root: ${JSON.stringify(folder)}, reporters: [['${root}/test/support/reporter.ts', { missing: [{ what: 'a server', why: 'none is here' }] }]] } };`,
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a run ends with what could not run and why, what failed with its reason, and the counts', async () => {
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(folder, 'vitest.config.ts')];
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((done) => {
    execFile(process.execPath, args, { cwd: folder }, (error, out) => done({ code: error?.code ?? 0, stdout: out }));
  });
  expect(code).toBe(1);
  expect(stdout.slice(stdout.indexOf('Could not run here'))).toBe(`Could not run here:
  a server
    none is here
  [here] wants more
    there is no more

Failed:
  [here] some.test.ts > does not hold
    one is two: expected 1 to be 2 // Object.is equality
      - 2
      + 1
  [here] some.test.ts > is something else
    expected { kept: 1, …(1) } to deeply equal { kept: 1, text: 'short' }
      -   "text": "short",
      +   "text": "long long long long long long long long long ",
  [here] some.test.ts > a group > that does not hold either
    no
  [here] unreadable.test.ts
    Cannot find module './not-there.ts' imported from ${join(folder, 'unreadable.test.ts')}

1 passed, 4 failed, 1 skipped
`);
});
