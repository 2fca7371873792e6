import type pg from 'pg';
import type { Logger } from 'pino';

/**
 * What the runner and the ways of delivering have in common. A delivery is one event (or, with batch_size, a few) on its way to one subscription. It is
 * attempted until it succeeds, is given up or has failed max_attempts times, at least once and with a stable id.
 */

/** How a subscription wants its events: the column ai.subscriptions.delivery. */
export type DeliveryKind = 'job' | 'email' | 'webhook' | 'notify' | 'broker';

/** A row of ai.event_log. */
export interface Event<Payload = unknown> {
  /** bigint as text: JavaScript would lose digits. */
  readonly id: string;
  readonly at: Date;
  /** xid8 as text. */
  readonly transaction: string;
  /** `schema.table.operation`, or what ai.emit_event was given. */
  readonly topic: string;
  readonly entity: string;
  readonly operation: string;
  readonly action: string | null;
  readonly key: Readonly<Record<string, unknown>> | null;
  readonly actor: string | null;
  /** The row without protected fields, as JSON.parse reads it. */
  readonly payload: Payload;
  /** The payload as PostgreSQL prints it, where every digit counts. */
  readonly payloadText: string;
  /** As pg_ai.trace_id was set: a W3C traceparent or a bare trace id. */
  readonly traceId: string | null;
}

export interface Backoff {
  readonly base_ms: number;
  readonly factor: number;
  readonly max_ms: number;
  /** Share of the delay that chance may add or take, 0 to 1. */
  readonly jitter: number;
}

/** A row of ai.subscriptions, as far as a delivery needs it. */
export interface Subscription {
  readonly name: string;
  readonly delivery: DeliveryKind;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly ordered: boolean;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  readonly batchSize: number;
}

export interface Delivery {
  /** `<subscription>:<event id>`, the same in every attempt: what a receiver can tell duplicates by. */
  readonly id: string;
  /** The event; of a batch the first. */
  readonly event: Event;
  /** All events of the batch, in order; without batch_size only the one. */
  readonly events: readonly Event[];
  readonly subscription: Subscription;
  /** From 1. Attempts that ended with their worker's process count. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** What runs a statement. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

export interface DeliveryContext {
  /**
   * A transaction that begins with the first statement and commits together with "done": all of it takes effect once, or none. A failure rolls it
   * back. It holds its locks until then, so write last, after what takes long. COMMIT, ROLLBACK and BEGIN are refused; savepoints are not.
   */
  readonly db: Queryable;
  /** Statements that commit at once, whatever becomes of the delivery. */
  readonly autocommit: Queryable;
  /**
   * Runs a step that has an effect outside of the database, and records that it was done: later attempts skip it and get its result again. The
   * record is written after the step. A process that dies between the two does the step again: hand the id on where the receiver can use it.
   * @param key tells the steps of one delivery apart; not empty
   * @param step gets an id that is the same in each attempt; what it returns must be JSON
   */
  once<T>(key: string, step: (id: string) => Promise<T> | T): Promise<T>;
  /** When the signal is aborted: timeout_ms after the attempt began. */
  readonly deadline: Date;
  /** Aborted at the deadline, when the worker stops, and when it has lost its lease; hand it to fetch and its like. */
  readonly signal: AbortSignal;
  /** Each line carries subscription, event, attempt and trace. */
  readonly log: Logger;
  readonly trace: DeliveryTrace;
}

/** The span of the attempt, a child of the mutation that wrote the event. */
export interface DeliveryTrace {
  /** The W3C header for requests to others; undefined where the event has no trace and none is recorded. */
  readonly traceparent: string | undefined;
  /** Runs the work in a span below this one. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/**
 * One way of delivering.
 * @throws GiveUp where another attempt would be in vain, TryLater to be called again at a time of its own choosing; all else is tried again
 */
export interface DeliveryHandler {
  deliver(delivery: Delivery, context: DeliveryContext): Promise<void>;
  /** Frees what it holds; called once, after the last delivery. */
  close?(): Promise<void>;
}

/** No further attempt: the delivery becomes a dead letter now. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

/** Not now: the delivery is put back, and this does not count as an attempt. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly delayMs: number;
  constructor(message: string, delayMs: number, options?: ErrorOptions) {
    super(message, options);
    this.delayMs = delayMs;
  }
}
