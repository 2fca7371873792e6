import type { ColumnSnapshot } from '../catalog.ts';
import type { Input, Operation } from '../ir.ts';
import type { Mask } from '../policy/handling.ts';
import { hasRole } from './access.ts';
import { type Context, given } from './context.ts';
import { ident, jsonb, literal, textArray, variable } from './sql.ts';

/** Values that are not written as they came: checked as given, hashed or encrypted before the statement. */
export const emitStoredForms = ({ operation }: Context): string => {
  if (operation.kind === 'fetch' || operation.kind === 'delete') return '';
  const { hashes, encrypted, pgcrypto } = operation.handling;
  const isInput = ({ column }: { readonly column: ColumnSnapshot }): boolean =>
    operation.inputs.some((input) => input.column === column);
  const schema = ident(pgcrypto);
  const hashing = hashes.filter(isInput).map(({ column, cost }) => {
    const own = variable(column.name);
    return `if given.${own} is not null then
  ${own} := ${schema}.crypt(given.${own}::text, ${schema}.gen_salt('bf'::text, ${cost}));
end if;`;
  });
  const encrypting = encrypted
    .filter(isInput)
    .map(
      ({ column, key }) =>
        `${variable(column.name)} := ai_gen._encrypt(${literal(key)}, given.${variable(column.name)}::text);`,
    );
  return [
    ...(hashing.length === 0 ? [] : ['-- Hashed before it is written.', ...hashing]),
    ...(encrypting.length === 0 ? [] : ['-- Encrypted before it is written.', ...encrypting]),
  ].join('\n');
};

/** A request as a digest may be kept of it. Anybody who reads a plain one could try passwords and numbers against it. */
export const digestible = (inputs: readonly Input[], request: string): string =>
  inputs.some(isSecret) ? `ai_private.keyed_request(${request})` : request;

export const isSecret = ({ rules }: Input): boolean => rules.protected === true || rules.encrypt !== undefined;

/** Hashing takes so long that sets gain nothing. */
export const hashesValues = ({ operation }: Context): boolean =>
  operation.handling.hashes.some(({ column }) => operation.inputs.some((input) => input.column === column));

/** The value of an input as a set of calls writes it: encrypted in the statement itself. */
export const storedInSets = ({ operation }: Context, column: ColumnSnapshot): string => {
  const key = operation.handling.encrypted.find((each) => each.column === column)?.key;
  return key === undefined ? given(column) : `ai_gen._encrypt(${literal(key)}, ${given(column)}::text)`;
};

/** What of a row audit and events get. */
export const recorded = ({ operation }: Context, row: string): string => {
  const left = operation.handling.unrecorded.map((column) => column.name);
  return left.length === 0 || row === 'null' ? row : `${row} - ${textArray(left)}`;
};

/** Appended to an answer: fields of which its caller sees a part. No second query: the row is at hand. */
export const maskedFields = ({ operation }: Context, row: string, shown: readonly ColumnSnapshot[]): string => {
  const masks = operation.handling.masks.filter(({ column }) => shown.includes(column));
  if (masks.length === 0) return '';
  const fields = masks.map(({ column, mask }) => {
    const shown = isEncrypted(operation, column) ? revealed : inPart;
    return `${literal(column.name)}, ${shown(operation, row, column, mask)}`;
  });
  return ` || pg_catalog.jsonb_build_object(${fields.join(', ')})`;
};

const isEncrypted = ({ handling }: Operation, column: ColumnSnapshot): boolean =>
  handling.encrypted.some((each) => each.column === column);

/** As ai_private.masked has it, with all that is known beforehand; null, which is no text, stays what it is. */
const inPart = (operation: Operation, row: string, { name }: ColumnSnapshot, mask: Mask): string => {
  const text = `${row} ->> ${literal(name)}`;
  const whole = mask.clear_for === undefined ? '' : ` when ${hasRole(operation, mask.clear_for)} then ${text}`;
  if ('as' in mask)
    return `case when ${text} is null then null${whole} when pg_catalog.strpos(${text}, '@') > 1 then pg_catalog.left(${text}, 1) || '***@' || pg_catalog.split_part(${text}, '@', 2) else '***' end`;
  const { show_first: first, show_last: last } = mask;
  const parts = [
    ...(first === 0 ? [] : [`pg_catalog.left(${text}, ${first})`]),
    `'***'`,
    ...(last === 0 ? [] : [`pg_catalog.right(${text}, ${last})`]),
  ];
  const short = parts.length === 1 ? '' : ` when pg_catalog.char_length(${text}) < ${first + last + 3} then '***'`;
  return `case when ${text} is null then null${whole}${short} else ${parts.join(' || ')} end`;
};

/** What a caller sees of an encrypted field. It is decrypted only where something of it is shown. */
const revealed = (operation: Operation, row: string, { name }: ColumnSnapshot, mask: Mask): string => {
  const stored = `${row} ->> ${literal(name)}`;
  const clear = `ai_gen._decrypt(${stored})`;
  if ('as' in mask || mask.show_first + mask.show_last > 0)
    return `ai_private.masked(pg_catalog.to_jsonb(${clear}), ${jsonb(mask)})`;
  const whole = mask.clear_for === undefined ? '' : ` when ${hasRole(operation, mask.clear_for)} then ${clear}`;
  return `case when ${stored} is null then null${whole} else '***' end`;
};
