import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, giveTo, makePrivateFolder, spawnIdentity } from './account.ts';
import type { Binaries } from './binaries.ts';
import { isAlive } from './process.ts';

/** What one server keeps: `<folder>/data` is PostgreSQL's, the rest is ours. */
export type DataFolder = {
  readonly data: string;
  readonly log: string;
  readonly password: string;
};

/** Opens the folder, making a new cluster where there is none yet. */
export function openDataFolder(folder: string, binaries: Binaries, account: Account | undefined): DataFolder {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const log = join(folder, 'server.log');
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);

  const version = join(data, 'PG_VERSION');
  if (existsSync(version)) {
    const found = Number.parseInt(readFileSync(version, 'utf8'), 10);
    if (found !== binaries.major) {
      throw new Error(
        `${data} belongs to PostgreSQL ${found} and this is PostgreSQL ${binaries.major}: dump it with the old one, or start over`,
      );
    }
    return { data, log, password: readPassword(folder) };
  }
  if (existsSync(data) && readdirSync(data).length > 0) {
    throw new Error(`${data} is not empty and holds no PostgreSQL cluster: choose another folder`);
  }

  const password = randomBytes(18).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // Made beside its place and then renamed, so that an interrupted initdb never looks like a cluster.
  const fresh = join(folder, `initialising-${process.pid}`);
  makePrivateFolder(account, fresh);
  initialise(fresh, password, binaries, account);
  rmSync(data, { recursive: true, force: true });
  renameSync(fresh, data);
  return { data, log, password };
}

function initialise(target: string, password: string, binaries: Binaries, account: Account | undefined): void {
  const passwordFile = `${target}-password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(account, passwordFile);
  // The built-in locale (PostgreSQL 17 and newer) sorts and folds the same on every system.
  const locale =
    binaries.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : [process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
  const args = ['-D', target, '-U', 'postgres', '-E', 'UTF8', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    const run = spawnSync(join(binaries.binDir, 'initdb'), [...args, '--no-instructions', '--no-sync', ...locale], {
      ...spawnIdentity(account),
      cwd: target,
      env: { PATH: process.env.PATH, TZ: process.env.TZ ?? 'UTC' },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`initdb failed: ${run.stderr?.trim() || run.error?.message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

export function readPassword(folder: string): string {
  return readFileSync(join(folder, 'password'), 'utf8');
}

/** Removes what openDataFolder made, and nothing that somebody else keeps in the same folder. */
export function clearDataFolder(folder: string): void {
  for (const name of ['data', 'password', 'server.log']) rmSync(join(folder, name), { recursive: true, force: true });
}

function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^initialising-(\d+)/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
