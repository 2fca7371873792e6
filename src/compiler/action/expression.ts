import type { TypeSnapshot } from '../catalog.ts';
import { type Diagnostic, error } from '../diagnostic.ts';
import { ident, literal, textArray } from '../emit/sql.ts';
import type { Probe } from '../ir.ts';
import { allowedKinds } from './limits.ts';
import { type Reference, resolve, type Scope } from './scope.ts';
import type { ActionSnapshot } from './snapshot.ts';
import { type Piece, readSql, withParameters } from './sql-text.ts';

/** The search_path of code that holds SQL of the action's author. */
export const pathOf = (action: ActionSnapshot): string =>
  ['pg_catalog', ...action.path.map(ident), 'pg_temp'].join(', ');

/** Collects what is found while an action is analysed. */
export interface Findings {
  readonly diagnostics: Diagnostic[];
  readonly probes: Probe[];
}

type Parameter = Extract<Piece, { kind: 'parameter' }>;

/** What a parameter in SQL text refers to; told where it refers to nothing. */
export const parameterOf = (
  action: ActionSnapshot,
  at: string,
  scope: Scope,
  parameter: Parameter,
  findings: Findings,
): Reference | undefined => {
  let as: TypeSnapshot | undefined;
  if (
    parameter.type !== undefined &&
    !(parameter.path.length === 1 && scope.get(parameter.path[0] ?? '')?.shape.kind === 'value')
  ) {
    as = action.types[parameter.type] ?? undefined;
    if (as === undefined) {
      findings.diagnostics.push(
        error(
          at,
          `${JSON.stringify(parameter.type)} is not a type here`,
          'name a type of the database, with its schema',
        ),
      );
      return undefined;
    }
  }
  const found = resolve(scope, parameter.path, as);
  if ('reason' in found) {
    findings.diagnostics.push(error(at, `${parameter.written}: ${found.reason}`, found.suggestion));
    return undefined;
  }
  return found;
};

/** SQL text with its parameters as variables, and as $1, $2, … for the server to judge. */
export const bound = (
  action: ActionSnapshot,
  at: string,
  pieces: readonly Piece[],
  scope: Scope,
  findings: Findings,
): { readonly sql: string; readonly numbered: string; readonly types: readonly string[] } | undefined => {
  const numbers = new Map<string, { readonly number: number; readonly type: string }>();
  let failed = false;
  const references = new Map<Piece, Reference>();
  for (const piece of pieces) {
    if (piece.kind !== 'parameter') continue;
    const found = parameterOf(action, at, scope, piece, findings);
    if (found === undefined) {
      failed = true;
      continue;
    }
    references.set(piece, found);
    if (!numbers.has(found.sql)) numbers.set(found.sql, { number: numbers.size + 1, type: found.type.name });
  }
  if (failed) return undefined;
  return {
    sql: withParameters(pieces, (piece) => references.get(piece)?.sql ?? ''),
    numbered: withParameters(pieces, (piece) => `$${numbers.get(references.get(piece)?.sql ?? '')?.number}`).replaceAll(
      '\u0000',
      '\n',
    ),
    types: [...numbers.values()].map(({ type }) => type),
  };
};

/** SQLSTATEs of a schema, a table, a type, a function or an operator that is not there. */
export const NO_SUCH_NAME = ['3F000', '42P01', '42704', '42883'];

/** A probe that lets the server judge a statement: names, types and, for what runs as ai_owner, rights. */
export const statementProbe = (
  action: ActionSnapshot,
  at: string,
  numbered: string,
  types: readonly string[],
  suggestion: string,
  about?: readonly string[],
): Probe => ({
  path: at,
  sql: `select ai_private.check_statement(${literal(numbered)}, ${textArray(types)}, ${literal(pathOf(action))}, ${action.security === 'definer'}, ${allowedKinds(action)})`,
  reason: 'PostgreSQL does not take it',
  suggestion,
  ...(about === undefined ? {} : { about }),
});

/**
 * One SQL expression of the author's, as SQL over the function's variables. `type` is what it has to give; `table` is the one whose columns it may
 * use, as FROM names it.
 */
export const expression = (
  action: ActionSnapshot,
  at: string,
  source: string,
  type: string | undefined,
  scope: Scope,
  findings: Findings,
  table?: string,
): string | undefined => {
  const text = readSql(source, { dropComments: true });
  if (text.mistake !== undefined) {
    findings.diagnostics.push(error(at, text.mistake));
    return undefined;
  }
  const [statement, ...more] = text.statements;
  if (statement === undefined || more.length > 0) {
    findings.diagnostics.push(
      error(at, statement === undefined ? 'an expression is missing' : 'one expression and no ";"'),
    );
    return undefined;
  }
  const found = bound(action, at, statement.pieces, scope, findings);
  if (found === undefined) return undefined;
  const cast = type === undefined ? '' : `::${type}`;
  findings.probes.push(
    statementProbe(
      action,
      at,
      table === undefined
        ? `select (${found.numbered})${cast}`
        : `select from ${table} where (${found.numbered})${cast}`,
      found.types,
      'it is one SQL expression; parameters are written :name or {{name}}',
    ),
  );
  return `(${found.sql.trim()})${cast}`;
};
