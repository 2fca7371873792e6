import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../src/project.ts';

export type CliResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type CliOptions = {
  /** Added to a minimal environment: nothing of the developer's own DATABASE_URL or PG* variables gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Default: this Node and the checkout's main.ts. */
  readonly command?: readonly string[];
};

/** Runs `pg-ai …` to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const running = startCli(args, options);
  const code = await running.exit;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

export type RunningCli = {
  readonly child: ChildProcess;
  /** The exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>;
  stdout(): string;
  stderr(): string;
  /** Waits until stdout holds the text. @throws where the process ends without it */
  says(text: string): Promise<void>;
};

/** Starts `pg-ai …` and leaves it running. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const [program = '', ...first] = options.command ?? [process.execPath, join(projectRoot, 'src/cli/main.ts')];
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, [...first, ...args], {
    cwd: options.cwd ?? projectRoot,
    env: { PATH, HOME, TZ: 'UTC', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exit,
    stdout: () => stdout,
    stderr: () => stderr,
    async says(text) {
      const ended = exit.then((code) => {
        if (!stdout.includes(text)) throw new Error(`ended with ${code} without saying "${text}": ${stdout}${stderr}`);
      });
      while (!stdout.includes(text)) {
        await Promise.race([ended, once(child.stdout, 'data')]);
      }
    },
  };
}
