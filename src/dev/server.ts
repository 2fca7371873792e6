import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dotFolder, projectRoot } from '../project.ts';
import { type Account, serverAccount, spawnIdentity } from './account.ts';
import { type Binaries, embeddedBinaries, systemBinaries } from './binaries.ts';
import { clearDataFolder, type DataFolder, openDataFolder, readPassword } from './data-folder.ts';
import { type JavaScriptAnswer, javascriptLanguage } from './javascript-language.ts';
import { claim, release } from './owner.ts';
import { freePort, isFree } from './port.ts';
import { mendStalePidFile, type Postmaster, runningPostmaster, stopPostmaster } from './postmaster.ts';
import { reachableCopy, reachableFolder } from './reachable.ts';

export type ServerOptions = {
  /** Holds the cluster, its password and its log; made where it is missing. */
  readonly dataDir: string;
  /** Demanded: taken means an error. */
  readonly port?: number | undefined;
  /** Wished for: taken means the next free one. Default: any free one. */
  readonly firstPort?: number;
  /** 18 is the embedded one, 'system' the newest that the machine has. Default 18. */
  readonly major?: 18 | 'system';
  /** Start over: whatever cluster is in dataDir goes. Default false. */
  readonly reset?: boolean;
  /** Default 'auto': with pljs where it can be had. */
  readonly javascript?: 'auto' | 'none';
  /** Further settings of the server, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets a line for each thing that takes time or differs from the usual. Default: nobody does. */
  readonly say?: (line: string) => void;
};

export type Server = {
  /** A superuser's connection to the database postgres. */
  readonly url: string;
  readonly port: number;
  readonly binDir: string;
  readonly major: number;
  readonly javascript: 'pljs' | 'none';
  readonly log: string;
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** Ends it as a crash of the machine would. */
  kill9(): void;
};

/** Postmasters that this very process runs. */
const ownServers = new Set<number>();

/** The server on this data folder belongs to another process that is still alive. */
export class AlreadyRunning extends Error {
  readonly url: string;
  readonly pid: number;
  constructor(place: string, running: Postmaster) {
    super(`the server of ${place} runs already, on port ${running.port} (process ${running.pid})`);
    this.url = urlOf(readPassword(place), running.port);
    this.pid = running.pid;
  }
}

/**
 * Starts a PostgreSQL on 127.0.0.1 and waits until it takes connections. It lives until stop(), even when the caller's
 * terminal sends ctrl-C: the caller decides.
 * @throws AlreadyRunning where another process runs the server of this data folder
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const say = options.say ?? (() => {});
  const account = serverAccount();
  const binaries = findBinaries(options.major ?? 18, account);
  const place = reachableFolder(account, resolve(options.dataDir), say);
  await takeOver(place, say);
  try {
    return await start(place, binaries, account, options, say);
  } catch (error) {
    release(place);
    throw error;
  }
}

async function start(
  place: string,
  binaries: Binaries,
  account: Account | undefined,
  options: ServerOptions,
  say: (line: string) => void,
): Promise<Server> {
  if (options.reset) clearDataFolder(place);
  const folder = openDataFolder(place, binaries, account);
  if (mendStalePidFile(folder.data)) say('the server did not stop cleanly last time; PostgreSQL recovers its data');
  const language = options.javascript === 'none' ? undefined : findLanguage(binaries, say);
  const settings = { ...baseSettings(binaries, account, language), ...options.settings };
  const { child, port } = await launch(folder, binaries, account, settings, options);
  const pid = child.pid ?? 0;
  ownServers.add(pid);

  const ended = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('exit', () => done());
  });
  void ended.then(() => ownServers.delete(pid));
  return {
    url: urlOf(folder.password, port),
    port,
    binDir: binaries.binDir,
    major: binaries.major,
    javascript: language === undefined ? 'none' : 'pljs',
    log: folder.log,
    pid,
    ended,
    async stop() {
      child.kill('SIGINT');
      // A backend that ignores the fast shutdown must not keep the caller for ever.
      const deadline = setTimeout(() => child.kill('SIGQUIT'), 15_000);
      await ended;
      clearTimeout(deadline);
      release(place);
    },
    kill9() {
      child.kill('SIGKILL');
    },
  };
}

function findBinaries(major: 18 | 'system', account: Account | undefined): Binaries {
  if (major === 'system') {
    const found = systemBinaries();
    if (found === undefined) throw new Error('this system has no PostgreSQL server of its own');
    return found;
  }
  const embedded = embeddedBinaries();
  const native = reachableCopy(account, join(embedded.binDir, '..'), `postgresql-${embedded.edition}`);
  return { ...embedded, binDir: join(native, 'bin') };
}

function findLanguage(binaries: Binaries, say: (line: string) => void): JavaScriptAnswer | undefined {
  // Only PostgreSQL 18 and newer load an extension from a folder that is not its own.
  if (binaries.major !== 18) return undefined;
  const answer = javascriptLanguage(join(dotFolder(), 'pljs'), say);
  if (!('missing' in answer)) return answer;
  say(`JavaScript language: none (${answer.missing}); everything but JavaScript hooks and actions works`);
  return undefined;
}

function baseSettings(
  binaries: Binaries,
  account: Account | undefined,
  language: JavaScriptAnswer | undefined,
): Record<string, string> {
  const settings: Record<string, string> = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  if (binaries.major < 18) return settings;
  const controls = [reachableCopy(account, join(projectRoot, 'dist')), '$system'];
  if (language !== undefined && !('missing' in language)) {
    const files = reachableCopy(account, join(language.share, '..'));
    controls.unshift(join(files, 'share'));
    settings.dynamic_library_path = `${join(files, 'lib')}:$libdir`;
  }
  settings.extension_control_path = controls.join(':');
  return settings;
}

/** A server whose starter is gone (kill -9, a closed terminal) is nobody's: it ends, and this start takes its place. */
async function takeOver(place: string, say: (line: string) => void): Promise<void> {
  const owner = claim(place);
  const running = runningPostmaster(join(place, 'data'));
  if (owner !== undefined && running === undefined) {
    throw new Error(`process ${owner} is just starting or stopping the server of ${place}: try again in a moment`);
  }
  if (running === undefined) return;
  if (owner !== undefined || ownServers.has(running.pid)) throw new AlreadyRunning(place, running);
  say('a server that was left running is stopped first');
  await stopPostmaster(running.pid);
}

async function launch(
  folder: DataFolder,
  binaries: Binaries,
  account: Account | undefined,
  settings: Record<string, string>,
  options: ServerOptions,
): Promise<{ child: ChildProcess; port: number }> {
  if (options.port && !(await isFree(options.port))) throw portTaken(options.port);
  let complaint = '';
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = options.port || (await freePort(options.firstPort));
    const log = openSync(folder.log, 'w');
    const args = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const child = spawn(join(binaries.binDir, 'postgres'), ['-D', folder.data, ...args], {
      ...spawnIdentity(account),
      cwd: folder.data,
      env: { PATH: process.env.PATH, TZ: process.env.TZ ?? 'UTC' },
      stdio: ['ignore', log, log],
      // Its own process group, so that ctrl-C in a terminal reaches the caller alone.
      detached: true,
    });
    closeSync(log);
    if (await becomesReady(child, folder.data)) return { child, port };
    complaint = readFileSync(folder.log, 'utf8').trim();
    // The port may be lost between the probe and the start, and after kill -9 the last backends take a moment to leave.
    if (/address already in use/i.test(complaint)) {
      if (options.port) throw portTaken(options.port);
    } else if (!/shared memory block|lock file .* already exists/i.test(complaint)) break;
    await sleep(200);
  }
  throw new Error(`PostgreSQL does not start:\n${complaint.split('\n').slice(-8).join('\n')}`);
}

function portTaken(port: number): Error {
  return new Error(`port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another port`);
}

async function becomesReady(child: ChildProcess, data: string): Promise<boolean> {
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  while (!failed && child.exitCode === null && child.signalCode === null) {
    const running = runningPostmaster(data);
    if (running?.pid === child.pid && running?.ready) return true;
    await sleep(15);
  }
  return false;
}

function urlOf(password: string, port: number): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}
