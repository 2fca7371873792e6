import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Job, runTaskList, type Task, type TaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { DeliveryHandler, DeliveryKind } from '../delivery.ts';
import { discard } from '../pool.ts';
import { queueLogger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Ahead } from './ahead.ts';
import { createTask, LeaseLost, type Shared, Stopping } from './attempt.ts';
import type { Ending } from './ending.ts';
import { Events, type EventText } from './events.ts';
import { readPayload } from './job.ts';
import { type Lease, startLease } from './lease.ts';
import { mendRelease } from './local-queue.ts';
import { Subscriptions } from './subscriptions.ts';
import { Turns } from './suspect.ts';

export interface RunnerOptions {
  /** For the runner's own statements. */
  readonly queue: pg.Pool;
  /** Opens a pool for graphile-worker: each of its lives has one of its own, and ends with its first failure. */
  readonly openJobs: (onFailure: (error: unknown) => void) => pg.Pool;
  /** For handlers' statements; as many connections as there are attempts at once. */
  readonly work: pg.Pool;
  /** How to deliver, by kind of delivery; what is missing waits for a worker that knows. */
  readonly deliveries: Readonly<Partial<Record<DeliveryKind, DeliveryHandler>>>;
  /** Names of the handlers for deliveries of kind 'job'. */
  readonly handlers: readonly string[];
  /** Attempts at once. */
  readonly concurrency: number;
  /** How many jobs may be locked at once, the attempts' own included: see Ahead. */
  readonly mostLocked: number;
  readonly leaseMs: number;
  /** How long the queue rests without a doorbell. */
  readonly pollMs: number;
  /** false behind a pooler that does not know prepared statements. */
  readonly preparedStatements: boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Runner {
  /** Whether it takes jobs at present. */
  readonly takes: boolean;
  /** How many events it would like to be told of as their jobs are added. None where others get those jobs. */
  readonly wants: number;
  /** Jobs have just been added for these events, which then need not be read. */
  announce(events: readonly EventText[]): void;
  /**
   * Takes no more jobs, lets those that run finish within the time, and hands back the others.
   * @param graceMs how long attempts may go on before their signal is aborted
   */
  stop(graceMs: number): Promise<void>;
}

/** How long an attempt has after its signal was aborted. What is still there then is left to the lease. */
const LAST_MS = 5000;

export const startRunner = (options: RunnerOptions): Runner => {
  const { queue, work, deliveries, log, metrics } = options;
  const running = new Set<Ending>();
  let nudge: ((jobs: number) => void) | undefined;
  const shared: Shared = {
    queue,
    work,
    answerMs: options.leaseMs,
    subscriptions: new Subscriptions(queue),
    events: new Events(queue, options.preparedStatements),
    handlerOf: ({ delivery }) => deliveries[delivery],
    log,
    metrics,
    running,
    suspects: new Turns(),
    due: (inMs) => {
      // Later ones are found by polling.
      if (inMs < options.pollMs) setTimeout(() => nudge?.(1), inMs + 2).unref();
    },
  };
  const stopping = Promise.withResolvers<void>();
  let isStopping = false;
  let takes = false;
  let graceMs = 0;

  /** One life of the pool under one name. Ends when it is stopped, has lost its lease, or has given up because of its connections. */
  const live = async (): Promise<void> => {
    const lost = Promise.withResolvers<string>();
    let isOver = false;
    const end = (why: string): void => {
      isOver = true;
      lost.resolve(why);
    };
    // What graphile-worker could not be answered it takes for not done: jobs that it has locked and does not know of would stay locked, and where it could not
    // write how jobs have ended it throws where nobody catches. So it hears nothing of failures; this life of it is over, and all that it held is free.
    const jobs = options.openJobs((error) => {
      if (!isOver && !isStopping) log.warn({ err: error }, 'a statement of the queue has failed');
      end('the queue cannot be reached');
    });
    const attempt = createTask(shared);
    const pool = startPool(options, jobs, {
      shared,
      task: async (payload, helpers) => {
        await attempt(payload, helpers);
        // There is nobody left whom it could concern.
        if (isOver) await new Promise(() => {});
      },
    });
    pool.promise.catch(() => {});
    let lease: Lease | undefined;
    try {
      lease = await startLease({
        database: queue,
        pool: pool.id,
        leaseMs: options.leaseMs,
        log,
        onLost: end,
        onTakeover: (pools) => {
          metrics.takeovers.inc(pools.length);
          nudge?.(options.concurrency);
        },
      });
      takes = true;
      nudge = (jobs) => pool.nudge(jobs);
      pool.promise.then(
        () => end('the queue has ended'),
        (error) => end(`the queue has ended: ${String(error)}`),
      );
      const why = await Promise.race([stopping.promise, lost.promise]);
      takes = false;
      nudge = undefined;
      if (isStopping) await finish(pool, running, graceMs);
      else {
        log.warn({ pool: pool.id }, `${why}; starting again`);
        await abandon(pool, running, why ?? '');
      }
    } catch (error) {
      end(String(error));
      await abandon(pool, running, String(error));
      throw error;
    } finally {
      takes = false;
      nudge = undefined;
      // Where this fails, the lease runs out by itself.
      await lease?.end().catch((error) => log.warn({ err: error }, 'the lease could not be given back'));
      discard(jobs);
    }
  };

  const lives = (async () => {
    for (let failures = 0; !isStopping; failures++) {
      const startedAt = performance.now();
      try {
        await live();
      } catch (error) {
        log.error({ err: error }, 'the runner could not start; trying again');
      }
      if (performance.now() - startedAt > 60_000) failures = 0;
      if (!isStopping) await Promise.race([stopping.promise, delay(Math.min(10_000, 200 * 2 ** failures))]);
    }
  })();

  return {
    get takes() {
      return takes;
    },
    get wants() {
      return takes ? shared.events.room : 0;
    },
    announce(events) {
      shared.events.announce(events);
    },
    async stop(grace) {
      graceMs = grace;
      isStopping = true;
      stopping.resolve();
      await lives;
    },
  };
};

const startPool = (
  options: RunnerOptions,
  jobs: pg.Pool,
  life: { readonly shared: Shared; readonly task: Task },
): WorkerPool => {
  const { shared, task } = life;
  const { deliveries, handlers, concurrency, mostLocked, pollMs, preparedStatements, log } = options;
  // 'pg_ai.job' without a name is a hook of the database's own, which any worker runs.
  const kinds = Object.keys(deliveries);
  const tasks: TaskList = Object.fromEntries(
    [...kinds.map((kind) => `pg_ai.${kind}`), ...handlers.map((name) => `pg_ai.job:${name}`)].map((name) => [
      name,
      task,
    ]),
  );
  const events = new EventEmitter() as WorkerEvents;
  const ahead = new Ahead(concurrency, mostLocked);
  events.on('localQueue:init', ({ localQueue }) => {
    ahead.adjust(localQueue);
    mendRelease(localQueue, log);
  });
  events.on('localQueue:getJobs:complete', ({ jobs: locked }: { jobs: Job[] }) => {
    ahead.locked(locked);
    shared.events.prefetch(locked.map((job) => readPayload(job.payload)).filter((payload) => payload !== undefined));
  });
  return runTaskList(
    {
      noHandleSignals: true,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: pollMs,
          preparedStatements,
          logger: queueLogger(log),
          events,
          localQueue: { size: ahead.size, ttl: 30_000 },
          completeJobBatchDelay: 5,
          failJobBatchDelay: 5,
        },
      },
    },
    tasks,
    jobs,
  );
};

const abortAll = (running: ReadonlySet<Ending>, reason: Error): void => {
  for (const controller of running) controller.abort(reason);
};

const finish = async (pool: WorkerPool, running: ReadonlySet<Ending>, graceMs: number): Promise<void> => {
  const patience = setTimeout(() => abortAll(running, new Stopping('the worker stops')), graceMs);
  try {
    await within(graceMs + LAST_MS, pool.gracefulShutdown('the worker stops'));
  } catch {
    await within(LAST_MS, pool.forcefulShutdown('the worker stops')).catch(() => {});
  } finally {
    clearTimeout(patience);
  }
};

const abandon = async (pool: WorkerPool, running: ReadonlySet<Ending>, why: string): Promise<void> => {
  abortAll(running, new LeaseLost(why));
  // Its end may take long or not come at all. What it still holds is freed with the lease.
  Promise.resolve(pool.forcefulShutdown(why)).catch(() => {});
  for (let waited = 0; running.size > 0 && waited < 1000; waited += 20) await delay(20);
};

const within = async (ms: number, work: unknown): Promise<void> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('too late')), ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
