import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process.ts';

/** Only one process at a time runs the server of a data folder; this file in it names that process. */
const ownerFile = (folder: string) => join(folder, 'owner');

/**
 * Claims the folder for this process.
 * @returns the process id of the owner where another process that is alive has claimed it; undefined when it is ours
 */
export function claim(folder: string): number | undefined {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    try {
      // Exclusive, so that of two starts at the same moment one alone goes on.
      writeFileSync(ownerFile(folder), processIdentity(process.pid), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = existsSync(ownerFile(folder)) ? readFileSync(ownerFile(folder), 'utf8') : '';
    const pid = Number.parseInt(owner, 10);
    if (owner !== '' && processIdentity(pid) === owner) return pid === process.pid ? undefined : pid;
    release(folder);
  }
}

export function release(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}
