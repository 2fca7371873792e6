import type { Context, Span } from '@opentelemetry/api';
import type { JobHelpers } from 'graphile-worker';
import type { Logger } from 'pino';
import {
  type Delivery,
  type DeliveryContext,
  type DeliveryHandler,
  type DeliveryTrace,
  GiveUp,
  type Queryable,
  TryLater,
} from '../delivery.ts';
import type { Metrics, Outcome } from '../telemetry/metrics.ts';
import { deliveryTrace, inDeliverySpan, isTracing } from '../telemetry/trace.ts';
import { delayAfter } from './backoff.ts';
import { Ending } from './ending.ts';
import type { Events, LoadedEvent } from './events.ts';
import { type JobPayload, readPayload } from './job.ts';
import { heldUntil, letGo, putBack } from './put-back.ts';
import type { CurrentSubscription, Subscriptions } from './subscriptions.ts';
import { acquit, bury, notDone, noteStart, type Turns } from './suspect.ts';
import { AlreadyDone, type Connections, Work } from './work.ts';

/** What all attempts of a runner share. */
export interface Shared extends Connections {
  readonly subscriptions: Subscriptions;
  readonly events: Events;
  readonly handlerOf: (subscription: CurrentSubscription) => DeliveryHandler | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Ends attempts that are running: with Stopping or LeaseLost. */
  readonly running: Set<Ending>;
  /** Of those that were in the hands of a worker that died. */
  readonly suspects: Turns;
  /** A job will be due then. */
  readonly due: (inMs: number) => void;
}

/** The worker stops: what has not ended by now goes back to the queue and does not count as an attempt. */
export class Stopping extends Error {
  override readonly name = 'Stopping';
}

/** Others may have the job by now: nothing may be written about it any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** How long a delivery rests whose subscription is paused, before it is looked at again. */
const PAUSED_MS = 15_000;
/** As long as a timer may wait. */
const FOREVER_MS = 2 ** 31 - 1;
/** What was waited for needs a moment. */
const HELD_MS = 5;

/** Makes the task that graphile-worker runs for each job. */
export const createTask =
  (shared: Shared) =>
  async (raw: unknown, helpers: JobHelpers): Promise<void> => {
    const { subscriptions, log, metrics } = shared;
    const payload = readPayload(raw);
    if (payload === undefined) return log.error({ job: helpers.job.id, payload: raw }, 'a job that is none of ours');
    // What is there already is not waited for: with many small deliveries each turn of the event loop counts.
    const loading = shared.events.load(payload);
    const events = Array.isArray(loading) ? loading : await loading;
    const subscription = subscriptions.peek(payload.subscription) ?? (await subscriptions.get(payload.subscription));
    if (subscription === undefined) return log.info({ ...payload }, 'the subscription is gone, and its job with it');
    if (events.length < payload.ids.length)
      log.warn({ ...payload }, 'events are gone from the log, and cannot be delivered');
    if (events.length === 0) return;
    const attempt = new Attempt(shared, helpers, payload, subscription, events);
    const outcome = await attempt.run();
    metrics.deliveries.inc({ subscription: subscription.name, outcome });
  };

class Attempt {
  readonly #shared: Shared;
  readonly #helpers: JobHelpers;
  readonly #payload: JobPayload;
  readonly #subscription: CurrentSubscription;
  #events: readonly LoadedEvent[];
  #number: number;

  constructor(
    shared: Shared,
    helpers: JobHelpers,
    payload: JobPayload,
    subscription: CurrentSubscription,
    events: readonly LoadedEvent[],
  ) {
    this.#shared = shared;
    this.#helpers = helpers;
    this.#payload = payload;
    this.#subscription = subscription;
    this.#events = events;
    this.#number = payload.failures + 1;
  }

  async run(): Promise<Outcome> {
    const { queue, log } = this.#shared;
    const { name, paused, ordered } = this.#subscription;
    const handler = this.#shared.handlerOf(this.#subscription);
    if (handler === undefined || paused) return this.#back(PAUSED_MS);
    // A job that comes back as its own was locked by a worker that died, or by one that could not say how it ended.
    const suspect = this.#helpers.job.attempts > 1;
    if (suspect || this.#payload.failures > 0) {
      this.#events = await notDone(queue, name, this.#events);
      if (this.#events.length === 0) return this.#settle('skipped');
    }
    if (ordered) {
      const until = await heldUntil(queue, name, this.#events);
      if (until !== undefined) return this.#back(Math.max(0, until.getTime() - Date.now()) + HELD_MS);
    }
    if (suspect && this.#events.length > 1) return this.#back(0, this.#payload.failures, true);
    const outcome = await (suspect ? this.#attemptSuspect(handler) : this.#attempt(handler));
    log.debug({ subscription: name, events: this.#events.map(({ id }) => id), outcome }, 'attempted');
    return outcome;
  }

  async #attemptSuspect(handler: DeliveryHandler): Promise<Outcome> {
    const { queue, running, suspects } = this.#shared;
    const { name, maxAttempts } = this.#subscription;
    const turn = suspects.next();
    const waiting = new Ending(FOREVER_MS);
    running.add(waiting);
    try {
      await waiting.race(turn.begins);
      const deaths = await noteStart(queue, name, this.#first);
      this.#number += deaths;
      if (deaths >= Math.min(3, maxAttempts))
        return await this.#dead(`its worker died ${deaths} times while it was attempted`, deaths);
      running.delete(waiting);
      const outcome = await this.#attempt(handler);
      await acquit(queue, name, this.#first);
      return outcome;
    } catch (error) {
      // Stopped, or robbed of its lease, before its turn had come.
      if (error === waiting.reason) return await this.#failed(error, waiting.reason);
      throw error;
    } finally {
      waiting.clear();
      running.delete(waiting);
      turn.end();
    }
  }

  async #attempt(handler: DeliveryHandler): Promise<Outcome> {
    const { metrics, running } = this.#shared;
    const { name, timeoutMs } = this.#subscription;
    const startedAt = performance.now();
    if (this.#number === 1) metrics.lag.observe({ subscription: name }, (Date.now() - this.#first.at.getTime()) / 1000);
    const ending = new Ending(timeoutMs);
    running.add(ending);
    const work = new Work(this.#shared, name, this.#events, ending);
    try {
      const deliver = async (span?: Span, within?: Context): Promise<void> => {
        await ending.race(handler.deliver(this.#delivery(), this.#context(work, ending, span, within)));
        if (work.isUsed) await work.commit();
        // Handlers' deliveries are too many for a statement each, and whoever of them cares uses db.
        else if (this.#subscription.delivery !== 'job') await work.noteDone((error) => this.#noteFailed(error));
      };
      await (isTracing() ? inDeliverySpan(name, this.#events, this.#number, deliver) : deliver());
      return await this.#settle('done');
    } catch (error) {
      await work.rollback();
      return await this.#failed(error, ending.reason);
    } finally {
      ending.clear();
      running.delete(ending);
      metrics.seconds.observe({ subscription: name }, (performance.now() - startedAt) / 1000);
    }
  }

  #noteFailed(error: unknown): void {
    this.#log().warn({ err: error }, 'it is delivered, and that could not be recorded');
  }

  async #failed(error: unknown, ended: Error | undefined): Promise<Outcome> {
    const { maxAttempts, backoff, name } = this.#subscription;
    const { failures } = this.#payload;
    const isBatch = this.#events.length > 1;
    if (ended instanceof LeaseLost) throw ended;
    if (ended instanceof Stopping) return this.#back(0);
    if (error instanceof AlreadyDone) return isBatch ? this.#back(0, failures, true) : this.#settle('skipped');
    if (error instanceof TryLater) return this.#back(error.delayMs);
    const log = this.#log();
    // Of a batch it is not known which of its events is to blame: each gets another attempt of its own.
    if (isBatch) {
      log.warn(
        { err: error, events: this.#events.map(({ id }) => id) },
        'a batch has failed; its events are tried one by one',
      );
      const last = error instanceof GiveUp || failures + 1 >= maxAttempts;
      await this.#back(last ? 0 : delayAfter(failures + 1, backoff), last ? failures : failures + 1, true);
      return 'failed';
    }
    if (error instanceof GiveUp || this.#number >= maxAttempts) return this.#dead(textOf(error), this.#number, error);
    const delayMs = delayAfter(this.#number, backoff);
    log.warn({ err: error, subscription: name, again_in_ms: delayMs }, 'an attempt has failed');
    await this.#back(delayMs, failures + 1);
    return 'failed';
  }

  /** Back to the queue. */
  async #back(delayMs: number, failures = this.#payload.failures, split = false): Promise<Outcome> {
    const isOurs = await putBack({
      database: this.#shared.queue,
      helpers: this.#helpers,
      payload: this.#payload,
      events: this.#events,
      ordered: this.#subscription.ordered,
      failures,
      delayMs,
      split,
    });
    if (!isOurs) throw new LeaseLost('the job was freed in the middle of the attempt');
    this.#shared.due(delayMs);
    return 'put_back';
  }

  async #dead(why: string, attempts: number, error?: unknown): Promise<Outcome> {
    await bury(this.#shared.queue, this.#subscription.name, this.#events, attempts, why);
    this.#log().error({ err: error, attempts }, `given up: ${why}`);
    return this.#settle('dead');
  }

  async #settle(outcome: Outcome): Promise<Outcome> {
    if (this.#payload.held) await letGo(this.#shared.queue, this.#subscription.name, this.#events);
    return outcome;
  }

  #delivery(): Delivery {
    const { name, maxAttempts } = this.#subscription;
    return {
      id: `${name}:${this.#first.id}`,
      event: this.#first,
      events: this.#events,
      subscription: this.#subscription,
      attempt: this.#number,
      maxAttempts,
    };
  }

  #context(work: Work, ending: Ending, span?: Span, within?: Context): DeliveryContext {
    return new Given(
      work,
      ending,
      () => this.#log(),
      () => deliveryTrace(this.#first, span, within),
    );
  }

  #log(): Logger {
    const { id, topic, traceId } = this.#first;
    return this.#shared.log.child({
      subscription: this.#subscription.name,
      event: id,
      topic,
      attempt: this.#number,
      ...(traceId === null ? {} : { trace: traceId }),
    });
  }

  get #first(): LoadedEvent {
    const [first] = this.#events;
    if (first === undefined) throw new Error('an attempt without events');
    return first;
  }
}

/** What of a delivery's context costs something is made when it is asked for. */
class Given implements DeliveryContext {
  private readonly work: Work;
  private readonly ending: Ending;
  private readonly makeLog: () => Logger;
  private readonly makeTrace: () => DeliveryTrace;
  private madeLog: Logger | undefined;
  private madeTrace: DeliveryTrace | undefined;

  constructor(work: Work, ending: Ending, makeLog: () => Logger, makeTrace: () => DeliveryTrace) {
    this.work = work;
    this.ending = ending;
    this.makeLog = makeLog;
    this.makeTrace = makeTrace;
  }
  get db(): Queryable {
    return this.work.db;
  }
  get autocommit(): Queryable {
    return this.work.autocommit;
  }
  // Fields, for handlers that take them out of the context.
  readonly once: DeliveryContext['once'] = (key, step) => this.work.once(key, step);
  get deadline(): Date {
    return new Date(this.ending.deadline);
  }
  get signal(): AbortSignal {
    return this.ending.signal;
  }
  get log(): Logger {
    this.madeLog ??= this.makeLog();
    return this.madeLog;
  }
  get trace(): DeliveryTrace {
    this.madeTrace ??= this.makeTrace();
    return this.madeTrace;
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
