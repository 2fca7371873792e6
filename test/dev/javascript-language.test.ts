import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { javascriptLanguage } from '../../src/dev/javascript-language.ts';

const work = mkdtempSync(join(tmpdir(), 'pg-ai-language-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** A PATH on which nothing but these programs is found. */
function onlyWith(name: string, programs: Record<string, string>): void {
  const folder = join(work, `bin-${name}`);
  mkdirSync(folder);
  symlinkSync('/bin/sh', join(folder, 'sh'));
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  vi.stubEnv('PATH', folder);
}

test('without apt it says why, once, and asks no more for a while', () => {
  onlyWith('no-apt', {});
  const cache = join(work, 'no-apt');
  const said: string[] = [];
  const answer = javascriptLanguage(cache, (line) => said.push(line));
  expect(answer).toEqual({ missing: expect.stringMatching(/no apt|for Linux only/) });
  expect(said).toHaveLength(1);
  expect(javascriptLanguage(cache, (line) => said.push(line))).toEqual(answer);
  expect(said).toHaveLength(1);
});

test('a mirror that does not answer is the reason given, and leaves nothing half done', () => {
  const apt = `case "$*" in
    *--print-uris*) echo "'http://mirror.invalid/debian/dists/bookworm/InRelease' x 0"
                    echo "'http://mirror.invalid/debian/dists/trixie/InRelease' x 0"
                    echo "'http://mirror.invalid/debian/dists/forky/InRelease' x 0" ;;
    *) echo 'E: Failed to fetch: no route to host' >&2; exit 100 ;;
  esac`;
  onlyWith('no-mirror', { 'apt-get': apt, 'dpkg-deb': 'exit 1' });
  const cache = join(work, 'no-mirror');
  expect(javascriptLanguage(cache, () => {})).toEqual({
    missing: expect.stringMatching(/no route to host|not Debian|for Linux only/),
  });
  expect(existsSync(join(cache, 'lib'))).toBe(false);
});

test('what was brought before is used without asking anybody', () => {
  onlyWith('cached', {});
  const cache = join(work, 'cached');
  mkdirSync(join(cache, 'lib'), { recursive: true });
  mkdirSync(join(cache, 'share', 'extension'), { recursive: true });
  writeFileSync(join(cache, 'lib', 'pljs.so'), '');
  writeFileSync(join(cache, 'share', 'extension', 'pljs.control'), '');
  expect(javascriptLanguage(cache, () => {})).toEqual({ lib: join(cache, 'lib'), share: join(cache, 'share') });
});
