import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where pljs's files lie: `share` for extension_control_path, `lib` for dynamic_library_path. */
export type JavaScriptLanguage = { readonly share: string; readonly lib: string };
export type JavaScriptAnswer = JavaScriptLanguage | { readonly missing: string };

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const retryAfter = 60 * 60 * 1000;

/**
 * pljs (JavaScript in PostgreSQL, by the authors of plv8) for the embedded PostgreSQL 18: Debian builds it as a package,
 * needing no more than glibc, and its two files load from any folder. Brought once by the machine's own apt, then cached.
 */
export function javascriptLanguage(cacheDir: string, say: (line: string) => void): JavaScriptAnswer {
  const language = { share: join(cacheDir, 'share'), lib: join(cacheDir, 'lib') };
  if (existsSync(join(language.lib, 'pljs.so')) && existsSync(join(language.share, 'extension', 'pljs.control'))) {
    return language;
  }
  // A machine that could not bring it is not asked again at every start: its network may take long to say no.
  const refusal = join(cacheDir, 'missing.json');
  if (existsSync(refusal)) {
    const { missing, at } = JSON.parse(readFileSync(refusal, 'utf8')) as { missing: string; at: number };
    if (Date.now() - at < retryAfter) return { missing };
  }
  say('JavaScript language: bringing pljs from the Debian mirror that apt uses here');
  const missing = bring(cacheDir);
  if (missing === undefined) {
    rmSync(refusal, { force: true });
    return language;
  }
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(refusal, JSON.stringify({ missing, at: Date.now() }));
  return { missing };
}

/** @returns why it cannot be had, or undefined when it is in the cache now */
function bring(cacheDir: string): string | undefined {
  if (process.platform !== 'linux') return 'pljs is packaged for Linux only';
  if (!has('apt-get') || !has('dpkg-deb')) return 'pljs is a Debian package, and this system has no apt';
  const mirror = debianMirror();
  if (mirror === undefined) return 'this is not Debian, or its apt knows no mirror';

  // apt with folders of its own: no need to be root, and the system's package lists stay as they are.
  const work = mkdtempSync(join(tmpdir(), 'pg-ai-apt-'));
  try {
    for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    const signedBy = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
    writeFileSync(join(work, 'sources.list'), `deb ${signedBy}${mirror} testing main\n`);
    writeFileSync(join(work, 'status'), '');
    const options = [
      ...['-qq', '-o', `Dir::State=${work}/state`, '-o', `Dir::State::status=${work}/status`],
      ...['-o', `Dir::Cache=${work}/cache`, '-o', `Dir::Etc::sourcelist=${work}/sources.list`],
      ...['-o', 'Dir::Etc::sourceparts=-', '-o', 'Dir::Etc::preferencesparts=-', '-o', 'Dir::Etc::preferences=-'],
      ...['-o', 'Acquire::Languages=none', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'],
      ...['-o', 'APT::Sandbox::User=', '-o', 'APT::Update::Error-Mode=any'],
    ];
    const run = (...args: string[]) =>
      spawnSync('apt-get', [...options, ...args], { cwd: work, encoding: 'utf8', timeout: 180_000 });
    const updated = run('update');
    if (updated.status !== 0) return `apt could not read the mirror's list of packages (${firstLine(updated.stderr)})`;
    const downloaded = run('download', 'postgresql-18-pljs');
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (downloaded.status !== 0 || archive === undefined) {
      return `the mirror has no postgresql-18-pljs for ${process.arch} (${firstLine(downloaded.stderr)})`;
    }
    if (spawnSync('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: work }).status !== 0) return 'dpkg-deb failed';

    const fresh = join(work, 'fresh');
    const unpacked = join(work, 'unpacked', 'usr');
    mkdirSync(join(fresh, 'lib'), { recursive: true });
    cpSync(join(unpacked, 'share/postgresql/18/extension'), join(fresh, 'share/extension'), { recursive: true });
    cpSync(join(unpacked, 'lib/postgresql/18/lib/pljs.so'), join(fresh, 'lib/pljs.so'));
    const staged = `${cacheDir}.${process.pid}`;
    mkdirSync(dirname(cacheDir), { recursive: true });
    cpSync(fresh, staged, { recursive: true });
    rmSync(cacheDir, { recursive: true, force: true });
    renameSync(staged, cacheDir);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The mirror that apt is configured to bring this Debian's own release from; it has the testing suite too. */
function debianMirror(): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^ID="?debian"?$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1];
  // Lines such as: 'http://mirror/debian/dists/bookworm/InRelease' mirror_debian_dists_bookworm_InRelease 0
  const asked = spawnSync('apt-get', ['update', '--print-uris'], { encoding: 'utf8' });
  const releases = [...(asked.stdout ?? '').matchAll(/^'(\S+)\/dists\/(\S+?)\/InRelease'/gm)];
  return releases.find(([, , suite]) => codename === undefined || suite === codename)?.[1];
}

function has(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0;
}

function firstLine(text: string | null): string {
  return (text ?? '').split('\n', 1)[0]?.trim() ?? '';
}
