import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { findInstallation } from '../src/install/installed.ts';
import { projectVersion } from '../src/project.ts';
import { type CompileService, startCompileService } from './compile.ts';
import type { DeliveryHandler, DeliveryKind } from './delivery.ts';
import { type EmailConfig, emailConfigFrom } from './email/config.ts';
import { createEmailDelivery } from './email/deliver.ts';
import { createHandlerDelivery } from './handler-delivery.ts';
import { createHookDelivery } from './hook-delivery.ts';
import { type Http, type Problem, startHttp } from './http.ts';
import { createListener } from './listen.ts';
import { startMeasuring } from './measure.ts';
import { createPool } from './pool.ts';
import { EventRegistry, type Registered } from './registry.ts';
import type { Broker } from './relay/pump.ts';
import { type Relay, startRelay } from './relay/relay.ts';
import { prepareQueue } from './runner/queue.ts';
import { type Runner, startRunner } from './runner/runner.ts';
import { syncSubscriptions } from './sync.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createWebhookDelivery } from './webhook/deliver.ts';

export interface WorkerOptions {
  /** The database, as pg takes it; as a login that is a member of ai_worker. */
  readonly connection: pg.ClientConfig;
  /** Default: all that EventRegistry knows. */
  readonly handlers?: readonly Registered[];
  /** The other ways to deliver, by kind. Default: email and webhook, as the environment configures them. */
  readonly deliveries?: Readonly<Partial<Record<Exclude<DeliveryKind, 'job'>, DeliveryHandler>>>;
  /** Where events of the delivery broker go. Default: nowhere, they wait for a worker that knows. */
  readonly broker?: Broker;
  /** What this worker does. Default: all of it. */
  readonly relay?: boolean;
  readonly run?: boolean;
  readonly compile?: boolean;
  readonly measure?: boolean;
  /** Attempts at once. Default 10. */
  readonly concurrency?: number;
  /** How many jobs one worker may lock at once; how many it does depends on how fast they are. Default 1024. */
  readonly mostLocked?: number;
  /** How long a worker that has died keeps its jobs. Default 30,000. */
  readonly leaseMs?: number;
  /** How often the queue is looked at without a doorbell. Default 1000, and 200 where LISTEN does not work. */
  readonly pollMs?: number;
  /** Where /health, /ready and /metrics are. Default: nowhere. */
  readonly http?: { readonly host: string; readonly port: number };
  readonly log?: Logger;
}

export interface RunningWorker {
  /** Of /health, /ready and /metrics. */
  readonly url: string | undefined;
  /** Why it cannot do its work at present; undefined where it can. */
  unready(): Promise<string | undefined>;
  /** Settles when the worker stops by itself, because going on would do harm. */
  readonly failed: Promise<WorkerUnusable>;
  /**
   * Finishes what runs, hands back what does not end within the time, and disconnects.
   * @param graceMs default 10,000
   */
  stop(graceMs?: number): Promise<void>;
}

/** This worker and this database do not go together; says what to do. */
export class WorkerUnusable extends Error {
  override readonly name = 'WorkerUnusable';
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** How often it is looked whether the database still is of this version, and for tables of handlers that were not there. */
const WATCH_MS = 10_000;

/**
 * Starts a worker in this process.
 * @throws WorkerUnusable, QueueMissing, pg.DatabaseError; after the start, connections may come and go
 */
export const startWorker = async (options: WorkerOptions): Promise<RunningWorker> => {
  const { connection, concurrency = 10, leaseMs = 30_000, log = createLog('info') } = options;
  const handlers = options.handlers ?? EventRegistry.all;
  const { deliveries: others = usualDeliveries(log) } = options;
  const runs = options.run !== false;
  const queue = createPool({ connection, max: 4, applicationName: 'pg-ai worker', answerMs: leaseMs });
  const work = createPool({ connection, max: concurrency, applicationName: 'pg-ai handlers' });
  const ends: (() => Promise<unknown>)[] = [() => work.end(), () => queue.end()];
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse())
      await one().catch((error) => log.warn({ err: error }, 'while stopping'));
  };
  try {
    await requireThisDatabase(queue);
    const pooled = await sharesSessions(connection);
    if (runs || options.relay !== false) await prepareQueue(queue, log);
    const metrics = createMetrics(queue);
    // First, so that it goes last: who watches a worker hears of its stopping.
    let stopping = false;
    let runner: Runner | undefined;
    let relay: Relay | undefined;
    let isStarting = true;
    const unready = async (): Promise<string | undefined> => {
      if (stopping) return 'it stops';
      if (isStarting) return 'it starts';
      if (runner?.takes === false) return 'the runner has no lease yet';
      const answered = await Promise.race([
        queue.query('select 1').then(
          () => true,
          () => false,
        ),
        delay(2000, false, { ref: false }),
      ]);
      if (!answered) return 'the database does not answer';
      if (relay?.state === 'failing') return `events cannot be handed on: ${relay.problem}`;
      return undefined;
    };
    // Whose events are not handed on, or slowly: nothing that another worker would do better.
    const problems = async (): Promise<Problem[]> =>
      (
        await queue.query<Problem>(
          `select about, name, problem from ai.status() where about = 'subscription' and state <> 'paused' and problem is not null`,
        )
      ).rows;
    let http: Http | undefined;
    if (options.http !== undefined) {
      const calls = async (): Promise<string> =>
        (await queue.query<{ text: string }>('select ai.metrics_prometheus() as text')).rows[0]?.text ?? '';
      http = await startHttp({ ...options.http, metrics: metrics.registry, calls, unready, problems });
      ends.push(() => http?.close() ?? Promise.resolve());
    }
    const listener = createListener({
      connection,
      notify: (channel, payload) => queue.query('select pg_notify($1, $2)', [channel, payload]),
      log,
    });
    ends.push(() => listener.close());

    const missing = await sync(queue, handlers, log);
    const failed = Promise.withResolvers<WorkerUnusable>();
    const watch = setInterval(() => {
      void requireThisDatabase(queue)
        .then(() =>
          missing.size === 0
            ? undefined
            : sync(
                queue,
                handlers.filter(({ name }) => missing.has(name)),
                log,
                missing,
              ),
        )
        .catch((error) => {
          if (error instanceof WorkerUnusable) failed.resolve(error);
        });
    }, WATCH_MS);
    ends.push(async () => clearInterval(watch));

    let compiler: CompileService | undefined;
    if (options.compile !== false) {
      compiler = startCompileService({ pool: queue, listener, log, metrics });
      ends.push(() => compiler?.stop() ?? Promise.resolve());
    }
    if (options.measure !== false) {
      const measuring = startMeasuring({ pool: queue, log });
      ends.push(() => measuring.stop());
    }
    let graceMs = 10_000;
    if (runs) {
      const handlerDelivery = createHandlerDelivery(handlers, queue);
      const hookDelivery = createHookDelivery();
      const job: DeliveryHandler = {
        deliver: (delivery, context) =>
          (delivery.subscription.settings.hook === undefined ? handlerDelivery : hookDelivery).deliver(
            delivery,
            context,
          ),
      };
      const deliveries = { ...others, job };
      runner = startRunner({
        queue,
        openJobs: (onFailure) =>
          createPool({ connection, max: 5, applicationName: 'pg-ai queue', answerMs: leaseMs, onFailure }),
        work,
        deliveries,
        handlers: handlerDelivery.names,
        concurrency,
        mostLocked: options.mostLocked ?? 1024,
        leaseMs,
        pollMs: options.pollMs ?? (pooled ? 200 : 1000),
        preparedStatements: !pooled,
        log,
        metrics,
      });
      ends.push(async () => {
        await runner?.stop(graceMs);
        for (const delivery of Object.values(deliveries)) await delivery.close?.();
      });
    }
    if (options.relay !== false) {
      const relays = createPool({ connection, max: 3, applicationName: 'pg-ai relay', answerMs: leaseMs });
      const started = startRelay({
        pool: relays,
        listener,
        log,
        ...(options.broker === undefined ? {} : { broker: options.broker }),
        tell: () => runner?.wants ?? 0,
        onRound({ delivery, events, told = [] }) {
          metrics.relayed.inc({ delivery }, events);
          runner?.announce(told);
        },
      });
      relay = started;
      // First of all: what is handed on meanwhile is done by those who stay.
      ends.push(async () => {
        await started.stop();
        await relays.end();
        await options.broker?.close();
      });
    }
    isStarting = false;
    return {
      url: http?.url,
      unready,
      failed: failed.promise,
      async stop(grace = 10_000) {
        stopping = true;
        graceMs = grace;
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
};

/** A worker that does not know where to send mails takes none, so that one that knows gets them at once. */
const usualDeliveries = (log: Logger): NonNullable<WorkerOptions['deliveries']> => {
  let config: EmailConfig | undefined;
  try {
    config = emailConfigFrom(process.env);
  } catch (error) {
    const hint = 'mend PG_AI_EMAIL_URL or PG_AI_EMAIL_FROM, or unset both to leave mails to other workers';
    throw new WorkerUnusable(error instanceof Error ? error.message : String(error), hint, { cause: error });
  }
  if (config === undefined)
    log.info('PG_AI_EMAIL_URL is not set: mails are left to workers that know where to send them');
  return {
    ...(config === undefined ? {} : { email: createEmailDelivery({ config }) }),
    webhook: createWebhookDelivery(),
  };
};

/** @throws WorkerUnusable where pg_ai is not there, or of another version */
const requireThisDatabase = async (pool: pg.Pool): Promise<void> => {
  const client = await pool.connect();
  try {
    const installed = await findInstallation(client as unknown as pg.Client);
    if (installed === undefined)
      throw new WorkerUnusable('pg_ai is not installed in this database', 'pg-ai install puts it there');
    if (installed.version === projectVersion) return;
    const isNewer = installed.version.localeCompare(projectVersion, 'en', { numeric: true }) > 0;
    throw new WorkerUnusable(
      `the database holds pg_ai ${installed.version}, and this worker is ${projectVersion}`,
      isNewer
        ? `start the workers of pg-ai ${installed.version}; an older one could not keep the promises of the newer tables`
        : 'bring the database to this version: pg-ai upgrade',
    );
  } finally {
    client.release();
  }
};

/** Whether a pooler stands between that gives each transaction another session: then prepared statements are not to be relied on. */
const sharesSessions = async (connection: pg.ClientConfig): Promise<boolean> => {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    // A pooler makes up a process of its own for cancel requests.
    return rows[0]?.pid !== (client as unknown as { processID: number }).processID;
  } finally {
    await client.end();
  }
};

/** @returns the names of handlers whose tables are not there yet */
const sync = async (
  pool: pg.Pool,
  handlers: readonly Registered[],
  log: Logger,
  missing = new Set<string>(),
): Promise<Set<string>> => {
  const { written, unknown } = await syncSubscriptions(pool, handlers);
  for (const name of written) log.info({ subscription: name }, 'the subscription follows its handler');
  for (const { name, entity, known } of unknown)
    if (!missing.has(name))
      log.warn({ handler: name, entity, known }, `no declared table goes by "${entity}"; it is looked for again`);
  missing.clear();
  for (const { name } of unknown) missing.add(name);
  return missing;
};
