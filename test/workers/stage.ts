import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { EventRegistry, type RunningWorker, startWorker, type WorkerOptions } from '../../workers/index.ts';
import type { Registered } from '../../workers/registry.ts';
import type { TestDatabase } from '../support/database.ts';

type Log = { readonly level: string; readonly msg: string; readonly [field: string]: unknown };

export interface Stage {
  /** The database for a login that is a member of ai_worker and of nothing else. */
  readonly url: string;
  /** Starts a worker in this process, under that login; the test file ends it. */
  start(options?: Partial<WorkerOptions>): Promise<RunningWorker>;
  /** What workers have logged. */
  readonly logs: Log[];
  readonly log: Logger;
  /** Relays all events that there are, as a worker's relay does. */
  relay(): Promise<void>;
  /** Waits until nothing is left of a subscription's jobs. */
  settled(subscription: string): Promise<void>;
}

/** Workers on a test database. */
export function useWorkers(database: TestDatabase): Stage {
  const logs: Log[] = [];
  const log = pino(
    { level: 'debug', formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => logs.push(JSON.parse(line)) },
  );
  const running: RunningWorker[] = [];
  const role = (): string => `${database.name}_worker`;
  let url = '';
  beforeAll(async () => {
    // The first worker is the database owner's: making the schema of the queue takes more than ai_worker may.
    const first = await startWorker({
      connection: { connectionString: database.url },
      handlers: [],
      deliveries: {},
      log,
    });
    await first.stop();
    await database.query(`create role ${role()} login password 'only-for-tests'; grant ai_worker to ${role()}`);
    const asWorker = new URL(database.url);
    asWorker.username = role();
    asWorker.password = 'only-for-tests';
    url = asWorker.href;
  });
  afterAll(async () => {
    for (const worker of running) await worker.stop(0);
    await database.query(`drop role ${role()}`);
  });
  return {
    get url() {
      return url;
    },
    logs,
    log,
    async start(options = {}) {
      const worker = await startWorker({ connection: { connectionString: url }, pollMs: 100, log, ...options });
      running.push(worker);
      return worker;
    },
    async relay() {
      for (;;) {
        const [round] = await database.query<{ looked_at: string }>('select looked_at from ai_private.relay_jobs()');
        if (round?.looked_at === '0') return;
      }
    },
    settled: (subscription) =>
      until(async () => {
        const [left] = await database.query<{ jobs: number }>(
          `select count(*)::int as jobs from graphile_worker._private_jobs where payload ->> 'subscription' = $1`,
          [subscription],
        );
        return left?.jobs === 0;
      }),
  };
}

/** Waits for the condition, as long as the test may take. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await delay(20);
}

/** What is registered meanwhile. */
export function handlersOf(register: (registry: typeof EventRegistry) => void): readonly Registered[] {
  EventRegistry.clear();
  register(EventRegistry);
  const all = EventRegistry.all;
  EventRegistry.clear();
  return all;
}
