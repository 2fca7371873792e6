import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Job, runTaskList, type TaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { DeliveryHandler, DeliveryKind } from '../delivery.ts';
import { queueLogger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Ahead } from './ahead.ts';
import { createTask, LeaseLost, type Shared, Stopping } from './attempt.ts';
import type { Ending } from './ending.ts';
import { Events } from './events.ts';
import { readPayload } from './job.ts';
import { type Lease, startLease } from './lease.ts';
import { Subscriptions } from './subscriptions.ts';

export interface RunnerOptions {
  /** For the queue and the runner's own statements; at least 4 connections. */
  readonly queue: pg.Pool;
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
    subscriptions: new Subscriptions(queue),
    events: new Events(queue),
    handlerOf: ({ delivery }) => deliveries[delivery],
    log,
    metrics,
    running,
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
    const pool = startPool(options, shared);
    pool.promise.catch(() => {});
    const lost = Promise.withResolvers<string>();
    let lease: Lease | undefined;
    try {
      lease = await startLease({
        database: queue,
        pool: pool.id,
        leaseMs: options.leaseMs,
        log,
        onLost: lost.resolve,
        onTakeover: (pools) => {
          metrics.takeovers.inc(pools.length);
          nudge?.(options.concurrency);
        },
      });
      takes = true;
      nudge = (jobs) => pool.nudge(jobs);
      const ended = pool.promise.then(
        () => 'the queue has ended',
        (error) => `the queue has ended: ${String(error)}`,
      );
      const why = await Promise.race([stopping.promise, lost.promise, ended]);
      takes = false;
      nudge = undefined;
      if (isStopping) await finish(pool, running, graceMs);
      else {
        log.error({ pool: pool.id }, `${why}; starting again`);
        await abandon(pool, running, why ?? '');
      }
    } finally {
      takes = false;
      nudge = undefined;
      // Where this fails, the lease runs out by itself.
      await lease?.end().catch((error) => log.warn({ err: error }, 'the lease could not be given back'));
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
    async stop(grace) {
      graceMs = grace;
      isStopping = true;
      stopping.resolve();
      await lives;
    },
  };
};

const startPool = (options: RunnerOptions, shared: Shared): WorkerPool => {
  const { queue, deliveries, handlers, concurrency, mostLocked, pollMs, preparedStatements, log } = options;
  const task = createTask(shared);
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
  events.on('localQueue:init', ({ localQueue }) => ahead.adjust(localQueue));
  events.on('localQueue:getJobs:complete', ({ jobs }: { jobs: Job[] }) => {
    ahead.locked(jobs);
    shared.events.prefetch(jobs.map((job) => readPayload(job.payload)).filter((payload) => payload !== undefined));
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
    queue,
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
  await within(LAST_MS, pool.forcefulShutdown(why)).catch(() => {});
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
