import type { Hook, Input, Operation, Privilege, Probe } from '../ir.ts';
import type { Mask } from '../policy/handling.ts';
import type { Policies } from '../policy/ir.ts';
import type { Limits } from '../policy/limit.ts';
import type { JsonSchema } from '../schema.ts';
import type { ActionNames } from './names.ts';
import type { Schema } from './schema.ts';
import type { ActionSnapshot, Language } from './snapshot.ts';

/** An action resolved against the database: what the emitter prints. */
export interface ActionUnit {
  readonly action: ActionSnapshot;
  readonly names: ActionNames;
  readonly language: Language;
  readonly roles: readonly string[];
  readonly inputs: readonly Input[];
  readonly inputSchema: JsonSchema;
  readonly output?: Schema;
  readonly preconditions: readonly Condition[];
  readonly body: Body;
  /** What follows the body, as PL/pgSQL. */
  readonly post?: string;
  /** Results of steps, with their types. */
  readonly results: ReadonlyMap<string, string>;
  /** Operations that only this action has. */
  readonly operations: readonly Operation[];
  readonly limits: Limits;
  /** Rows of ai.hooks about it, in their order. */
  readonly hooks: readonly Hook[];
  /** Who may call, and how often. */
  readonly policy: Policies;
  /** What callers do not see of the answer. */
  readonly shown: Shown;
  readonly privileges: readonly Privilege[];
  readonly probes: readonly Probe[];
}

/** Fields of the answer, or of each object in it, of which callers see a part or nothing. */
export interface Shown {
  readonly masks: Readonly<Record<string, Mask>>;
  readonly hidden: readonly string[];
}

/** What must hold before the body runs. */
export interface Condition {
  /** SQL over the function's variables. */
  readonly sql: string;
  readonly name: string;
  readonly code?: string;
  readonly sqlstate?: string;
  /** A text, or texts by language. */
  readonly message?: string | Readonly<Record<string, string>>;
}

export type Body =
  /** SQL statements; the last one's rows are the answer. */
  | { readonly kind: 'sql'; readonly statements: readonly SqlStatement[]; readonly many: boolean }
  | { readonly kind: 'plpgsql'; readonly source: string }
  /** A program for ai_private.run_javascript, and the milliseconds that it may run. */
  | { readonly kind: 'javascript'; readonly program: string; readonly timeLimit: number }
  /** PL/pgSQL with static SQL, which stands in the action's own function. */
  | { readonly kind: 'steps'; readonly code: string };

export interface SqlStatement {
  readonly sql: string;
  readonly rows: boolean;
  /** It may have the one column "result", which then is the answer itself. */
  readonly mayBeResult: boolean;
}
