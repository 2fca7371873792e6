import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveTo, makePrivateFolder, serverAccount, spawnIdentity } from '../../src/dev/account.ts';
import { debianPackage, type Missing } from '../../src/dev/debian-package.ts';
import { freePort } from '../../src/dev/port.ts';
import { reachableCopy } from '../../src/dev/reachable.ts';
import { dotFolder } from '../../src/project.ts';

/** A command: the program, perhaps behind the loader of the libraries that came with it. */
type Program = readonly string[];

/**
 * PgBouncer, new enough for named prepared statements (1.21): the system's own, else Debian's stable package with its libraries, brought once
 * into a cache.
 */
export function findPgbouncer(): Program | Missing {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin']) {
    const program = [join(folder, 'pgbouncer')];
    if (existsSync(program[0] ?? '') && isNewEnough(program)) return program;
  }
  const cache = join(dotFolder(), 'pgbouncer');
  const missing = debianPackage(
    cache,
    () => existsSync(join(cache, 'pgbouncer')),
    {
      name: 'pgbouncer',
      suite: 'stable',
      withDependencies: true,
      arrange: (unpacked, fresh) => {
        copyFileSync(join(unpacked, 'usr/sbin/pgbouncer'), join(fresh, 'pgbouncer'));
        mkdirSync(join(fresh, 'lib'));
        // Only what the program itself is linked to, which lies beside the C library. (Other folders may be root's alone.)
        for (const folder of ['lib', 'usr/lib'].flatMap((lib) => triplets(join(unpacked, lib)))) {
          for (const name of readdirSync(folder).filter((each) => /\.so(\.|$)/.test(each))) {
            const file = join(folder, name);
            if (statSync(file, { throwIfNoEntry: false })?.isFile()) copyFileSync(file, join(fresh, 'lib', name));
          }
        }
      },
    },
    () => {},
  );
  if (missing !== undefined) return missing;
  const lib = join(reachableCopy(serverAccount(), cache), 'lib');
  const loader = readdirSync(lib).find((name) => /^ld-(linux|musl).*\.so/.test(name));
  const program = [join(lib, loader ?? ''), '--library-path', lib, join(lib, '../pgbouncer')];
  return isNewEnough(program) ? program : { missing: `Debian's package does not run here: ${program.join(' ')}` };
}

const triplets = (lib: string): string[] =>
  existsSync(lib)
    ? readdirSync(lib)
        .filter((name) => /-linux-gnu/.test(name))
        .map((name) => join(lib, name))
    : [];

const isNewEnough = ([command = '', ...args]: Program): boolean => {
  const { stdout } = spawnSync(command, [...args, '--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(stdout ?? '') ?? []).slice(1).map(Number);
  return major > 1 || (major === 1 && minor >= 21);
};

export type Pooler = { readonly url: string; stop(): Promise<void> };

/** Starts it before the server of the URL, in transaction mode with two server connections, so that sessions really share them. */
export async function startPgbouncer(
  program: Program,
  target: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<Pooler> {
  const server = new URL(target);
  // A server that asks for no password.
  const trusted = server.password === '';
  const account = serverAccount();
  const folder = mkdtempSync(join(tmpdir(), 'pg-ai-pgbouncer-'));
  makePrivateFolder(account, folder);
  const port = await freePort();
  const quoted = (text: string) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  writeFileSync(join(folder, 'users'), `${quoted(server.username)} ${quoted(server.password)}\n`);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    [
      '[databases]',
      `* = host=${server.hostname} port=${server.port || 5432}${trusted ? ` user=${decodeURIComponent(server.username)}` : ''}`,
      '[pgbouncer]',
      ...Object.entries({
        listen_addr: '127.0.0.1',
        listen_port: port,
        unix_socket_dir: '',
        auth_type: trusted ? 'any' : 'plain',
        auth_file: join(folder, 'users'),
        pool_mode: 'transaction',
        default_pool_size: 2,
        ignore_startup_parameters: 'extra_float_digits,options',
        ...settings,
      }).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  );
  giveTo(account, folder);
  const [command = '', ...args] = program;
  const child = spawn(command, [...args, join(folder, 'pgbouncer.ini')], {
    ...spawnIdentity(account),
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/process up/.test(said)) resolve();
    });
    void ended.then(() => reject(new Error(`PgBouncer does not start: ${said || readLog(folder)}`)));
  });
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const readLog = (folder: string): string => {
  const log = join(folder, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8') : 'it says nothing';
};
