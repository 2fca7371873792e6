import type { ColumnSnapshot } from '../catalog.ts';
import { error, suggest, warning } from '../diagnostic.ts';
import { rowObject } from '../emit/context.ts';
import { ident } from '../emit/sql.ts';
import type { Privilege } from '../ir.ts';
import { expression } from './expression.ts';
import type { Shape } from './scope.ts';
import type { ActionTable } from './snapshot.ts';
import { describe, namesIn, refuseEncrypted, rowShape, tableAt, visibleColumns } from './tables.ts';
import { fits, type Place, type Value, valueAt } from './values.ts';

/** The condition of a step over a table: equalities by column, or SQL over the columns. */
export const whereAt = (
  place: Place,
  at: string,
  table: ActionTable,
  where: unknown,
): { readonly sql: string; readonly columns: readonly string[] } | undefined => {
  const { action, findings, scope } = place;
  if (typeof where === 'string') {
    refuseEncrypted(place, at, table, namesIn(where));
    const sql = expression(action, at, where, 'boolean', scope, findings, `${table.qualified} as t`);
    return sql === undefined ? undefined : { sql, columns: [] };
  }
  if (typeof where !== 'object' || where === null || Array.isArray(where)) {
    findings.diagnostics.push(
      error(
        at,
        'expected an object of columns with values, or an SQL condition',
        '{"email": "$email"}, or "age > :age"',
      ),
    );
    return undefined;
  }
  const parts: string[] = [];
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  for (const [name, value] of Object.entries(where)) {
    const column = columns.get(name);
    if (column === undefined) {
      findings.diagnostics.push(
        error(
          `${at}.${name}`,
          `${JSON.stringify(name)} is not a column of ${table.qualified}`,
          suggest(name, [...columns.keys()]),
        ),
      );
      continue;
    }
    refuseEncrypted(place, `${at}.${name}`, table, [name]);
    const found = valueAt(place, `${at}.${name}`, value);
    if (found === undefined) continue;
    if (!fits(found, column))
      findings.diagnostics.push(
        error(`${at}.${name}`, `it is ${describe(found)}, and ${JSON.stringify(name)} is of type ${column.type}`),
      );
    if ('constant' in found && found.constant === null) parts.push(`t.${ident(name)} is null`);
    else parts.push(`t.${ident(name)} ${column.base.equality ?? '='} ${asColumn(found, column)}`);
  }
  return {
    sql: parts.length === 0 ? 'true' : parts.join(' and '),
    columns: Object.keys(where).filter((name) => columns.has(name)),
  };
};

/** A value compared with a column: in the column's own type, so that an index serves it. */
const asColumn = (value: Value, column: ColumnSnapshot): string => {
  const type = column.base.name;
  if (value.shape.kind === 'value' && value.shape.type.name === type) return value.sql;
  if (value.shape.kind === 'value') return `(${value.sql})::${type}`;
  return `((pg_catalog.to_jsonb(${value.json}) #>> '{}')::${type})`;
};

export interface Find {
  readonly statement: string;
  readonly shape: Shape;
  readonly privileges: readonly Privilege[];
}

/** A step that reads rows: one of them as an object, or many as a list. */
export const findAt = (
  place: Place,
  at: string,
  step: {
    readonly table: string;
    readonly where: unknown;
    readonly columns: readonly string[] | undefined;
    readonly many: boolean;
    readonly limit: number | undefined;
    readonly orderBy: readonly string[];
    readonly lock: boolean;
  },
  into: string,
): Find | undefined => {
  const { action, findings } = place;
  const table = tableAt(place, `${at}.find`, step.table);
  if (table === undefined) return undefined;
  const all = new Map(table.columns.map((column) => [column.name, column]));
  const known = (path: string, names: readonly string[]): ColumnSnapshot[] =>
    names.flatMap((name) => {
      const column = all.get(name);
      if (column === undefined)
        findings.diagnostics.push(
          error(path, `${JSON.stringify(name)} is not a column of ${table.qualified}`, suggest(name, [...all.keys()])),
        );
      return column ?? [];
    });
  const columns = step.columns === undefined ? visibleColumns(table) : known(`${at}.columns`, step.columns);
  const order = step.orderBy.map((name) => ({ name: name.replace(/^-/, ''), down: name.startsWith('-') }));
  refuseEncrypted(place, `${at}.columns`, table, step.columns ?? []);
  refuseEncrypted(
    place,
    `${at}.order_by`,
    table,
    order.map(({ name }) => name),
  );
  known(
    `${at}.order_by`,
    order.map(({ name }) => name),
  );
  const where = whereAt(place, `${at}.where`, table, step.where);
  if (where === undefined) return undefined;
  const isKey = table.uniqueIndexes.some(
    (index) => index.columns?.every((name) => where.columns.includes(name)) === true && index.partial !== true,
  );
  if (!step.many && !isKey && order.length === 0)
    findings.diagnostics.push(
      warning(
        `${at}.where`,
        `any one of several rows of ${table.qualified} may be found`,
        'use a unique key, or say which: "order_by": ["-created_at"]; "many": true gives all',
      ),
    );
  const primary = table.uniqueIndexes.find((index) => index.primary === true)?.columns ?? [];
  const sorted = order.length === 0 ? (step.many ? primary.map((name) => ({ name, down: false })) : []) : order;
  const by =
    sorted.length === 0
      ? ''
      : `\norder by ${sorted.map(({ name, down }) => `t.${ident(name)}${down ? ' desc' : ''}`).join(', ')}`;
  const row = rowObject('t', columns);
  const limit = step.many ? (step.limit ?? 1000) : 1;
  const source = `from ${table.qualified} as t\nwhere ${where.sql}${by}\nlimit ${limit}${step.lock ? '\nfor update' : ''}`;
  const selected = [
    ...new Set([...columns.map((column) => column.name), ...where.columns, ...sorted.map(({ name }) => name)]),
  ];
  const privileges: Privilege[] =
    action.security === 'invoker'
      ? []
      : [
          { on: 'schema', name: ident(table.schema), privilege: 'usage' },
          {
            on: 'table',
            name: table.qualified,
            privilege: 'select',
            columns: table.columns.map(({ name }) => name).filter((name) => selected.includes(name)),
          },
          ...(step.lock
            ? [
                {
                  on: 'table' as const,
                  name: table.qualified,
                  privilege: 'update' as const,
                  columns: [(primary[0] ?? columns[0]?.name) as string],
                },
              ]
            : []),
        ];
  return {
    statement: step.many
      ? `select coalesce(pg_catalog.jsonb_agg(s.r), '[]') into ${into}\nfrom (\n  select ${row} as r\n  ${source.replaceAll('\n', '\n  ')}\n) as s;`
      : `select ${row} into ${into}\n${source};`,
    shape: step.many ? { kind: 'json' } : rowShape(columns),
    privileges,
  };
};
