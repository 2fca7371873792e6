/**
 * What JavaScript hooks and actions of pg_ai are given inside the database, for writing them in TypeScript:
 *
 *     import type { Hook } from 'pg-ai/hooks';
 *     const hook: Hook<{ email: string }> = (ctx) => ({ inputs: { email: ctx.inputs.email.trim() } });
 *     export default hook;
 *
 * `pg-ai hook build file.ts` makes one statement of it that registers the hook, `pg-ai action build file.ts` one for an action:
 *
 *     import type { Action } from 'pg-ai/hooks';
 *     const action: Action<{ email: string }, { id: number }> = (ctx) => ({ id: 1 });
 *     export default action;
 *
 * See docs/javascript.md.
 */

/** A number that a JavaScript number cannot hold comes as a BigInt or, with decimals, as an object whose String() gives the digits. */
export interface Digits {
  readonly digits: string;
  toString(): string;
}
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Digits
  | Date
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Row = Readonly<Record<string, Value>>;

export interface HookContext<Inputs = Row, Stored = Row> {
  /** The inputs of the call, as hooks before have changed them. */
  readonly inputs: Readonly<Inputs>;
  /** The new row, in post hooks; null after a delete. */
  readonly row: Readonly<Stored> | null;
  /** The row as it was, in post hooks of update, upsert and delete. */
  readonly old: Readonly<Stored> | null;
  readonly actor: string;
  readonly operation: 'create' | 'update' | 'delete' | 'upsert' | 'fetch';
  /** `schema.table` */
  readonly table: string;
  /** In on_error hooks: the error as it would reach the caller. */
  readonly error?: {
    /** SQLSTATE */
    readonly code: string;
    readonly message: string;
    readonly detail: string;
    readonly hint: string;
    readonly constraint: string;
  };
}

export interface HookAnswer<Inputs = Row> {
  /** pre: put over those of the call, and validated. */
  readonly inputs?: Partial<Inputs>;
  /** pre: inputs to take out. */
  readonly remove?: readonly string[];
  /** post: merged into the answer of the call. */
  readonly result?: Readonly<Record<string, Value>>;
  /** on_error: put over those of the error. */
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly detail?: Value;
    readonly hint?: string;
  };
}

export type Hook<Inputs = Row, Stored = Row> = (
  ctx: HookContext<Inputs, Stored>,
) => HookAnswer<Inputs> | null | undefined;

/** What a hook on an action is given. */
export interface ActionHookContext<Inputs = Row, Answer = Row> {
  readonly inputs: Readonly<Inputs>;
  readonly actor: string;
  /** The action's name. */
  readonly action: string;
  /** In post hooks: what the action answers. */
  readonly result?: Readonly<Answer> | null;
  /** In on_error hooks. */
  readonly error?: HookContext['error'];
}

export type ActionHook<Inputs = Row, Answer = Row> = (
  ctx: ActionHookContext<Inputs, Answer>,
) => HookAnswer<Inputs> | null | undefined;

export interface ActionContext<Inputs = Row> {
  /** The inputs of the call, checked against input_schema, with its defaults. */
  readonly inputs: Readonly<Inputs>;
  readonly actor: string;
  /** The action's name. */
  readonly action: string;
}

/** What the action answers, which must fit its output_schema; nothing is null. */
export type Action<Inputs = Row, Answer = Value> = (ctx: ActionContext<Inputs>) => Answer | null | undefined;

declare global {
  const db: {
    /**
     * One SELECT, INSERT, UPDATE, DELETE or MERGE with the rights of the operation or action; parameters $1, $2, … take the types of the statement.
     * @throws DatabaseError
     */
    query<R = Row>(sql: string, parameters?: readonly unknown[]): R[];
  };
  /** What to throw to refuse the call: an SQLSTATE (PI350 to PI399 are free), a message, and anything that JSON holds. */
  class Refusal extends Error {
    constructor(code: string, message: string, detail?: unknown);
    readonly code: string;
    readonly detail: unknown;
  }
  class DatabaseError extends Error {
    /** SQLSTATE */
    readonly code: string;
    readonly detail: unknown;
    readonly hint: string | undefined;
    readonly constraint: string | undefined;
  }
}
