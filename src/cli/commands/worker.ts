import { type Command, Option } from 'commander';
import type { Level } from '../../../workers/telemetry/log.ts';
import { type ConnectionOptions, connectionOption } from '../connection.ts';
import { usageError } from '../errors.ts';
import { createOutput } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

export type WorkerCommandOptions = ConnectionOptions & {
  readonly handlers?: string;
  readonly relay: boolean;
  readonly run: boolean;
  readonly compile: boolean;
  readonly measure: boolean;
  readonly concurrency: number;
  readonly mostLocked?: number;
  readonly lease: number;
  readonly poll?: number;
  readonly grace: number;
  readonly http?: { readonly host: string; readonly port: number };
  readonly nats?: string;
  readonly logLevel: Level;
  readonly watch?: true;
  readonly prepare?: true;
  readonly json?: true;
};

export const register = (program: Command): void => {
  connectionOption(
    program
      .command('worker')
      .description('do what happens after commit: relay events, run handlers, compile declarations'),
  )
    .option('--handlers <path>', 'a folder of files (or one file) that register handlers')
    .option('--no-relay', 'leave it to other workers to turn events into deliveries')
    .option('--no-run', 'leave deliveries to other workers')
    .option('--no-compile', 'leave declarations that wait for a compiler to other workers')
    .option('--no-measure', 'leave counting calls, and putting back what fails after a change, to other workers')
    .option('--concurrency <number>', 'deliveries at once', wholeNumber(1), 10)
    .option('--most-locked <number>', 'how many deliveries may be locked at once (default: 1024)', wholeNumber(1))
    .option('--lease <seconds>', 'after how long a worker that gives no sign is taken for dead', wholeNumber(1), 30)
    .option('--poll <ms>', 'how often to look without a doorbell (default: 1000; 200 behind a pooler)', wholeNumber(10))
    .option('--grace <seconds>', 'how long deliveries may go on when the worker is told to stop', wholeNumber(0), 10)
    .option('--http <[host:]port>', 'answer /health, /ready, /metrics and /metrics/calls there', parseAddress)
    .addOption(
      new Option(
        '--nats <servers>',
        'where events of the delivery "broker" go, with commas between (NATS JetStream)',
      ).env('NATS_URL'),
    )
    .option('--log-level <level>', 'error, warn, info or debug', parseLevel, 'info')
    .option('--watch', 'start anew when a handler file changes')
    .option('--prepare', 'only make or update the job queue, as a role that may create schemas')
    .option('--json', 'report errors as JSON')
    .addHelpText(
      'after',
      `
Logs one JSON object a line on stdout. SIGTERM and ctrl-C stop it: what runs is finished or handed back, and a second one ends it at once.
Connect as a login that is a member of ai_worker.`,
    )
    .action(async (options: WorkerCommandOptions) => {
      // What it needs is much, and no other command needs it.
      const { runWorker } = await import('../run-worker.ts');
      await runWorker(options, createOutput(options));
    });
};

function parseAddress(text: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65535)
    throw usageError(`"${text}" is no address`, 'a port such as 9400, or 0.0.0.0:9400 to answer others, too');
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

function parseLevel(text: string): Level {
  const levels: readonly string[] = ['error', 'warn', 'info', 'debug'];
  if (!levels.includes(text)) throw usageError(`"${text}" is no log level`, levels.join(', '));
  return text as Level;
}
