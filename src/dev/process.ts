import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from a later one that got the same number. Empty where there is no such process. */
export function processIdentity(pid: number): string {
  if (!isAlive(pid)) return '';
  const stat = `/proc/${pid}/stat`;
  // The 22nd field is the time of its start; the second, in parentheses, may hold anything.
  if (existsSync(stat))
    return `${pid} ${
      readFileSync(stat, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19]
    }`;
  return `${pid} ${ps(pid, 'lstart=')}`;
}

export function commandLine(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : ps(pid, 'args=');
}

function ps(pid: number, column: string): string {
  return (spawnSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8' }).stdout ?? '').trim();
}
