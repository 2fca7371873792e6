import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { HandlersUnusable, loadHandlers } from '../../workers/handlers.ts';
import { createPool } from '../../workers/pool.ts';
import { createJetStreamBroker } from '../../workers/relay/jetstream.ts';
import { prepareQueue, QueueMissing } from '../../workers/runner/queue.ts';
import { createLog } from '../../workers/telemetry/log.ts';
import { startWorker, WorkerUnusable } from '../../workers/worker.ts';
import { isCheckout, projectRoot } from '../project.ts';
import type { WorkerCommandOptions } from './commands/worker.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { CliError, usageError } from './errors.ts';
import type { Output } from './output.ts';

/** What `pg-ai worker` does. */
export async function runWorker(options: WorkerCommandOptions, output: Output): Promise<void> {
  if (options.prepare) return prepare(options, output);
  if (options.watch) return supervise(options, output);
  const log = createLog(options.logLevel);
  // From here on: what comes while it starts counts, too.
  const stopAsked = stopSignal();
  // What a handler has not awaited must not take the deliveries of others along.
  process.on('unhandledRejection', (reason) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    log.error({ err: error }, 'a promise was rejected that nobody awaits: await what handlers start');
  });
  const broken = new Promise<Error>((done) => {
    process.once('uncaughtException', (error) => done(error));
  });
  const handlers = options.handlers === undefined ? [] : await loadHandlers(options.handlers, ENTRY).catch(explain);
  const connection = await reachable(options);
  const running = await startWorker({
    connection,
    handlers,
    relay: options.relay,
    run: options.run,
    compile: options.compile,
    measure: options.measure,
    concurrency: options.concurrency,
    leaseMs: options.lease * 1000,
    log,
    ...(options.mostLocked === undefined ? {} : { mostLocked: options.mostLocked }),
    ...(options.poll === undefined ? {} : { pollMs: options.poll }),
    ...(options.http === undefined ? {} : { http: options.http }),
    ...(options.nats === undefined ? {} : { broker: createJetStreamBroker({ servers: options.nats.split(',') }) }),
  }).catch(explain);
  log.info({ handlers: handlers.map(({ name }) => name), url: running.url }, 'the worker runs');
  const why = await Promise.race([stopAsked, running.failed, broken]);
  if (why instanceof Error) log.error({ err: why }, why.message);
  else log.info({ signal: why }, 'the worker stops');
  // Whoever asks twice does not want to wait.
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
  await running.stop(options.grace * 1000);
  log.info('the worker has stopped');
  if (why instanceof Error) throw explained(why);
  // A handler that did not heed its signal must not keep the process.
  process.exit(0);
}

/** What handlers mean by 'pg-ai'. */
const ENTRY = pathToFileURL(join(projectRoot, isCheckout ? 'workers/index.ts' : 'dist/cli/workers.js'));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((done) => {
    for (const signal of SIGNALS) process.once(signal, () => done(signal));
  });

/** Finds out, with the usual explanations, whether the database can be reached. */
async function reachable(options: ConnectionOptions): Promise<pg.ClientConfig> {
  const client = await connect(options);
  await client.end();
  const url = options.url ?? process.env.DATABASE_URL;
  return url === undefined ? {} : { connectionString: url };
}

async function prepare(options: WorkerCommandOptions, output: Output): Promise<void> {
  const connection = await reachable(options);
  const pool = createPool({ connection, max: 2, applicationName: 'pg-ai worker' });
  try {
    await prepareQueue(pool, createLog('warn')).catch(explain);
  } finally {
    await pool.end();
  }
  output.data({ prepared: true });
  output.line('the job queue is there: schema graphile_worker');
}

/** How often files are looked at, and after which quiet they count as written: an editor writes more than once. */
const LOOK_MS = 300;

/** Which files there are, and when they were written. Not fs.watch, which loses sight of what an editor has put in a file's place. */
const filesIn = (path: string): string => {
  const state = (file: string): string => {
    const found = statSync(file, { throwIfNoEntry: false });
    return `${file} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
  };
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return state(path);
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.split(sep).includes('node_modules'))
    .map((name) => state(join(path, name)))
    .join('\n');
};

/** Runs the worker as a child, and another one after each change of its files: nothing of the old code stays. */
async function supervise(options: WorkerCommandOptions, output: Output): Promise<void> {
  if (options.handlers === undefined) throw usageError('--watch without --handlers', 'name the folder to watch');
  const folder = resolve(options.handlers);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined)
    throw usageError(`there is no ${options.handlers}`, 'name the folder that holds the handlers');
  const args = process.argv.slice(1).filter((argument) => argument !== '--watch');
  let changed = Promise.withResolvers<'changed'>();
  let started = filesIn(folder);
  let last = started;
  const watcher = setInterval(() => {
    const now = filesIn(folder);
    if (now !== started && now === last) {
      started = now;
      changed.resolve('changed');
    }
    last = now;
  }, LOOK_MS);
  const stopAsked = stopSignal();
  try {
    for (;;) {
      changed = Promise.withResolvers();
      const child = spawn(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit' });
      const ended = new Promise<'ended'>((done) => child.once('exit', () => done('ended')));
      const why = await Promise.race([stopAsked, changed.promise, ended]);
      if (why === 'ended') {
        output.progress('the worker has ended; it starts again when a handler file changes');
        if ((await Promise.race([stopAsked, changed.promise])) !== 'changed') return;
      } else {
        child.kill('SIGTERM');
        await ended;
        if (why !== 'changed') return;
      }
      output.progress('handlers have changed');
    }
  } finally {
    clearInterval(watcher);
  }
}

function explain(error: unknown): never {
  throw explained(error);
}

function explained(error: unknown): unknown {
  if (error instanceof WorkerUnusable || error instanceof QueueMissing)
    return new CliError(error.message, { hint: error.hint, cause: error });
  if (error instanceof HandlersUnusable) return new CliError(error.message, { cause: error });
  return error;
}
