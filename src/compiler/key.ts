import type { ColumnSnapshot, TableSnapshot } from './catalog.ts';
import { type Diagnostic, error } from './diagnostic.ts';
import { ident } from './emit/sql.ts';
import type { OperationDeclaration, OperationKind } from './grammar.ts';
import type { Operation } from './ir.ts';

/** Columns by their names; those that are not there are told. */
type Known = (path: string, names: readonly string[]) => ColumnSnapshot[];

/** The columns by which an operation finds its row. */
export const resolveKey = (
  kind: OperationKind,
  path: string,
  table: TableSnapshot,
  own: OperationDeclaration,
  known: Known,
  diagnostics: Diagnostic[],
): ColumnSnapshot[] => {
  const usable = table.uniqueIndexes.filter(
    (index) => index.columns !== undefined && index.partial !== true && !(kind === 'upsert' && index.deferred === true),
  );
  const choices = usable.map((index) => `"key": ${JSON.stringify(index.columns)}`).join(' or ');
  if (own.key === undefined) {
    const primary = usable.find((index) => index.primary === true);
    if (primary?.columns !== undefined) return known(path, primary.columns);
    diagnostics.push(
      error(
        path,
        `${table.qualified} has no primary key to find the row by`,
        choices === '' ? 'give the table a primary key' : `name a unique key: ${choices}`,
      ),
    );
    return [];
  }
  const columns = known(`${path}.key`, own.key);
  const wanted = [...own.key].sort().join('\0');
  if (
    columns.length === own.key.length &&
    !usable.some((index) => [...(index.columns ?? [])].sort().join('\0') === wanted)
  ) {
    diagnostics.push(
      error(
        `${path}.key`,
        `no unique key of ${table.qualified} has just these columns`,
        choices === '' ? 'give the table a primary key or a unique constraint' : `use ${choices}`,
      ),
    );
  }
  return columns;
};

/** What counts the versions of a row, where an operation has them. */
export const resolveVersion = (
  path: string,
  own: OperationDeclaration,
  known: Known,
  diagnostics: Diagnostic[],
): Operation['version'] => {
  if (own.version === undefined) return undefined;
  if (own.version === 'xmin') return { kind: 'xmin' };
  const [column] = known(`${path}.version`, [own.version]);
  if (column === undefined) return undefined;
  const t = `t.${ident(column.name)}`;
  if (['smallint', 'integer', 'bigint'].includes(column.base.name)) return { kind: 'column', column, next: `${t} + 1` };
  if (column.base.name.startsWith('timestamp')) return { kind: 'column', column, next: 'pg_catalog.clock_timestamp()' };
  if (column.base.name === 'uuid') return { kind: 'column', column, next: 'pg_catalog.gen_random_uuid()' };
  diagnostics.push(
    error(
      `${path}.version`,
      `a column of type ${column.type} cannot count versions`,
      'use an integer, timestamp or uuid column, or "xmin"',
    ),
  );
  return undefined;
};
