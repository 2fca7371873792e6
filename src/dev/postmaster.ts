import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './data-folder.ts';

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
 * Removes a pid file whose server is gone. PostgreSQL does that by itself unless another program has got the number,
 * where it would refuse to start for good.
 */
export function removeStalePidFile(data: string): boolean {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file) || runningPostmaster(data) !== undefined) return false;
  rmSync(file, { force: true });
  return true;
}

function isPostmasterOf(pid: number, data: string): boolean {
  return commandLine(pid).includes(data);
}

function commandLine(pid: number): string {
  const proc = `/proc/${pid}/cmdline`;
  if (existsSync(proc)) return readFileSync(proc, 'utf8').replaceAll('\0', ' ');
  return spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).stdout ?? '';
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
