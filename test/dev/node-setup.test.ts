import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';

const work = mkdtempSync(join(tmpdir(), 'pg-ai-node-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs the script in a checkout of its own, where PATH offers these programs and a few of the system's. */
function run(name: string, programs: Record<string, string>, ...command: string[]) {
  const root = join(work, name);
  const bin = join(root, 'bin');
  mkdirSync(join(root, 'src/setup'), { recursive: true });
  mkdirSync(bin);
  cpSync(join(projectRoot, 'src/setup/node.sh'), join(root, 'src/setup/node.sh'));
  for (const tool of ['dirname', 'uname', 'mkdir', 'rm', 'mv', 'cat', 'chmod', 'ln', 'tar', 'gzip']) {
    const path = ['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find((candidate) => existsSync(candidate));
    if (path !== undefined) symlinkSync(path, join(bin, tool));
  }
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const result = spawnSync('/bin/sh', [join(root, 'src/setup/node.sh'), ...command], {
    env: { PATH: bin },
    encoding: 'utf8',
  });
  return { ...result, root };
}

const oldNode = 'if [ "$1" = --version ]; then echo v18.20.4; else exit 1; fi';

test('a Node that is new enough is used as it is', () => {
  const { stdout, root } = run('new', { node: `exec '${process.execPath}' "$@"` }, 'node', '-p', '6 * 7');
  expect(stdout).toBe('42\n');
  expect(existsSync(join(root, '.node'))).toBe(false);
});

test('where Node is old and npm missing it says what to do', () => {
  const { status, stderr } = run('no-npm', { node: oldNode });
  expect(status).toBe(1);
  expect(stderr).toMatch(/needs Node 22\.18 or newer, and this machine has no npm.*Install Node 24/s);
});

test('an old Node makes it bring a newer one, and says so in one line', () => {
  // An npm that packs the Node of this very test, as the registry's package holds it.
  const npm = `mkdir -p package/bin; printf '#!/bin/sh\\nexec "%s" "$@"\\n' '${process.execPath}' > package/bin/node
tar -czf node.tgz package; rm -r package`;
  const { status, stdout, stderr, root } = run('bring', { node: oldNode, npm }, 'node', '-p', '6 * 7');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '42\n' });
  expect(stderr).toMatch(/^Node: this machine's is v18\.20\.4; bringing [\d.]+ into \.node\/\n$/);
  expect(existsSync(join(root, '.node/bin/node'))).toBe(true);
});

test("npm keeps the system's own settings (registry, certificates, proxy), which it looks for beside the Node that runs it", () => {
  const settings = join(work, 'system-npmrc');
  writeFileSync(settings, 'cafile=/somewhere.pem\n');
  const npm = `if [ "$1" = config ]; then echo '${settings}'; exit; fi
mkdir -p package/bin; ln -s '${process.execPath}' package/bin/node; tar -czf node.tgz package; rm -r package`;
  const { status, root } = run('settings', { node: oldNode, npm }, 'node', '--version');
  expect(status).toBe(0);
  expect(readFileSync(join(root, '.node/etc/npmrc'), 'utf8')).toBe('cafile=/somewhere.pem\n');
});

test('an npm that cannot reach its registry leaves nothing behind', () => {
  const { status, stderr, root } = run('offline', { node: oldNode, npm: 'echo ENOTFOUND >&2; exit 1' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/ENOTFOUND.*npm could not bring/s);
  expect(existsSync(join(root, '.node'))).toBe(false);
});
