import type { TableSnapshot } from '../catalog.ts';
import { type Diagnostic, error, suggest, warning } from '../diagnostic.ts';
import { ident, literal, textArray } from '../emit/sql.ts';
import type { Operation, Probe } from '../ir.ts';
import { type Expression, NoExpression, readExpression } from './expression.ts';
import type { Access } from './grammar.ts';
import type { Condition, Policies } from './ir.ts';
import type { Source } from './read.ts';

export type ResolvedAccess = Pick<Policies, 'gate' | 'call' | 'filter' | 'written'>;

/** What of an operation policies look at. */
export type Subject = Pick<Operation, 'kind' | 'table' | 'inputs' | 'roles' | 'security'>;

/** What is found on the way: mistakes, and what only the server can judge. */
export interface Found {
  readonly diagnostics: Diagnostic[];
  readonly probes: Probe[];
}

const WRITES = ['create', 'update', 'upsert'];

/** Reads an expression and checks the names in it. */
export const expressionAt = (
  path: string,
  text: string,
  table: TableSnapshot,
  found: Found,
): Expression | undefined => {
  let expression: Expression;
  try {
    expression = readExpression(text);
  } catch (reason) {
    if (!(reason instanceof NoExpression)) throw reason;
    found.diagnostics.push(error(path, reason.reason, reason.suggestion));
    return undefined;
  }
  const columns = table.columns.map((column) => column.name);
  const wrong: Diagnostic[] = [];
  for (const [prefix, names] of [
    ['row', expression.rows],
    ['inputs', expression.inputs],
  ] as const) {
    for (const name of names.filter((candidate) => !columns.includes(candidate)))
      wrong.push(
        error(
          path,
          `${prefix}.${ident(name)}: ${JSON.stringify(name)} is not a column of ${table.qualified}`,
          suggest(name, columns),
        ),
      );
  }
  for (const name of expression.bare.filter((candidate) => columns.includes(candidate)))
    wrong.push(
      error(
        path,
        `${JSON.stringify(name)}: of the row, or the input?`,
        `write row.${ident(name)} or inputs.${ident(name)}`,
      ),
    );
  found.diagnostics.push(...wrong);
  return wrong.length === 0 ? expression : undefined;
};

/** Roles that a policy names must be there. */
export const roleProbes = (path: string, roles: readonly string[]): Probe[] =>
  roles.map((role) => ({
    path,
    sql: `select ${literal(ident(role))}::pg_catalog.regrole`,
    reason: `there is no role ${JSON.stringify(role)}`,
    suggestion: 'create it, or use a role that is there',
  }));

/** The access policies of one operation: when each is judged, and about what. */
export const resolveAccess = (sources: readonly Source<Access>[], subject: Subject, found: Found): ResolvedAccess => {
  const resolved: { [Key in keyof ResolvedAccess]: Condition[] } = { gate: [], call: [], filter: [], written: [] };
  const { kind, table } = subject;
  const writes = WRITES.includes(kind);
  for (const { policy, path, rule, operation } of sources) {
    const condition = (word: string): Condition => ({
      policy,
      path: `${path}.${word}`,
      ...(rule.message === undefined ? {} : { message: rule.message }),
    });
    const read = (word: 'check' | 'filter'): Expression | undefined => {
      const text = rule[word];
      if (text === undefined) return undefined;
      const expression = expressionAt(`${path}.${word}`, text, table, found);
      if (expression === undefined) return undefined;
      if (expression.currentUser && subject.security === 'definer')
        found.diagnostics.push(
          warning(
            `${path}.${word}`,
            'current_user is ai_owner here, whoever calls',
            'use actor, session_user, or "roles"',
          ),
        );
      const inputs = subject.inputs.map((input) => input.column.name);
      const absent = expression.inputs.filter((candidate) => !inputs.includes(candidate));
      for (const name of absent)
        found.diagnostics.push(
          error(
            `${path}.${word}`,
            `${JSON.stringify(name)} is not an input of ${kind}`,
            operation === null ? 'make the policy one for an operation that has this input' : suggest(name, inputs),
          ),
        );
      return absent.length === 0 ? expression : undefined;
    };
    if (rule.roles === undefined && rule.check === undefined && rule.filter === undefined)
      found.diagnostics.push(error(path, 'demands nothing', 'give it "roles", "check" or "filter"'));
    if (rule.roles !== undefined) {
      resolved.gate.push({ ...condition('roles'), roles: rule.roles });
      found.probes.push(
        ...roleProbes(`${path}.roles`, rule.roles),
        disjoint(`${path}.roles`, rule.roles, subject.roles, `what ${kind} is for`),
      );
    }
    const check = read('check');
    const filter = read('filter');
    if (check !== undefined) {
      const judged = { ...condition('check'), expression: check };
      if (check.rows.length > 0) {
        if (writes) resolved.written.push(judged);
        else if (operation !== null)
          found.diagnostics.push(
            error(judged.path, `a ${kind} writes no row`, 'use "filter" for the rows that can be reached'),
          );
      } else if (check.inputs.length > 0 || check.allInputs) resolved.call.push(judged);
      else resolved.gate.push(judged);
    }
    if (filter !== undefined) {
      const judged = { ...condition('filter'), expression: filter };
      if (filter.rows.length === 0)
        found.diagnostics.push(
          error(judged.path, 'says nothing about the row', 'name a column of it, row.<column>, or make it the "check"'),
        );
      if (kind !== 'create') resolved.filter.push(judged);
      // As with row-level security: who reaches a row only where this is true cannot write one where it is not.
      if (writes && (check === undefined || check.rows.length === 0)) resolved.written.push(judged);
    }
  }
  const named = resolved.gate.filter((condition) => condition.roles !== undefined);
  named.slice(1).forEach((condition, i) => {
    const other = named[i];
    found.probes.push(
      disjoint(condition.path, condition.roles ?? [], other?.roles ?? [], `what ${other?.path} demands`),
    );
  });
  return resolved;
};

/** Nobody has one of these roles and one of those: said, since it may be an oversight, and allowed, since memberships change. */
const disjoint = (path: string, roles: readonly string[], others: readonly string[], of: string): Probe => ({
  path,
  severity: 'warning',
  sql: `select ai_private.refuse_disjoint(${textArray(roles)}, ${textArray(others)})`,
  reason: `nobody has one of these roles and one of ${of} (${others.join(', ')})`,
  suggestion: `grant one to the other, or take other roles`,
});
