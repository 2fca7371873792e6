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

export type Missing = { readonly missing: string };

export type DebianPackage = {
  readonly name: string;
  /** A suite of the mirror, such as testing. Default: the one that this machine runs. */
  readonly suite?: string;
  /** Also all that it depends on, down to the C library, so that it runs on a system of another age. Default false. */
  readonly withDependencies?: boolean;
  /** Puts what is wanted of the unpacked files into a folder that becomes the cache. */
  readonly arrange: (unpacked: string, fresh: string) => void;
};

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const retryAfter = 60 * 60 * 1000;

/**
 * Files of a Debian package, brought once by the machine's own apt into a folder of ours, without being root and without installing anything.
 * `complete` says whether the cache holds them already.
 * @returns why they cannot be had, or undefined when they are in the cache
 */
export function debianPackage(
  cacheDir: string,
  complete: () => boolean,
  wanted: DebianPackage,
  announce: () => void,
): Missing | undefined {
  if (complete()) return undefined;
  // A machine that could not bring it is not asked again at every start: its network may take long to say no.
  const refusal = join(cacheDir, 'missing.json');
  if (existsSync(refusal)) {
    const { missing, at } = JSON.parse(readFileSync(refusal, 'utf8')) as { missing: string; at: number };
    if (Date.now() - at < retryAfter) return { missing };
  }
  announce();
  const missing = bring(cacheDir, wanted);
  if (missing === undefined) {
    rmSync(refusal, { force: true });
    return undefined;
  }
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(refusal, JSON.stringify({ missing, at: Date.now() }));
  return { missing };
}

function bring(cacheDir: string, { name, suite, withDependencies, arrange }: DebianPackage): string | undefined {
  if (process.platform !== 'linux') return `${name} is packaged for Linux only`;
  if (!has('apt-get') || !has('dpkg-deb')) return `${name} is a Debian package, and this system has no apt`;
  const mirror = debianMirror();
  if (mirror === undefined) return 'this is not Debian, or its apt knows no mirror';

  // apt with folders of its own: no need to be root, and the system's package lists stay as they are.
  const work = mkdtempSync(join(tmpdir(), 'pg-ai-apt-'));
  try {
    for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    const signedBy = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
    writeFileSync(join(work, 'sources.list'), `deb ${signedBy}${mirror.url} ${suite ?? mirror.suite} main\n`);
    writeFileSync(join(work, 'status'), '');
    const options = [
      ...['-qq', '-o', `Dir::State=${work}/state`, '-o', `Dir::State::status=${work}/status`],
      ...['-o', `Dir::Cache=${work}/cache`, '-o', `Dir::Etc::sourcelist=${work}/sources.list`],
      ...['-o', 'Dir::Etc::sourceparts=-', '-o', 'Dir::Etc::preferencesparts=-', '-o', 'Dir::Etc::preferences=-'],
      ...['-o', 'Acquire::Languages=none', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'],
      ...['-o', 'APT::Sandbox::User=', '-o', 'APT::Update::Error-Mode=any', '-o', 'Debug::NoLocking=1'],
    ];
    const run = (...args: string[]) =>
      spawnSync('apt-get', [...options, ...args], { cwd: work, encoding: 'utf8', timeout: 180_000 });
    const updated = run('update');
    if (updated.status !== 0) return `apt could not read the mirror's list of packages (${firstLine(updated.stderr)})`;
    const downloaded =
      withDependencies === true
        ? run('install', '--download-only', '--yes', '--no-install-recommends', name)
        : run('download', name);
    const folder = withDependencies === true ? join(work, 'cache/archives') : work;
    const archives = readdirSync(folder).filter((file) => file.endsWith('.deb'));
    if (downloaded.status !== 0 || archives.length === 0) {
      return `the mirror has no ${name} for ${process.arch} (${firstLine(downloaded.stderr)})`;
    }
    for (const archive of archives) {
      if (spawnSync('dpkg-deb', ['-x', join(folder, archive), 'unpacked'], { cwd: work }).status !== 0) {
        return 'dpkg-deb failed';
      }
    }
    const fresh = join(work, 'fresh');
    mkdirSync(fresh);
    arrange(join(work, 'unpacked'), fresh);
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
function debianMirror(): { readonly url: string; readonly suite: string } | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^ID="?debian"?$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1];
  // Lines such as: 'http://mirror/debian/dists/bookworm/InRelease' mirror_debian_dists_bookworm_InRelease 0
  const asked = spawnSync('apt-get', ['update', '--print-uris'], { encoding: 'utf8' });
  const releases = [...(asked.stdout ?? '').matchAll(/^'(\S+)\/dists\/(\S+?)\/InRelease'/gm)];
  const [, url, suite] = releases.find(([, , each]) => codename === undefined || each === codename) ?? [];
  return url === undefined || suite === undefined ? undefined : { url, suite };
}

export function has(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0;
}

function firstLine(text: string | null): string {
  return (text ?? '').split('\n', 1)[0]?.trim() ?? '';
}
