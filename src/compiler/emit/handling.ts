import type { ColumnSnapshot } from '../catalog.ts';
import type { Context } from './context.ts';
import { ident, jsonb, literal, textArray, variable } from './sql.ts';

/** Values that are not written as they came: checked as given, hashed before the statement. */
export const emitHashing = ({ operation }: Context): string => {
  const { hashes, pgcrypto } = operation.handling;
  const written = operation.kind === 'fetch' || operation.kind === 'delete' ? [] : hashes;
  const parts = written
    .filter(({ column }) => operation.inputs.some((input) => input.column === column))
    .map(({ column, cost }) => {
      const own = variable(column.name);
      const schema = ident(pgcrypto);
      return `if given.${own} is not null then
  ${own} := ${schema}.crypt(given.${own}::text, ${schema}.gen_salt('bf'::text, ${cost}));
end if;`;
    });
  return parts.length === 0 ? '' : `-- Hashed before it is written.\n${parts.join('\n')}`;
};

export const hashesInputs = (context: Context): boolean => emitHashing(context) !== '';

/** What of a row audit and events get. */
export const recorded = ({ operation }: Context, row: string): string => {
  const left = operation.handling.unrecorded.map((column) => column.name);
  return left.length === 0 || row === 'null' ? row : `${row} - ${textArray(left)}`;
};

/** Appended to an answer: fields of which its caller sees a part. No second query: the row is at hand. */
export const maskedFields = ({ operation }: Context, row: string, shown: readonly ColumnSnapshot[]): string => {
  const masks = operation.handling.masks.filter(({ column }) => shown.includes(column));
  if (masks.length === 0) return '';
  const fields = masks.map(
    ({ column, mask }) =>
      `${literal(column.name)}, ai_private.masked(${row} -> ${literal(column.name)}, ${jsonb(mask)})`,
  );
  return ` || pg_catalog.jsonb_build_object(${fields.join(', ')})`;
};
