import type { ColumnSnapshot, TypeSnapshot } from './catalog.ts';
import type { Family } from './ir.ts';

const NUMBERS: Readonly<Record<string, { integer: boolean; digits: boolean }>> = {
  smallint: { integer: true, digits: false },
  integer: { integer: true, digits: false },
  // Callers in JavaScript cannot write these as JSON numbers without losing digits, so their digits are taken as text too.
  bigint: { integer: true, digits: true },
  numeric: { integer: false, digits: true },
  // NaN and the infinities have no JSON number.
  real: { integer: false, digits: true },
  'double precision': { integer: false, digits: true },
};
const PLAIN_TEXT = new Set(['text', 'character varying', 'bpchar']);

/** How values of a type travel through JSON. */
export const familyOf = (type: TypeSnapshot): Family => {
  if (type.kind === 'a' && type.element !== undefined) return { kind: 'list', element: familyOf(type.element) };
  if (type.kind === 'c') return { kind: 'object', attributes: type.attributes ?? [] };
  const number = NUMBERS[type.name];
  if (number !== undefined) return { kind: 'number', ...number };
  if (type.name === 'boolean') return { kind: 'boolean' };
  if (type.name === 'json' || type.name === 'jsonb') return { kind: 'json' };
  return { kind: 'text', plain: PLAIN_TEXT.has(type.name) && type.domain === undefined };
};

/** Where the words of JSON Schema for texts apply: the type holds free text, perhaps behind a domain or as citext. */
export const isFreeText = (column: ColumnSnapshot): boolean =>
  column.base.kind === 'b' &&
  (column.base.category === 'S' || column.base.name === 'text') &&
  column.base.name !== '"char"';

/** The `jsonb_typeof` results that an input of this family may have. */
export const jsonTypesOf = (family: Family): readonly string[] => {
  switch (family.kind) {
    case 'text':
      return ['string'];
    case 'number':
      return family.digits ? ['number', 'string'] : ['number'];
    case 'boolean':
      return ['boolean'];
    case 'list':
      return ['array'];
    case 'object':
      return ['object'];
    case 'json':
      return [];
  }
};

const WITH_FLOATS = new Set(['real', 'double precision', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle']);

/** Whether values of the type hold, or might hold, floats, of which a session's extra_float_digits decides how many digits are written. */
export const mayHoldFloats = (type: TypeSnapshot): boolean =>
  type.element === undefined ? 'crm'.includes(type.kind) || WITH_FLOATS.has(type.name) : mayHoldFloats(type.element);
