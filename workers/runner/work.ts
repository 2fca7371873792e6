import type pg from 'pg';
import type { Queryable } from '../delivery.ts';
import { cut } from '../pool.ts';
import type { Ending } from './ending.ts';
import type { LoadedEvent } from './events.ts';

/** The delivery turned out to be done already: by an attempt that could not say so, or by a worker that was taken for dead. */
export class AlreadyDone extends Error {
  override readonly name = 'AlreadyDone';
}

/** What an attempt does in the database: the transaction that commits with "done", and the steps that are done once. */
export class Work {
  readonly #pool: pg.Pool;
  readonly #subscription: string;
  readonly #events: readonly LoadedEvent[];
  readonly #ending: Ending;
  #client: Promise<pg.PoolClient> | undefined;
  #steps: Promise<Map<string, unknown>> | undefined;
  #over = false;

  constructor(pool: pg.Pool, subscription: string, events: readonly LoadedEvent[], ending: Ending) {
    this.#pool = pool;
    this.#subscription = subscription;
    this.#events = events;
    this.#ending = ending;
  }

  readonly db: Queryable = {
    query: async (sql, parameters) => {
      this.#client ??= this.#begin();
      const client = await this.#client;
      this.#refuseLate();
      return client.query(sql, parameters as unknown[]);
    },
  };

  readonly autocommit: Queryable = {
    query: async (sql, parameters) => {
      this.#refuseLate();
      return this.#pool.query(sql, parameters as unknown[]);
    },
  };

  async once<T>(key: string, step: (id: string) => Promise<T> | T): Promise<T> {
    if (key === '') throw new Error('once: the key must not be empty');
    this.#steps ??= this.#readSteps();
    const done = await this.#steps;
    if (done.has(key)) return done.get(key) as T;
    this.#refuseLate();
    const [first] = this.#events;
    const result = await step(`${this.#subscription}:${first?.id}:${key}`);
    const text = result === undefined ? null : JSON.stringify(result);
    // Even where the attempt is over by now: the step is done, and another attempt must know.
    await this.#pool.query(
      `insert into ai_private.delivery_done (subscription, event_id, key, result) values ($1, $2, $3, $4) on conflict do nothing`,
      [this.#subscription, first?.id, key, text],
    );
    done.set(key, result);
    return result;
  }

  /** Whether there is something to commit. Where db was not used, the end of the job says all that there is to say. */
  get isUsed(): boolean {
    return this.#client !== undefined;
  }

  /**
   * Commits what was done through db, together with the note that the delivery is done.
   * @throws AlreadyDone where another attempt was faster: then all of this one's is rolled back
   */
  async commit(): Promise<void> {
    this.#refuseLate();
    const client = await this.#client;
    if (client === undefined) return;
    const { rowCount } = await client.query(
      `insert into ai_private.delivery_done (subscription, event_id, key) select $1, id, '' from unnest($2::bigint[]) as id on conflict do nothing`,
      [this.#subscription, this.#events.map(({ id }) => id)],
    );
    if (rowCount !== this.#events.length) throw new AlreadyDone('another attempt has done this delivery');
    this.#refuseLate();
    this.#over = true;
    await client.query('commit');
    this.#client = undefined;
    client.release();
  }

  /** Undoes what was done through db, also where a statement still runs. */
  async rollback(): Promise<void> {
    this.#over = true;
    const opened = this.#client;
    this.#client = undefined;
    const client = await opened?.catch(() => undefined);
    if (client === undefined) return;
    if (this.#ending.reason !== undefined) cut(client, 'the attempt is over');
    try {
      await client.query('rollback');
      client.release();
    } catch (error) {
      client.release(error instanceof Error ? error : true);
    }
  }

  async #begin(): Promise<pg.PoolClient> {
    this.#refuseLate();
    const client = await this.#pool.connect();
    try {
      // The server itself ends what outlives the attempt: it cannot see a worker that has vanished without a word.
      const left = Math.max(1, this.#ending.deadline - Date.now()) + 1000;
      await client.query(
        `begin; set local statement_timeout = ${left}; set local idle_in_transaction_session_timeout = ${left}`,
      );
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #readSteps(): Promise<Map<string, unknown>> {
    const { rows } = await this.#pool.query<{ key: string; result: unknown }>(
      `select key, result from ai_private.delivery_done where subscription = $1 and event_id = $2 and key <> ''`,
      [this.#subscription, this.#events[0]?.id],
    );
    return new Map(rows.map(({ key, result }) => [key, result ?? undefined]));
  }

  /** A handler that does not heed its signal must not go on in a transaction that others have taken over. */
  #refuseLate(): void {
    if (this.#ending.reason !== undefined) throw this.#ending.reason;
    if (this.#over) throw new Error('the attempt is over');
  }
}
