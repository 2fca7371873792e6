import { join } from 'node:path';
import type { Command } from 'commander';
import pg from 'pg';
import { AlreadyRunning, type Server, startServer } from '../../dev/server.ts';
import { install } from '../../install/install.ts';
import { dotFolder } from '../../project.ts';
import { CliError, usageError } from '../errors.ts';
import { createOutput, type Output, paint } from '../output.ts';

type Options = {
  readonly port?: number;
  readonly dataDir: string;
  readonly reset?: true;
  readonly javascript: boolean;
  readonly json?: true;
};

// Beside PostgreSQL's own 5432, so that a server of the system is not in the way.
const firstPort = 54320;

export const register = (program: Command): void => {
  program
    .command('dev')
    .description('start an embedded PostgreSQL with pg_ai installed; ctrl-C stops it')
    .option('--port <number>', `the port to listen on (default: the first free one from ${firstPort} on)`, parsePort)
    .option('--data-dir <folder>', 'where the data is kept', join(dotFolder(), 'dev'))
    .option('--reset', 'start over with an empty database')
    .option('--no-javascript', 'without a JavaScript language in the database')
    .option('--json', 'say where it runs as JSON')
    .action(dev);
};

async function dev(options: Options): Promise<void> {
  const output = createOutput(options);
  // From here on: a ctrl-C while the server is still starting must not leave it behind.
  const stopAsked = stopSignal();
  let server: Server;
  try {
    server = await startServer({
      dataDir: options.dataDir,
      port: options.port,
      firstPort,
      reset: options.reset === true,
      javascript: options.javascript ? 'auto' : 'none',
      say: output.progress,
    });
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw new CliError(messageOf(error), { cause: error });
    sayAlreadyRunning(error, options, output);
    return;
  }
  try {
    await installInto(server, options);
    sayRunning(server, output);
    const why = await Promise.race([stopAsked, server.ended.then(() => 'ended' as const)]);
    if (why === 'ended') throw new CliError('the server ended by itself', { hint: `see ${server.log}` });
    output.progress('stopping');
  } finally {
    await server.stop();
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}

async function installInto(server: Server, options: Options): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    await install(client, { javascript: options.javascript ? 'auto' : 'none' });
  } finally {
    await client.end();
  }
}

function sayRunning(server: Server, output: Output): void {
  output.data({ url: server.url, port: server.port, pid: server.pid, javascript: server.javascript, running: true });
  output.line(`PostgreSQL ${server.major} with pg_ai, JavaScript: ${server.javascript}`);
  output.line();
  output.line(`  ${paint('bold', server.url)}`);
  output.line(`  psql '${server.url}'`);
  output.line();
  output.line('ctrl-C stops it; the data stays.');
}

function sayAlreadyRunning(running: AlreadyRunning, options: Options, output: Output): void {
  if (options.reset) {
    throw new CliError(`it runs already (process ${running.pid})`, { hint: 'stop it first, then --reset starts over' });
  }
  const { url, pid } = running;
  output.data({ url, port: Number(new URL(url).port), pid, running: true, alreadyRunning: true });
  output.line(`It runs already (process ${pid}):`);
  output.line();
  output.line(`  ${paint('bold', url)}`);
  output.line(`  psql '${url}'`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw usageError(`"${text}" is no port`, 'a port is a number from 1 to 65535');
  }
  return port;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
