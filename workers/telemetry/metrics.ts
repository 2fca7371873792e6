import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Queryable } from '../delivery.ts';

/** How an attempt ended. */
export type Outcome = 'done' | 'failed' | 'dead' | 'put_back' | 'skipped';

export interface Metrics {
  readonly registry: Registry;
  readonly deliveries: Counter<'subscription' | 'outcome'>;
  readonly seconds: Histogram<'subscription'>;
  readonly lag: Histogram<'subscription'>;
  readonly running: Gauge;
  readonly relayed: Counter<'delivery'>;
  readonly compiled: Counter<'outcome'>;
  readonly takeovers: Counter;
}

const SECONDS = [0.001, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

/** Metrics of one worker. What stands in the database is asked for when it is scraped, at most every five seconds. */
export const createMetrics = (database: Queryable): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  let asked = 0;
  let counts: Promise<Counts> | undefined;
  const count = (): Promise<Counts> => {
    if (counts === undefined || Date.now() - asked > 5000) {
      asked = Date.now();
      counts = countInDatabase(database);
      counts.catch(() => {});
    }
    return counts;
  };
  const gauge = (name: string, help: string, pick: (counts: Counts) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        try {
          this.set(pick(await count()));
        } catch {
          // A server that is away has no say here; /ready tells of it.
          this.set(Number.NaN);
        }
      },
    });
  gauge('pg_ai_jobs_waiting', 'Deliveries that wait for a worker', ({ waiting }) => waiting);
  gauge('pg_ai_jobs_postponed', 'Deliveries that wait for their next attempt', ({ postponed }) => postponed);
  gauge('pg_ai_jobs_running', 'Deliveries that some worker holds', ({ running }) => running);
  gauge('pg_ai_dead_letters', 'Deliveries that were given up and not settled yet', ({ dead }) => dead);
  gauge('pg_ai_workers', 'Workers with a lease', ({ workers }) => workers);
  gauge('pg_ai_declarations_pending', 'Tables whose declarations wait for a compiler', ({ pending }) => pending);
  return {
    registry,
    deliveries: new Counter({
      name: 'pg_ai_deliveries_total',
      help: 'Attempts by how they ended',
      labelNames: ['subscription', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'pg_ai_delivery_seconds',
      help: 'How long attempts take',
      labelNames: ['subscription'],
      buckets: SECONDS,
      registers,
    }),
    lag: new Histogram({
      name: 'pg_ai_delivery_lag_seconds',
      help: "From the beginning of the mutation's transaction to the first attempt",
      labelNames: ['subscription'],
      buckets: SECONDS,
      registers,
    }),
    running: new Gauge({ name: 'pg_ai_worker_attempts', help: 'Attempts that run in this worker', registers }),
    relayed: new Counter({
      name: 'pg_ai_relayed_total',
      help: 'Events that this worker has handed on',
      labelNames: ['delivery'],
      registers,
    }),
    compiled: new Counter({
      name: 'pg_ai_compiled_total',
      help: 'Declarations that this worker has compiled',
      labelNames: ['outcome'],
      registers,
    }),
    takeovers: new Counter({
      name: 'pg_ai_takeovers_total',
      help: 'Workers that were found dead, and whose jobs were freed',
      registers,
    }),
  };
};

interface Counts {
  readonly waiting: number;
  readonly postponed: number;
  readonly running: number;
  readonly dead: number;
  readonly workers: number;
  readonly pending: number;
}

const countInDatabase = async (database: Queryable): Promise<Counts> => {
  const { rows } = await database.query<Counts & { readonly [column: string]: number }>(`
    select count(*) filter (where locked_at is null and run_at <= now())::int as waiting,
      count(*) filter (where locked_at is null and run_at > now())::int as postponed,
      count(*) filter (where locked_at is not null)::int as running,
      (select count(*) from ai.dead_letters)::int as dead,
      (select count(*) from ai_private.worker where renewed_at > clock_timestamp() - lease)::int as workers,
      (select count(*) from ai.declaration where state = 'pending')::int as pending
    from graphile_worker.jobs where task_identifier like 'pg\\_ai.%' and attempts < max_attempts`);
  const [row] = rows;
  if (row === undefined) throw new Error('no counts');
  return row;
};
