import type { Logger } from 'pino';
import { z } from 'zod';
import {
  type Delivery,
  type DeliveryContext,
  type DeliveryHandler,
  type DeliveryTrace,
  type Event,
  GiveUp,
  type Queryable,
} from './delivery.ts';
import type { HandlerContext, Registered } from './registry.ts';

/** Delivers to handlers in this process. */
export interface HandlerDelivery extends DeliveryHandler {
  readonly names: readonly string[];
}

export const createHandlerDelivery = (handlers: readonly Registered[], database: Queryable): HandlerDelivery => {
  const byName = new Map(handlers.map((one) => [one.name, one]));
  const outputs = new Outputs(database);
  return {
    names: [...byName.keys()],
    async deliver(delivery, context) {
      const task = String(delivery.subscription.settings.task ?? delivery.subscription.name);
      const registered = byName.get(task);
      if (registered === undefined) throw new Error(`there is no handler "${task}" in this worker`);
      const events: Event[] = [];
      for (const event of delivery.events) {
        if (registered.schema === undefined && !outputs.isFresh) await outputs.read();
        events.push(validated(event, registered.schema ?? outputs.schemaOf(event)));
      }
      await registered.handler(new Given(delivery, events, context) as never);
    },
  };
};

/** What a handler gets: the delivery's context and what it is about. A class, because an object with a prototype of its own costs more than a small handler. */
class Given implements HandlerContext {
  readonly event: Event;
  readonly events: readonly Event[];
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly id: string;
  readonly once: DeliveryContext['once'];
  private readonly context: DeliveryContext;

  constructor(delivery: Delivery, events: readonly Event[], context: DeliveryContext) {
    this.event = events[0] ?? delivery.event;
    this.events = events;
    this.attempt = delivery.attempt;
    this.maxAttempts = delivery.maxAttempts;
    this.id = delivery.id;
    this.once = context.once;
    this.context = context;
  }
  get payload(): unknown {
    return this.event.payload;
  }
  get db(): Queryable {
    return this.context.db;
  }
  get autocommit(): Queryable {
    return this.context.autocommit;
  }
  get deadline(): Date {
    return this.context.deadline;
  }
  get signal(): AbortSignal {
    return this.context.signal;
  }
  get log(): Logger {
    return this.context.log;
  }
  get trace(): DeliveryTrace {
    return this.context.trace;
  }
}

/** @throws GiveUp: what does not fit now will not fit later */
const validated = (event: Event, schema: z.ZodType | undefined): Event => {
  if (schema === undefined) return event;
  const result = schema.safeParse(event.payload);
  if (!result.success)
    throw new GiveUp(
      `the payload of event ${event.id} (${event.topic}) is not as expected: ${z.prettifyError(result.error)}`,
    );
  // What a schema of the handler's own has made of it, such as a Date.
  return result.data === event.payload
    ? event
    : Object.create(event, { payload: { value: result.data, enumerable: true } });
};

/** What operations say of their output, as zod schemas, read once a minute. */
class Outputs {
  readonly #database: Queryable;
  #readAt = Number.NEGATIVE_INFINITY;
  #known: ReadonlyMap<string, ReadonlyMap<string, z.ZodType>> = new Map();
  #reading: Promise<void> | undefined;

  constructor(database: Queryable) {
    this.#database = database;
  }

  get isFresh(): boolean {
    return performance.now() - this.#readAt < 60_000;
  }

  schemaOf({ entity, operation }: Event): z.ZodType | undefined {
    return this.#known.get(entity)?.get(operation);
  }

  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { rows } = await this.#database.query<{
      entity: string;
      operation: string;
      schema: z.core.JSONSchema.JSONSchema;
    }>(`select qualified_name as entity, operation, output_schema as schema from ai.operation where state = 'ready'`);
    const known = new Map<string, Map<string, z.ZodType>>();
    for (const { entity, operation, schema } of rows) {
      const operations = known.get(entity) ?? new Map<string, z.ZodType>();
      known.set(entity, operations.set(operation, z.fromJSONSchema(shapeOf(schema) as typeof schema)));
    }
    this.#known = known;
    this.#readAt = performance.now();
  }
}

/**
 * The shape alone. What else an output schema says, PostgreSQL has made sure of, and zod is of another mind about some of it: dates with offsets, integers
 * that JavaScript cannot hold.
 */
const shapeOf = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (schema === 'integer') return 'number';
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) => {
      if (name === 'properties')
        return [[name, Object.fromEntries(Object.entries(value).map(([column, one]) => [column, shapeOf(one)]))]];
      return ['type', 'items', '$schema'].includes(name) ? [[name, shapeOf(value)]] : [];
    }),
  );
};
