import type { ColumnSnapshot, ConstraintSnapshot, TableSnapshot } from './catalog.ts';
import type { FieldRules, OperationKind } from './grammar.ts';
import type { Handling } from './policy/handling.ts';
import type { Policies } from './policy/ir.ts';
import type { RowSecurity } from './policy/row-security.ts';

/**
 * The intermediate representation: declarations resolved against the catalog. Everything that the emitter prints is decided here,
 * and everything that the described JSON Schema says is read from here, so that the two cannot disagree.
 */
export interface TableUnit {
  readonly table: TableSnapshot;
  readonly operations: readonly Operation[];
  /** What ai.row_level_security() gives. */
  readonly rowSecurity: readonly RowSecurity[];
  readonly description?: string;
}

export interface Operation {
  readonly kind: OperationKind;
  readonly table: TableSnapshot;
  /** The typed function, `ai_gen.<name>`. */
  readonly functionName: string;
  /** The function behind it that takes JSON and does the work. */
  readonly jsonFunctionName: string;
  /** The function for many calls at once. */
  readonly bulkFunctionName: string;
  readonly description: string;
  readonly roles: readonly string[];
  readonly security: 'definer' | 'invoker';
  /** Inputs in the order of the table's columns, the key first. */
  readonly inputs: readonly Input[];
  /** Columns that find the row; empty for create. */
  readonly key: readonly ColumnSnapshot[];
  /** Columns in the answer. */
  readonly returns: readonly ColumnSnapshot[];
  readonly returnsVersion: boolean;
  /** Columns that audit and events may see. */
  readonly visible: readonly ColumnSnapshot[];
  readonly version?:
    | { readonly kind: 'xmin' }
    | { readonly kind: 'column'; readonly column: ColumnSnapshot; readonly next: string };
  /** CHECK constraints whose columns are all inputs: judged with the other inputs, before the statement. */
  readonly checks: readonly ConstraintSnapshot[];
  /** Rows of ai.hooks that apply and run with the operation, in their order. */
  readonly hooks: readonly Hook[];
  /** Those of the phase post_commit: they hear of its event, and the operation itself knows nothing of them. */
  readonly afterCommit: readonly Hook[];
  /** Policies of the comment and of ai.policies. */
  readonly policy: Policies;
  /** What becomes of values. */
  readonly handling: Handling;
}

/** A hook of one operation, resolved. */
export interface Hook {
  readonly name: string;
  readonly phase: 'pre' | 'post' | 'post_commit' | 'on_error';
  /** Runs before the inputs are looked at, so that it may take what validation would refuse. */
  readonly beforeValidation: boolean;
  /** SQL over inputs, row, old, actor and operation; the function ai_gen._when_<name> judges it. */
  readonly condition?: string;
  readonly language: 'function' | 'sql' | 'plpgsql' | 'javascript';
  /** The function, as SQL calls it; the name of the program for JavaScript. */
  readonly call: string;
  /** Milliseconds that JavaScript may run. */
  readonly timeLimit: number;
  /** Where that is somebody's own function, and not one in ai_gen. */
  readonly schema?: string;
}

export interface Input {
  readonly column: ColumnSnapshot;
  readonly family: Family;
  readonly rules: FieldRules;
  /** Must be present. */
  readonly required: boolean;
  /** May be null. */
  readonly nullable: boolean;
  /** Callers may give it; else only the declaration's default writes it. */
  readonly offered: boolean;
  /** Finds the row (update, delete, fetch, and the conflict target of upsert). */
  readonly isKey: boolean;
  /** SQL for the value of an absent input in create and upsert: declared, else the column's own default. */
  readonly default?: string;
  readonly violations: readonly Violation[];
}

/** A rule that an input's value must not break, as SQL over the variable that carries the value. */
export interface Violation {
  /** Stable code: the word of JSON Schema that is broken. */
  readonly code: string;
  /** SQL that is true when the rule is broken, null or false else. */
  readonly condition: string;
  /** What the rule demands, for messages: `{"maxLength": 20}`. */
  readonly rule: Readonly<Record<string, unknown>>;
  /** SQL for the list of errors, where a broken rule is told as more than one. */
  readonly errors?: string;
}

/**
 * How a type travels through JSON.
 * text: a JSON string, read by the type's own input function. number, boolean: themselves. json: anything.
 * list, object: arrays and composite types, read element by element.
 */
export type Family =
  | { readonly kind: 'text'; readonly plain: boolean }
  | { readonly kind: 'number'; readonly integer: boolean; readonly digits: boolean }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'json' }
  | { readonly kind: 'list'; readonly element: Family }
  | { readonly kind: 'object'; readonly attributes: readonly string[] };

/** A privilege on the table, its schema, its sequences or a hook's function that the operations need and the table's owner grants to ai_owner. */
export interface Privilege {
  readonly on: 'table' | 'schema' | 'sequence' | 'function';
  readonly name: string;
  readonly privilege: 'select' | 'insert' | 'update' | 'delete' | 'usage' | 'execute';
  /** Column privileges where the table's are not needed. */
  readonly columns?: readonly string[];
}

/** SQL that must evaluate without an error before the declaration is accepted: patterns, default values, role names. */
export interface Probe {
  readonly path: string;
  readonly sql: string;
  readonly reason: string;
  readonly suggestion: string;
  /** SQLSTATEs that the suggestion is about; default: all. Others are told with PostgreSQL's own hint. */
  readonly about?: readonly string[];
  /** Default: an error. */
  readonly severity?: 'warning';
}
