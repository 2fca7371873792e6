import type { Random } from '../../examples/shop/generate.ts';

/** One property of the JSON Schema that ai.describe gives. */
export type Property = Readonly<Record<string, unknown>> & { readonly 'x-type': string };

/** Texts that break what is not quoted. */
const WORDS = [
  "O'Reilly",
  'say "when"',
  'back\\slash',
  'two\nlines',
  'naïve café',
  'Tiếng Việt',
  '東京',
  '🎬',
  '$pg_ai$',
  '%s %I',
  "'); drop table x; --",
  '',
  ' padded ',
] as const;

const text = (random: Random, property: Property): string => {
  const most = typeof property.maxLength === 'number' ? property.maxLength : 60;
  const words = Array.from({ length: random.int(1, 4) }, () => random.pick(WORDS)).join(' ');
  return [...words].slice(0, most).join('');
};

const numeric = (random: Random, type: string): string | number => {
  const [, precision = 12, scale = 4] = /\((\d+),(\d+)\)/.exec(type) ?? [];
  const [whole, fraction] = [Number(precision) - Number(scale), Number(scale)];
  const digits = Array.from({ length: random.int(1, whole) }, () => random.int(0, 9)).join('');
  const decimals = Array.from({ length: random.int(0, fraction) }, () => random.int(0, 9)).join('');
  const value = `${BigInt(digits)}${decimals === '' ? '' : `.${decimals}`}`;
  // Both ways of writing a number must arrive the same; a JSON number only where JavaScript keeps its digits.
  return value.length < 15 && random.chance(50) ? Number(value) : value;
};

const two = (n: number): string => String(n).padStart(2, '0');
const date = (random: Random): string =>
  `${random.int(1900, 2099)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
const time = (random: Random): string =>
  `${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`;

const byType: Readonly<Record<string, (random: Random) => unknown>> = {
  smallint: (random) => random.int(1, 32767),
  integer: (random) => random.int(1, 2147483647),
  bigint: (random) => (random.chance(50) ? random.int(1, 2 ** 31) : '9007199254740993'),
  boolean: (random) => random.chance(50),
  uuid: (random) => random.uuid(),
  date,
  'timestamp without time zone': (random) => `${date(random)}T${time(random)}.${random.int(1, 999999)}`,
  'timestamp with time zone': (random) => `${date(random)}T${time(random)}${random.pick(['Z', '+07:00', '-03:30'])}`,
  interval: (random) => `${random.int(0, 12)} mons ${random.int(1, 27)} days 0${random.int(1, 9)}:00:00`,
  inet: (random) => `10.${random.int(0, 255)}.0.${random.int(1, 254)}`,
  bytea: (random) => `\\x${random.uuid().replaceAll('-', '')}`,
  point: (random) => `(${random.int(-90, 90)},${random.int(-180, 180)}.5)`,
  int4multirange: (random) => `{[${random.int(0, 9)},${random.int(10, 12)}),[13,20)}`,
  tsvector: () => "'never':1 'kept':2",
  jsonb: (random) => ({
    n: random.int(1, 9) / 2,
    'a "key"': [random.pick(WORDS), null, { deep: true }],
    s: random.pick(WORDS),
  }),
};

/** A value that the property allows. */
export const makeValue = (random: Random, property: Property): unknown => {
  const types = Array.isArray(property.type) ? (property.type as string[]) : [property.type];
  if (types.includes('null') && random.chance(15)) return null;
  if (Array.isArray(property.enum)) return random.pick(property.enum.filter((label) => label !== null));
  const type = property['x-type'];
  if (type.endsWith('[]')) return Array.from({ length: random.int(0, 3) }, () => random.pick(WORDS));
  if (type.startsWith('numeric')) return numeric(random, type);
  const make = byType[type];
  if (make !== undefined) return make(random);
  if (types.includes('string')) return text(random, property);
  throw new Error(`no values are made up for the type ${type}: give the column a maker of its own`);
};
