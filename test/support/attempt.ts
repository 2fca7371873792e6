import type pg from 'pg';
import { pino } from 'pino';
import type {
  Delivery,
  DeliveryContext,
  DeliveryHandler,
  Event,
  Queryable,
  Subscription,
} from '../../workers/delivery.ts';

/** One attempt to deliver an event, as the runner makes it, without the runner: the way of delivering alone is under test. */
export interface Attempt {
  readonly db: Queryable;
  readonly handler: DeliveryHandler;
  readonly subscription: string;
  readonly eventId: string;
  readonly signal?: AbortSignal;
}

export const attempt = async ({ db, handler, subscription, eventId, signal }: Attempt): Promise<void> => {
  const event = await readEvent(db, eventId);
  const delivery: Delivery = {
    id: `${subscription}:${eventId}`,
    event,
    events: [event],
    subscription: await readSubscription(db, subscription),
    attempt: 1,
    maxAttempts: 25,
  };
  const never = (): never => {
    throw new Error('this way of delivering does not use it');
  };
  const context: DeliveryContext = {
    db: { query: never },
    autocommit: db,
    once: never,
    deadline: new Date(Date.now() + 30_000),
    signal: signal ?? new AbortController().signal,
    log: pino({ level: 'silent' }),
    trace: { traceparent: event.traceId ?? undefined, span: (_name, work) => work() },
  };
  await handler.deliver(delivery, context);
};

const readEvent = async (db: Queryable, id: string): Promise<Event> => {
  const { rows } = await db.query<{ [K in keyof Event]: Event[K] }>(
    `select id::text, at, transaction::text, topic, entity, operation, action, row_key as key, actor, payload,
            payload::text as "payloadText", trace_id as "traceId"
       from ai.event_log where id = $1`,
    [id],
  );
  const [event] = rows;
  if (event === undefined) throw new Error(`there is no event ${id}`);
  return event;
};

const readSubscription = async (db: Queryable, name: string): Promise<Subscription> => {
  const { rows } = await db.query<{ [K in keyof Subscription]: Subscription[K] }>(
    `select name, delivery, settings, ordered, max_attempts as "maxAttempts", backoff, timeout_ms as "timeoutMs", batch_size as "batchSize"
       from ai.subscriptions where name = $1`,
    [name],
  );
  const [subscription] = rows;
  if (subscription === undefined) throw new Error(`there is no subscription ${name}`);
  return subscription;
};

/** What pg.Client gives, as a delivery sees it. */
export const queryable = (client: pg.Client): Queryable => ({
  query: (sql, parameters) => client.query(sql, parameters === undefined ? undefined : [...parameters]),
});
