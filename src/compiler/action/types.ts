import type { TypeSnapshot } from '../catalog.ts';

const simple = (name: string, category: string): TypeSnapshot => ({ name, kind: 'b', category });
const listOf = (element: TypeSnapshot): TypeSnapshot => ({
  name: `${element.name}[]`,
  kind: 'a',
  category: 'A',
  element,
});

/** Types that the words of JSON Schema stand for; integers and numbers as wide as JSON can carry them exactly. */
export const TEXT = simple('text', 'S');
export const BIGINT = simple('bigint', 'N');
export const NUMERIC = simple('numeric', 'N');
export const BOOLEAN = simple('boolean', 'B');
export const JSONB = simple('jsonb', 'U');
export const TIMESTAMP = simple('timestamp with time zone', 'D');

const SCALARS: Readonly<Record<string, TypeSnapshot>> = {
  string: TEXT,
  integer: BIGINT,
  number: NUMERIC,
  boolean: BOOLEAN,
};

/** Formats that are types of their own. */
export const TYPE_OF_FORMAT: Readonly<Record<string, TypeSnapshot>> = {
  uuid: simple('uuid', 'U'),
  date: simple('date', 'D'),
  time: simple('time without time zone', 'D'),
  'date-time': TIMESTAMP,
};

/** The SQL type of a schema that names none: what it holds decides. Lists of scalars are arrays, anything else with parts is jsonb. */
export const typeOfSchema = (
  type: string | undefined,
  format: string | undefined,
  itemType: string | undefined,
): TypeSnapshot => {
  if (type === 'string' && format !== undefined) return TYPE_OF_FORMAT[format] ?? TEXT;
  if (type === 'array' && itemType !== undefined && SCALARS[itemType] !== undefined)
    return listOf(SCALARS[itemType] ?? TEXT);
  return SCALARS[type ?? ''] ?? JSONB;
};
