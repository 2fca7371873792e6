import type { ColumnSnapshot } from '../catalog.ts';
import { ACTOR } from '../emit/actor.ts';
import { type Context, given } from '../emit/context.ts';
import { startsEarly } from '../emit/early.ts';
import { ident, literal } from '../emit/sql.ts';
import type { Binding } from './expression.ts';

/** Before the inputs are read, when all that is known of them is their JSON: inputs.x is a text there. */
export const earlyBinding = ({ own }: Context): Binding => ({
  row: (column) => `null /* row.${column} */`,
  input: (name) => `(given.${own._in} ->> ${literal(name)})`,
  inputs: `given.${own._in}`,
  actor: `given.${own._actor}`,
});

/** Once they are read: inputs.x has its column's type. `row` is the row that the alias leads to. */
export const lateBinding = ({ operation, own }: Context, alias: string): Binding => ({
  row: (column) => `${alias}.${ident(column)}`,
  input: (name) => {
    const input = operation.inputs.find(({ column }) => column.name === name);
    return input === undefined ? `null::${typeOf(operation.table.columns, name)}` : given(input.column);
  },
  inputs: `given.${own._in}`,
  actor: startsEarly(operation) ? `given.${own._actor}` : `(${ACTOR})`,
});

const typeOf = (columns: readonly ColumnSnapshot[], name: string): string =>
  columns.find((column) => column.name === name)?.base.name ?? 'text';
