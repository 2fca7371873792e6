import type { Backoff, Queryable, Subscription } from '../delivery.ts';
import { DEFAULT_BACKOFF } from './backoff.ts';

/** A subscription, and whether it is paused just now. */
export interface CurrentSubscription extends Subscription {
  readonly paused: boolean;
}

interface Row {
  readonly name: string;
  readonly delivery: Subscription['delivery'];
  readonly settings: Record<string, unknown>;
  readonly ordered: boolean;
  readonly paused: boolean;
  readonly max_attempts: number;
  readonly backoff: Partial<Backoff>;
  readonly timeout_ms: number;
  readonly batch_size: number;
}

/** The rows of ai.subscriptions, read at most once a second however many jobs there are. */
export class Subscriptions {
  readonly #database: Queryable;
  readonly #maxAgeMs: number;
  #readAt = Number.NEGATIVE_INFINITY;
  #known: ReadonlyMap<string, CurrentSubscription> = new Map();
  #reading: Promise<ReadonlyMap<string, CurrentSubscription>> | undefined;

  constructor(database: Queryable, maxAgeMs = 1000) {
    this.#database = database;
    this.#maxAgeMs = maxAgeMs;
  }

  /** What is known and fresh. */
  peek(name: string): CurrentSubscription | undefined {
    return performance.now() - this.#readAt < this.#maxAgeMs ? this.#known.get(name) : undefined;
  }

  /** @returns undefined where there is none of this name any more */
  async get(name: string): Promise<CurrentSubscription | undefined> {
    // One that is new may be younger than what was read.
    const found = this.peek(name);
    if (found !== undefined) return found;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return (await this.#reading).get(name);
  }

  async #read(): Promise<ReadonlyMap<string, CurrentSubscription>> {
    const startedAt = performance.now();
    const { rows } = await this.#database.query<Row & { [column: string]: unknown }>(
      'select name, delivery, settings, ordered, paused, max_attempts, backoff, timeout_ms, batch_size from ai.subscriptions',
    );
    this.#known = new Map(
      rows.map((row) => [
        row.name,
        {
          name: row.name,
          delivery: row.delivery,
          settings: row.settings,
          ordered: row.ordered,
          paused: row.paused,
          maxAttempts: row.max_attempts,
          backoff: { ...DEFAULT_BACKOFF, ...row.backoff },
          timeoutMs: row.timeout_ms,
          batchSize: row.batch_size,
        },
      ]),
    );
    this.#readAt = startedAt;
    return this.#known;
  }
}
