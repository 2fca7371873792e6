import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Queryable } from '../delivery.ts';
import { cut } from '../pool.ts';
import type { Ending } from './ending.ts';
import type { LoadedEvent } from './events.ts';
import { transactionControl } from './statements.ts';

/** The delivery turned out to be done already: by an attempt that could not say so, or by a worker that was taken for dead. */
export class AlreadyDone extends Error {
  override readonly name = 'AlreadyDone';
}

const NOTE_DONE = `insert into ai_private.delivery_done (subscription, event_id, key) select $1, id, '' from unnest($2::bigint[]) as id on conflict do nothing`;

/** Where an attempt does what it does in the database. */
export interface Connections {
  /** For handlers' statements, which may take their time. */
  readonly work: pg.Pool;
  /** For what is recorded of them. */
  readonly queue: pg.Pool;
  /** How long the server may take to answer what is no handler's statement: on a connection that is half open it never does. */
  readonly answerMs: number;
}

/**
 * Steps that are done, and whose record could not be written so far: the connection was gone. As long as this process lives, it knows of them.
 */
const unrecorded = new Map<string, unknown>();

/** What an attempt does in the database: the transaction that commits with "done", and the steps that are done once. */
export class Work {
  readonly #pool: pg.Pool;
  readonly #queue: pg.Pool;
  readonly #answerMs: number;
  readonly #subscription: string;
  readonly #events: readonly LoadedEvent[];
  readonly #ending: Ending;
  /** What is out of the pool. */
  readonly #taken = new Set<pg.PoolClient>();
  #client: Promise<pg.PoolClient> | undefined;
  #steps: Promise<Map<string, unknown>> | undefined;
  #over = false;

  constructor(
    { work, queue, answerMs }: Connections,
    subscription: string,
    events: readonly LoadedEvent[],
    ending: Ending,
  ) {
    this.#pool = work;
    this.#queue = queue;
    this.#answerMs = answerMs;
    this.#subscription = subscription;
    this.#events = events;
    this.#ending = ending;
  }

  readonly db: Queryable = {
    query: async (sql, parameters) => {
      refuseControl(
        'db',
        sql,
        'it commits together with "done", when the handler returns, and is taken back when it throws',
      );
      this.#client ??= this.#begin();
      const client = await this.#client;
      this.#refuseLate();
      return client.query(sql, parameters as unknown[]);
    },
  };

  readonly autocommit: Queryable = {
    query: async (sql, parameters) => {
      refuseControl('autocommit', sql, 'each statement commits at once; use db for several that belong together');
      this.#refuseLate();
      const client = await this.#open('select 1');
      try {
        return await client.query(sql, parameters as unknown[]);
      } finally {
        this.#release(client);
      }
    },
  };

  async once<T>(key: string, step: (id: string) => Promise<T> | T): Promise<T> {
    if (key === '') throw new Error('once: the key must not be empty');
    this.#steps ??= this.#readSteps();
    const done = await this.#steps;
    if (done.has(key)) return done.get(key) as T;
    this.#refuseLate();
    const [first] = this.#events;
    const id = `${this.#subscription}:${first?.id}:${key}`;
    const result = unrecorded.has(id) ? (unrecorded.get(id) as T) : await step(id);
    // Even where the attempt is over by now: the step is done, and another attempt must know.
    unrecorded.set(id, result);
    await this.#record(key, result);
    unrecorded.delete(id);
    done.set(key, result);
    return result;
  }

  /** Tries until the server has answered: its connections may be gone, or the server itself for a while. */
  async #record(key: string, result: unknown): Promise<void> {
    const text = result === undefined ? null : JSON.stringify(result);
    for (let failures = 0; ; failures++) {
      try {
        await this.#queue.query(
          `insert into ai_private.delivery_done (subscription, event_id, key, result) values ($1, $2, $3, $4) on conflict do nothing`,
          [this.#subscription, this.#events[0]?.id, key, text],
        );
        return;
      } catch (error) {
        if (isAnswer(error) || failures >= 30) throw error;
        await delay(Math.min(1000, 20 * 2 ** failures));
      }
    }
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
    const { rowCount } = await this.#answer(
      client,
      client.query(NOTE_DONE, [this.#subscription, this.#events.map(({ id }) => id)]),
    );
    if (rowCount !== this.#events.length) throw new AlreadyDone('another attempt has done this delivery');
    this.#refuseLate();
    this.#over = true;
    await this.#answer(client, client.query('commit'));
    this.#client = undefined;
    this.#release(client);
  }

  /** Records that the delivery is done, where nothing commits with it. It is done, whether or not that can be written. */
  async noteDone(onFailure: (error: unknown) => void): Promise<void> {
    await this.#queue.query(NOTE_DONE, [this.#subscription, this.#events.map(({ id }) => id)]).catch(onFailure);
  }

  /** Undoes what was done through db, also where a statement still runs. */
  async rollback(): Promise<void> {
    this.#over = true;
    const opened = this.#client;
    this.#client = undefined;
    if (this.#ending.reason !== undefined) for (const client of this.#taken) cut(client, 'the attempt is over');
    const client = await opened?.catch(() => undefined);
    if (client === undefined) return;
    try {
      await this.#answer(client, client.query('rollback'));
      this.#release(client);
    } catch (error) {
      this.#release(client, error);
    }
  }

  #begin(): Promise<pg.PoolClient> {
    this.#refuseLate();
    // The server itself ends what outlives the attempt: it cannot see a worker that has vanished without a word.
    const left = Math.max(1, this.#ending.deadline - Date.now()) + 1000;
    return this.#open(
      `begin; set local statement_timeout = ${left}; set local idle_in_transaction_session_timeout = ${left}`,
    );
  }

  /** A connection on which the statement was answered: one that has idled may be gone, and the next one is as good. */
  async #open(sql: string): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      this.#taken.add(client);
      try {
        this.#refuseLate();
        await this.#answer(client, client.query(sql));
        return client;
      } catch (error) {
        this.#release(client, error);
        this.#refuseLate();
        if (isAnswer(error)) throw error;
      }
    }
  }

  #release(client: pg.PoolClient, error?: unknown): void {
    this.#taken.delete(client);
    client.release(error === undefined ? undefined : error instanceof Error ? error : true);
  }

  async #answer<T>(client: pg.PoolClient, answer: Promise<T>): Promise<T> {
    const late = setTimeout(() => cut(client, `no answer within ${this.#answerMs} ms`), this.#answerMs);
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  async #readSteps(): Promise<Map<string, unknown>> {
    const { rows } = await this.#queue.query<{ key: string; result: unknown }>(
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

const refuseControl = (name: string, sql: string, why: string): void => {
  const found = transactionControl(sql);
  if (found !== undefined) throw new Error(`"${found}" is not for ctx.${name}: ${why}`);
};

/** Whether the server has said no, and not merely gone away: shutting down, out of connections, or cut off in the middle. */
const isAnswer = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && !/^(08|53|57P)/.test(error.code ?? '');
