import { ident } from './emit/sql.ts';
import type { Operation, Privilege, TableUnit } from './ir.ts';
import { columnsOf } from './policy/ir.ts';

/** Exactly what ai_owner needs to run the operations: column by column where PostgreSQL can grant so. */
export const privilegesOf = (unit: TableUnit): Privilege[] => {
  const { table } = unit;
  const operations = unit.operations.filter((operation) => operation.security === 'definer');
  if (operations.length === 0) return [];
  const selected = new Set<string>();
  const inserted = new Set<string>();
  const updated = new Set<string>();
  const sequences = new Set<string>();
  const schemas = new Set<string>([table.schema]);
  const functions = new Set<string>();
  let deletes = false;
  const add = (set: Set<string>, names: readonly string[]): void => {
    for (const name of names) set.add(name);
  };

  for (const operation of operations) {
    const written = operation.inputs.map((input) => input.column.name);
    const key = operation.key.map((column) => column.name);
    add(selected, [
      ...key,
      ...(operation.kind === 'fetch' ? operation.returns : operation.visible).map((column) => column.name),
    ]);
    add(selected, columnsOf(operation.policy));
    if (operation.handling.hashes.length + operation.handling.encrypted.length > 0)
      add(schemas, [operation.handling.pgcrypto]);
    for (const input of operation.inputs) add(schemas, input.column.base.schemas ?? []);
    if (operation.version?.kind === 'column') add(selected, [operation.version.column.name]);
    // System columns are granted like any other.
    if (operation.returnsVersion || operation.version?.kind === 'xmin') add(selected, ['xmin']);
    if (operation.kind === 'create' || operation.kind === 'upsert') {
      add(inserted, written);
      for (const column of table.columns) add(sequences, column.sequences ?? []);
    }
    if (operation.kind === 'update') {
      // options.set_default evaluates the column's default
      for (const input of operation.inputs) add(sequences, input.column.sequences ?? []);
      add(
        updated,
        written.filter((name) => !key.includes(name)),
      );
      if (operation.version?.kind === 'column') add(updated, [operation.version.column.name]);
      add(selected, keptWhenAbsent(operation));
    }
    if (operation.kind === 'upsert') {
      const changed = written.filter((name) => !key.includes(name));
      add(updated, changed.length === 0 ? key.slice(0, 1) : changed);
      add(selected, keptWhenAbsent(operation));
      // EXCLUDED is read under the same privileges as the table.
      add(selected, changed.length === 0 ? key.slice(0, 1) : changed);
    }
    if (operation.kind === 'delete') deletes = true;
    for (const hook of [...operation.hooks, ...operation.afterCommit].filter((each) => each.schema !== undefined)) {
      add(schemas, [hook.schema ?? '']);
      add(functions, [`${hook.call}(jsonb)`]);
    }
  }
  add(schemas, table.schemas);

  const onTable = (privilege: 'select' | 'insert' | 'update', names: Set<string>): Privilege[] =>
    names.size === 0
      ? []
      : [
          {
            on: 'table',
            name: table.qualified,
            privilege,
            columns: [...table.columns.map((c) => c.name), 'xmin'].filter((name) => names.has(name)),
          },
        ];
  // INSERT … DEFAULT VALUES names no column, so it needs the table's own privilege.
  const insertsNothing = operations.some((operation) => operation.kind === 'create' && operation.inputs.length === 0);
  return [
    ...[...schemas].sort().map((schema): Privilege => ({ on: 'schema', name: ident(schema), privilege: 'usage' })),
    ...[...sequences].sort().map((sequence): Privilege => ({ on: 'sequence', name: sequence, privilege: 'usage' })),
    ...[...functions].sort().map((name): Privilege => ({ on: 'function', name, privilege: 'execute' })),
    ...onTable('select', selected),
    ...(insertsNothing
      ? [{ on: 'table', name: table.qualified, privilege: 'insert' } as const]
      : onTable('insert', inserted)),
    ...onTable('update', updated),
    ...(deletes ? [{ on: 'table', name: table.qualified, privilege: 'delete' } as const] : []),
  ];
};

/** Optional inputs keep their old value when absent, so the old value must be readable. */
const keptWhenAbsent = (operation: Operation): string[] =>
  operation.inputs.filter((input) => !input.required && !input.isKey).map((input) => input.column.name);
