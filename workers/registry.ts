import type { z } from 'zod';
import type { Backoff, Delivery, DeliveryContext, Event } from './delivery.ts';

/**
 * Where handlers are registered. A registration says what it wants to hear of and what is to be done then; the worker makes a row of ai.subscriptions
 * of it and runs the handler for each event, after commit, at least once.
 */

/**
 * The rows of declared tables by the names under which handlers know them, for TypeScript to check payloads:
 * `declare module 'pg-ai' { interface Entities { user: { id: number; email: string } } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be merged with
export interface Entities {}

type Known<Names> = Names | (string & {});

/** What an event's payload is: as the schema says, else as the entity is known, else any row. */
export type PayloadOf<Entity, Schema> =
  Schema extends z.ZodType<infer Payload>
    ? Payload
    : Entity extends keyof Entities
      ? Entities[Entity]
      : Readonly<Record<string, unknown>>;

export interface HandlerContext<Payload = unknown> extends DeliveryContext {
  readonly event: Event<Payload>;
  /** With batchSize: up to as many events, in order. Else the one. */
  readonly events: readonly Event<Payload>[];
  /** The row as it was after the mutation (after a delete: before it), without protected fields, and validated. */
  readonly payload: Payload;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** `<subscription>:<event id>`, the same in every attempt. */
  readonly id: Delivery['id'];
}

export type Handler<Payload = unknown> = (context: HandlerContext<Payload>) => unknown;

export interface Registration<
  Entity extends string = string,
  Schema extends z.ZodType | undefined = z.ZodType | undefined,
> {
  /** Handlers in TypeScript run after commit. What must run before or within the mutation is a hook: a row of ai.hooks. */
  readonly trigger: 'post';
  /**
   * A declared table: 'public.users', 'users', or 'user' for users; '*' for all. Or what ai.emit_event was given as entity.
   */
  readonly entity: Known<Entity>;
  /** create, update, delete, upsert, the name of an action, '*' for all; or several. */
  readonly action: Known<'create' | 'update' | 'delete' | 'upsert' | '*'> | readonly string[];
  /**
   * The name of the subscription: a letter, then at most 49 letters, digits and `_ . : / -`. Default: `<entity>.<action>`; needed where several
   * handlers want the same.
   */
  readonly name?: string;
  /** Validates the payload; one that does not fit becomes a dead letter at once. Default: what the operation's own output says. */
  readonly schema?: Schema;
  /** An SQL condition over the event's columns, such as `payload ->> 'country' = 'VN'`. */
  readonly filter?: string;
  /** Where a subscription that is new begins. Default 'now'. */
  readonly startAt?: 'now' | 'beginning' | (string & {});
  /** true keeps the order of the events of each row: an event waits for those before it, failed ones too. */
  readonly ordered?: boolean;
  /** Default 25. */
  readonly maxAttempts?: number;
  readonly backoff?: Partial<Backoff>;
  /** How long an attempt may take. Default 30,000. */
  readonly timeoutMs?: number;
  /** More than 1: the handler gets as many events at once as there are, up to this. A batch that fails is tried again event by event. */
  readonly batchSize?: number;
  readonly handler: Handler<PayloadOf<Entity, Schema>>;
}

/** A registration as the worker uses it: the types have done their work. */
export interface Registered extends Omit<Registration, 'handler' | 'name'> {
  readonly name: string;
  readonly actions: readonly string[];
  readonly handler: Handler<never>;
}

class Registry {
  readonly #all = new Map<string, Registered>();

  /**
   * Registers a handler; where handlers are files, at their top level.
   * @throws Error where the registration makes no sense, or its name is taken
   */
  register<Entity extends string, Schema extends z.ZodType | undefined = undefined>(
    registration: Registration<Entity, Schema>,
  ): void {
    const { trigger, entity, action, handler, batchSize = 1 } = registration as Registration;
    const refuse = (why: string): never => {
      throw new Error(`EventRegistry.register(${JSON.stringify({ entity, action })}): ${why}`);
    };
    if ((trigger as string) !== 'post')
      refuse(`trigger "${trigger}": handlers in TypeScript run after commit, as "post"; others are rows of ai.hooks`);
    if (typeof entity !== 'string' || entity === '') refuse('entity must name a table, such as "users"');
    const actions = (Array.isArray(action) ? action : [action]) as readonly string[];
    if (actions.length === 0 || actions.some((one) => typeof one !== 'string' || one === ''))
      refuse('action must be create, update, delete, upsert, the name of an action, or "*"');
    if (typeof handler !== 'function') refuse('handler must be a function');
    if (!Number.isInteger(batchSize) || batchSize < 1) refuse('batchSize must be a whole number from 1 on');
    const name = registration.name ?? `${entity}.${actions.join('/')}`.replaceAll('*', 'all');
    if (!/^[A-Za-z][A-Za-z0-9_.:/-]{0,49}$/.test(name))
      refuse(
        `"${name}" is no name for a subscription (a letter, then at most 49 letters, digits and _ . : / -); give it a "name"`,
      );
    if (this.#all.has(name)) refuse(`there is a handler "${name}" already; give this one another "name"`);
    this.#all.set(name, { ...(registration as Registration), name, actions, handler: handler as Handler<never> });
  }

  /** What was registered so far. */
  get all(): readonly Registered[] {
    return [...this.#all.values()];
  }

  /** Forgets everything, for tests. */
  clear(): void {
    this.#all.clear();
  }
}

// One for the process: handler files may reach this module by another path than the worker does.
const shared = Symbol.for('pg_ai.event_registry');
const holder = globalThis as { [shared]?: Registry };
holder[shared] ??= new Registry();

export const EventRegistry: Registry = holder[shared];
