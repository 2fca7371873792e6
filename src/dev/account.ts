import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** PostgreSQL refuses to run as root, so root lends it an account that is on every system already. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/** The account to run the server under; undefined where the present user will do. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readAccounts();
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (account === undefined) {
    throw new Error('PostgreSQL does not run as root, and this system has neither a "postgres" nor a "nobody" user');
  }
  return account;
}

function readAccounts(): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid, gid] = line.split(':');
    if (name !== '' && Number(uid) > 0) accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}

export function spawnIdentity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Whether the account may enter the folder. Asked of the system itself, so that ACLs and mount options count. */
export function canEnter(account: Account | undefined, folder: string): boolean {
  if (account === undefined) return true;
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], {
    ...spawnIdentity(account),
    cwd: '/',
    stdio: 'ignore',
  });
  return probe.status === 0;
}

/** Makes the folder, private to the account. */
export function makePrivateFolder(account: Account | undefined, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveTo(account, folder);
}

export function giveTo(account: Account | undefined, path: string): void {
  if (account === undefined) return;
  chownSync(path, account.uid, account.gid);
  if (lstatSync(path).isDirectory()) for (const entry of readdirSync(path)) giveTo(account, join(path, entry));
}
