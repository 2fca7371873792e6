import type { ColumnSnapshot } from '../catalog.ts';
import { mayHoldFloats } from '../families.ts';
import type { Input, Operation } from '../ir.ts';
import { ident, literal, variable } from './sql.ts';

/**
 * What the parts of one function share. Variables of the inputs bear the columns' own names, so that CHECK expressions and defaults from the
 * catalog can stand in the function as they are; inside SQL statements they are written `given.<name>`, after the label of the block.
 */
export interface Context {
  readonly operation: Operation;
  readonly fingerprint: string;
  /** What refusals of inputs and options say was called. */
  readonly called: { readonly table: string; readonly operation: string };
  /** Names of the function's own variables, chosen so that no column hides them. */
  readonly own: Readonly<Record<OwnVariable, string>>;
}

const OWN = [
  '_in',
  '_opt',
  '_errors',
  '_old',
  '_new',
  '_version',
  '_key',
  '_actor',
  '_constraint',
  '_column',
  '_result',
  '_hook',
  '_asked',
  '_again',
  '_by',
  '_added',
  '_doing',
  '_detail',
  '_hint',
  '_error',
  '_started',
  '_waits',
  '_touched',
  '_broken',
] as const;
export type OwnVariable = (typeof OWN)[number];

export const createContext = (operation: Operation, fingerprint: string): Context => {
  const taken = new Set(operation.table.columns.map((column) => column.name));
  const fresh = (name: string): string => (taken.has(name) ? fresh(`${name}_`) : name);
  const called = { table: operation.table.qualified, operation: operation.kind };
  return {
    operation,
    fingerprint,
    called,
    own: Object.fromEntries(OWN.map((name) => [name, fresh(name)])) as Context['own'],
  };
};

/** An input's variable inside a SQL statement. */
export const given = (column: ColumnSnapshot): string => `given.${variable(column.name)}`;

/** Whether an input was in the call, as SQL. */
export const isPresent = (context: Context, input: Input): string =>
  `given.${context.own._in} ? ${literal(input.column.name)}`;

/** PL/pgSQL functions take at most 100 arguments, so wide rows are built in pieces. */
const PAIRS = 40;

export const buildObject = (entries: readonly (readonly [string, string])[]): string => {
  if (entries.length === 0) return `'{}'::jsonb`;
  const pieces: string[] = [];
  for (let i = 0; i < entries.length; i += PAIRS) {
    const pairs = entries.slice(i, i + PAIRS).map(([name, value]) => `${literal(name)}, ${value}`);
    pieces.push(`pg_catalog.jsonb_build_object(${pairs.join(', ')})`);
  }
  return pieces.join('\n      || ');
};

/** A row as JSON: named columns one by one, so that protected ones need not even be readable. */
export const rowObject = (alias: string, columns: readonly ColumnSnapshot[]): string =>
  buildObject(columns.map((column) => [column.name, `${alias}.${ident(column.name)}`]));

/** Some fields of a JSON row. */
export const pick = (variable: string, columns: readonly ColumnSnapshot[]): string =>
  buildObject(columns.map((column) => [column.name, `${variable} -> ${literal(column.name)}`]));

/** Columns of the primary key, or of the operation's key where the table has none: how audit and events name the row. */
export const identifying = (operation: Operation): readonly ColumnSnapshot[] => {
  const primary =
    operation.table.uniqueIndexes.find((index) => index.primary === true)?.columns ??
    operation.key.map((column) => column.name);
  return operation.visible.filter((column) => primary.includes(column.name));
};

const FLOATS_IN_FULL = '\nset extra_float_digits = 1';

/** Settings that the function has, whatever the caller's: a caller must not decide which digits of a float are kept and audited. */
export const settings = (columns: readonly ColumnSnapshot[]): string =>
  `set search_path = pg_catalog, pg_temp${columns.some(({ base }) => mayHoldFloats(base)) ? FLOATS_IN_FULL : ''}`;
