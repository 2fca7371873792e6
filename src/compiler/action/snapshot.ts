import type { HookSnapshot, TableSnapshot, TypeSnapshot } from '../catalog.ts';
import type { PolicyKind } from '../policy/definitions.ts';

export const LANGUAGES = ['sql', 'plpgsql', 'javascript', 'steps'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * A row of ai.meta_actions and what it is about, as `ai_private.action_snapshot` prints it. What the row leaves out is null. The names in `tables`,
 * `types`, `actions` and `functions` are as the row writes them; null where the database has no such thing.
 */
export interface ActionSnapshot {
  readonly name: string;
  readonly codeTemplate: string | null;
  readonly language: Language | null;
  readonly steps: unknown;
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  readonly preconditions: unknown;
  readonly postActions: unknown;
  readonly roles: readonly string[] | null;
  readonly security: 'definer' | 'invoker';
  readonly limits: unknown;
  /** Actions that it calls in its steps and after them. */
  readonly calls: readonly string[];
  readonly description: string | null;
  /** The name of its JavaScript, which is a program already when the action is compiled. */
  readonly program: string | null;
  /** Where names without a schema are looked up when the action runs: schemas in which only members of ai_admin can create objects. */
  readonly path: readonly string[];
  /** Schemas of the registering session's path that are not. */
  readonly untrusted: readonly string[];
  readonly serverVersion: number;
  readonly types: Readonly<Record<string, TypeSnapshot | null>>;
  readonly tables: Readonly<Record<string, ActionTable | null>>;
  /** Actions that this one reaches through calls. */
  readonly actions: Readonly<Record<string, CalledAction | null>>;
  readonly functions: Readonly<Record<string, CheckFunction | null>>;
  /** Tables that its SQL may name, with digests of their columns: nothing but a reason to compile it again. */
  readonly reads?: Readonly<Record<string, string | null>>;
  /** The schema of the extension pgcrypto. */
  readonly pgcrypto: string | null;
  /** Rows of ai.hooks about it, in the order in which they run. */
  readonly hooks: readonly HookSnapshot[];
  readonly policies: readonly ActionPolicy[];
}

/** A row of ai.policies about the action; a limit may be about everything. */
export interface ActionPolicy {
  readonly name: string;
  readonly kind: PolicyKind;
  readonly definition: unknown;
}

export interface ActionTable extends TableSnapshot {
  /** Owners who are no members of ai_admin. */
  readonly untrustedOwners: string | null;
  /** Operations that the table declares, with their state. */
  readonly operations: Readonly<Record<string, 'ready' | 'pending' | 'inconsistent'>>;
}

export interface CalledAction {
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  readonly security: 'definer' | 'invoker';
  readonly calls: readonly string[];
}

export interface CheckFunction {
  readonly function: string;
  readonly schema: string;
  readonly returns: string;
  readonly untrusted: boolean;
}

/** What the database hands to the compiler for an action. */
export interface ActionInput {
  readonly action: ActionSnapshot;
  readonly fingerprint: string;
}
