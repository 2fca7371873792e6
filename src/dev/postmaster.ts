import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, isAlive } from './process.ts';

// Beyond what any system gives out.
const numberOfNoProcess = 999_999_999;

export type Postmaster = { readonly pid: number; readonly port: number; readonly ready: boolean };

/** What PostgreSQL itself wrote about the server that runs on this data directory; undefined where none runs. */
export function runningPostmaster(data: string): Postmaster | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const [pid = '', , , port = '', , , , status = ''] = readFileSync(file, 'utf8').split('\n');
  // After a power cut or kill -9 the number may meanwhile be some other program's.
  if (!isAlive(Number(pid)) || !isPostmasterOf(Number(pid), data)) return undefined;
  return { pid: Number(pid), port: Number(port), ready: status.trim() === 'ready' };
}

/**
 * Readies the pid file of a server that is gone for the next start. PostgreSQL sees by itself that a process is no more,
 * but where another program has got the number it would refuse to start for good.
 * @returns whether there was such a file: the server did not stop cleanly
 */
export function mendStalePidFile(data: string): boolean {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file) || runningPostmaster(data) !== undefined) return false;
  // Never removed: its line about shared memory keeps a new server from starting while backends of the old one live.
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [numberOfNoProcess, ...rest].join('\n'));
  return true;
}

function isPostmasterOf(pid: number, data: string): boolean {
  return commandLine(pid).includes(data);
}

/**
 * Stops a server that this process did not start, by PostgreSQL's "fast" shutdown (SIGINT).
 * @throws where it still runs after 30 s
 */
export async function stopPostmaster(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited > 30_000) throw new Error(`the server with process id ${pid} does not stop`);
    await sleep(50);
  }
}
