import { createContext } from '../emit/context.ts';
import { ident, jsonb, literal, variable } from '../emit/sql.ts';
import type { Operation, Probe } from '../ir.ts';
import { lateBinding } from './binding.ts';
import { bind, type Expression } from './expression.ts';
import type { Condition } from './ir.ts';

/**
 * What only the server can judge of expressions: whether each is one, and boolean; whether what it calls has no effects; and whether what is
 * demanded can be true at all. The planner finds contradictions, those with the table's own CHECKs too. Nothing is executed for it.
 */
export const accessProbes = (operation: Operation): Probe[] => {
  const { gate, call, filter, written } = operation.policy;
  const probes = new Map<string, Probe[]>();
  for (const condition of [...gate, ...call, ...filter, ...written]) {
    if (condition.expression === undefined || probes.has(condition.path)) continue;
    const query = queryWith(operation, [condition.expression]);
    probes.set(condition.path, [
      ...effectProbes(condition.path, condition.expression),
      {
        path: condition.path,
        sql: `explain ${query.sql}`,
        reason: 'not an expression that is true or false here',
        suggestion:
          'tables, and functions of your own, need their schema written out, and ai_owner needs the rights on them',
      },
      contradiction(operation, condition.path, query, 'this can never be true', 'nobody could ever pass: mend it'),
    ]);
  }
  for (const [what, conditions] of [
    ['call', gate],
    ['call', [...gate, ...call]],
    ['row', filter],
    ['row', written],
  ] as const) {
    const all = conditions.filter(({ expression }) => expression !== undefined);
    if (all.length < 2) continue;
    const paths = all.map((condition) => condition.path).join(' and ');
    const query = queryWith(operation, expressionsOf(all));
    probes.set(paths, [
      contradiction(
        operation,
        paths,
        query,
        `these contradict one another: no ${what} can pass both`,
        'all policies must hold; take one away, or make them one with "or"',
      ),
    ]);
  }
  return [...probes.values()].flat();
};

const expressionsOf = (conditions: readonly Condition[]): Expression[] =>
  conditions.flatMap(({ expression }) => (expression === undefined ? [] : [expression]));

/** An expression is no way to run statements: what it calls must be stable or immutable. */
export const effectProbes = (path: string, { calls }: Expression): Probe[] =>
  calls.length === 0
    ? []
    : [
        {
          path,
          sql: `select ai_private.refuse_volatile(${jsonb(calls)})`,
          reason: 'calls a function that may have effects',
          suggestion: 'policies may call functions that are stable or immutable',
        },
      ];

const contradiction = (
  operation: Operation,
  path: string,
  { sql, rows }: Query,
  reason: string,
  suggestion: string,
): Probe => ({
  path,
  // An empty partitioned table has no rows whatever is asked of it.
  sql: rows && operation.table.kind === 'p' ? 'select' : `select ai_private.refuse_contradiction(${literal(sql)})`,
  reason,
  suggestion,
});

interface Query {
  readonly sql: string;
  /** Whether the table is asked. */
  readonly rows: boolean;
}

/**
 * A query with the expressions as its WHERE, and stand-ins for what they name. OFFSET 0 keeps the inputs a relation of their own: the planner holds
 * conditions against one another where they are about a relation.
 */
const queryWith = (operation: Operation, expressions: readonly Expression[]): Query => {
  const context = createContext(operation, '');
  const conditions = expressions.map((expression) => bind(expression, lateBinding(context, 't'))).join(' and ');
  const given = [
    `(select null::jsonb) as ${context.own._in}`,
    `(select null::text) as ${context.own._actor}`,
    ...operation.inputs.map(({ column }) => `(select null::${column.base.name}) as ${variable(column.name)}`),
  ];
  const columns = operation.table.columns.map(({ name, base }) => `(select null::${base.name}) as ${ident(name)}`);
  // Where the operation runs with its caller's rights, ai_owner may not look at the table.
  const table =
    operation.security === 'definer' ? `${operation.table.qualified} as t` : `(select ${columns.join(', ')}) as t`;
  const rows = expressions.some((expression) => expression.rows.length > 0);
  return {
    sql: `select from ${rows ? `${table}, ` : ''}(select ${given.join(', ')} offset 0) as given where ${conditions}`,
    rows,
  };
};
