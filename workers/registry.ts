import type { z } from 'zod';
import { nearest } from '../src/compiler/diagnostic.ts';
import type { Backoff, Delivery, DeliveryContext, Event } from './delivery.ts';
import { DEFAULT_BACKOFF } from './runner/backoff.ts';

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
   * @throws Error with all that is wrong with the registration, or where its name is taken
   */
  register<Entity extends string, Schema extends z.ZodType | undefined = undefined>(
    registration: Registration<Entity, Schema>,
  ): void {
    const given = registration as Registration;
    const { entity, action, handler } = given;
    const actions = (Array.isArray(action) ? action : [action]) as readonly string[];
    const mistakes = mistakesOf(given, actions);
    const name = given.name ?? `${entity}.${actions.join('/')}`.replaceAll('*', 'all');
    // Without one of its own it is made of what is wrong already.
    if ((mistakes.length === 0 || given.name !== undefined) && !/^[A-Za-z][A-Za-z0-9_.:/-]{0,49}$/.test(name))
      mistakes.push(
        `"${name}" is no name for a subscription (a letter, then at most 49 letters, digits and _ . : / -); give it a "name"`,
      );
    if (this.#all.has(name)) mistakes.push(`there is a handler "${name}" already; give this one another "name"`);
    if (mistakes.length > 0)
      throw new Error(
        `EventRegistry.register(${JSON.stringify({ entity, action })}): ${mistakes.length === 1 ? '' : '\n  '}${mistakes.join('\n  ')}`,
      );
    this.#all.set(name, { ...given, name, actions, handler: handler as Handler<never> });
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

/** What each key has to be, beside those that every registration has. */
const OPTIONS: Readonly<Record<string, readonly [fits: (value: unknown) => boolean, wanted: string]>> = {
  name: [isText, 'a text'],
  schema: [(value) => typeof (value as z.ZodType | null)?.safeParse === 'function', 'a schema of zod'],
  filter: [isText, 'a text: an SQL condition'],
  startAt: [isText, "'now', 'beginning' or the id of an event"],
  ordered: [(value) => typeof value === 'boolean', 'true or false'],
  maxAttempts: [wholeUpTo(1000), 'a whole number from 1 to 1000'],
  backoff: [(value) => typeof value === 'object' && value !== null, 'an object'],
  timeoutMs: [wholeUpTo(86_400_000), 'a whole number from 1 to 86400000'],
  batchSize: [wholeUpTo(1000), 'a whole number from 1 to 1000'],
};
const KEYS = ['trigger', 'entity', 'action', 'handler', ...Object.keys(OPTIONS)];

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
function wholeUpTo(most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
}

const mistakesOf = (given: Registration, actions: readonly unknown[]): string[] => {
  const mistakes: string[] = [];
  const unknown = (key: string, known: readonly string[], where = ''): void => {
    const meant = nearest(key, known);
    mistakes.push(
      `${where}"${key}" is unknown; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`}`,
    );
  };
  if ((given.trigger as string) !== 'post')
    mistakes.push(
      `trigger "${given.trigger}": handlers in TypeScript run after commit, as "post"; others are rows of ai.hooks`,
    );
  if (!isText(given.entity)) mistakes.push('entity must name a table, such as "users"');
  if (actions.length === 0 || !actions.every(isText))
    mistakes.push('action must be create, update, delete, upsert, the name of an action, or "*"');
  if (typeof given.handler !== 'function') mistakes.push('handler must be a function');
  for (const [key, value] of Object.entries(given)) {
    if (!KEYS.includes(key)) unknown(key, KEYS);
    const option = OPTIONS[key];
    if (option !== undefined && value !== undefined && !option[0](value)) mistakes.push(`${key} must be ${option[1]}`);
  }
  for (const key of Object.keys(given.backoff ?? {}))
    if (!(key in DEFAULT_BACKOFF)) unknown(key, Object.keys(DEFAULT_BACKOFF), 'backoff: ');
  return mistakes;
};

// One for the process: handler files may reach this module by another path than the worker does.
const shared = Symbol.for('pg_ai.event_registry');
const holder = globalThis as { [shared]?: Registry };
holder[shared] ??= new Registry();

export const EventRegistry: Registry = holder[shared];
