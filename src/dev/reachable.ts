import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../project.ts';
import { type Account, canEnter } from './account.ts';

/**
 * A folder that outlives a reboot and that any account can enter, one for each checkout: for what lies where the
 * server's account cannot go (under /root, say).
 */
function standInFolder(): string {
  const path = join('/var/tmp', `pg-ai-${digest(projectRoot)}`);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(path);
  // /var/tmp is everybody's: a folder that another user put there first must not feed binaries to a server.
  if (uid !== process.getuid?.() || !lstatSync(path).isDirectory() || (mode & 0o022) !== 0) {
    throw new Error(`${path} belongs to somebody else; remove it, or move the checkout to where others may read it`);
  }
  return path;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The folder itself where the account can enter it, else its stand-in. It need not exist yet. */
export function reachableFolder(account: Account | undefined, folder: string, say: (line: string) => void): string {
  let existing = folder;
  while (!existsSync(existing)) existing = join(existing, '..');
  if (canEnter(account, existing)) return folder;
  const path = join(standInFolder(), `${basename(folder)}-${digest(folder)}`);
  say(`${account?.name} cannot enter ${folder}, so the server's files are kept in ${path}`);
  return path;
}

/**
 * The folder itself where the account can enter it, else a copy of it.
 * `edition` names a version whose content never changes: it is copied once. Without it the copy is made anew.
 */
export function reachableCopy(account: Account | undefined, folder: string, edition?: string): string {
  if (!existsSync(folder) || canEnter(account, folder)) return folder;
  const target = join(standInFolder(), edition ?? basename(folder));
  if (edition !== undefined && existsSync(target)) return target;
  const fresh = `${target}.${process.pid}`;
  cpSync(folder, fresh, { recursive: true, verbatimSymlinks: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  return target;
}
