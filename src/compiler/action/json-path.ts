import type { Schema } from './schema.ts';

/*
 * A schema as one jsonpath predicate, so that what fits is settled by a single expression. As in ../emit/usual.ts it may fail to vouch for
 * a good value, never vouch for a bad one: for a schema that it cannot say there is none.
 */

const quoted = (text: string): string => JSON.stringify(text);

/** Whether each part of a conjunction could be said. */
const all = (parts: readonly (string | undefined)[]): string | undefined =>
  parts.some((part) => part === undefined) ? undefined : parts.filter((part) => part !== '').join(' && ');

const typeIs = (value: string, type: string): string =>
  type === 'integer'
    ? `(${value}.type() == "number" && ${value}.floor() == ${value})`
    : `${value}.type() == ${quoted(type)}`;

const scalar = (value: unknown): string | undefined =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value) : undefined;

const digits = (value: number | string): string | undefined =>
  /^-?\d+(\.\d+)?$/.test(String(value)) ? String(value) : undefined;

const predicate = (schema: Schema, value: string): string | undefined => {
  const types = [schema.type ?? []].flat();
  // Only where the type is certain is a comparison never unknown, which is neither true nor false.
  const only = (type: string): boolean =>
    types.every((each) => each === type || each === 'null' || (type === 'number' && each === 'integer')) &&
    types.length > 0;
  const unlessNull = (condition: string): string =>
    types.includes('null') ? `(${value}.type() == "null" || ${condition})` : condition;
  const parts: (string | undefined)[] = [
    types.length === 0
      ? ''
      : types.length === 1
        ? typeIs(value, types[0] ?? '')
        : `(${types.map((type) => typeIs(value, type)).join(' || ')})`,
  ];
  if (schema.enum !== undefined || schema.const !== undefined) {
    const allowed = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])].map(scalar);
    parts.push(
      schema.enum !== undefined && schema.const !== undefined
        ? undefined
        : types.length === 0 || types.includes('array') || allowed.some((each) => each === undefined)
          ? undefined
          : `(${allowed.map((each) => `${value} == ${each}`).join(' || ')}${types.includes('null') ? ` || ${value} == null` : ''})`,
    );
  }
  for (const [word, sign] of [
    ['minimum', '>='],
    ['maximum', '<='],
    ['exclusiveMinimum', '>'],
    ['exclusiveMaximum', '<'],
  ] as const) {
    const bound = schema[word];
    if (bound === undefined) continue;
    const limit = digits(bound);
    parts.push(
      only('number') && limit !== undefined
        ? unlessNull(`${value} ${sign} ${limit.startsWith('-') ? `(${limit})` : limit}`)
        : undefined,
    );
  }
  for (const word of ['minLength', 'maxLength', 'format', 'pattern', 'multipleOf', 'uniqueItems'] as const)
    if (schema[word] !== undefined) parts.push(undefined);
  for (const [word, sign] of [
    ['minItems', '>='],
    ['maxItems', '<='],
  ] as const) {
    if (schema[word] !== undefined)
      parts.push(only('array') ? unlessNull(`${value}.size() ${sign} ${schema[word]}`) : undefined);
  }
  if (schema.items !== undefined) {
    const each = predicate(schema.items, '@');
    if (each !== '')
      parts.push(each === undefined || !only('array') ? undefined : unlessNull(`!exists(${value}[*] ? (!(${each})))`));
  }
  const required = new Set(schema.required ?? []);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = `${value}.${quoted(name)}`;
    const each = predicate(property, at);
    if (each === undefined || !only('object')) {
      parts.push(undefined);
      continue;
    }
    if (required.has(name)) parts.push(unlessNull(each === '' ? `exists(${at})` : `exists(${at}) && ${each}`));
    else if (each !== '') parts.push(unlessNull(`(!exists(${at}) || ${each})`));
  }
  if (schema.additionalProperties === false) {
    const keys = Object.keys(schema.properties ?? {});
    const known = keys.map((name) => `@.key == ${quoted(name)}`).join(' || ');
    parts.push(
      only('object')
        ? unlessNull(
            keys.length === 0 ? `!exists(${value}.keyvalue())` : `!exists(${value}.keyvalue() ? (!(${known})))`,
          )
        : undefined,
    );
  }
  return all(parts.map((part) => (part === undefined || part === '' ? part : `(${part})`)));
};

/** Nested brackets that are certainly fewer than what jsonpath's parser bears. */
const LONGEST = 8000;

/** The predicate over "$", or undefined where none vouches for all that the schema says. */
export const vouching = (schema: Schema): string | undefined => {
  const path = predicate(schema, '$');
  return path === undefined || path === '' || path.length > LONGEST ? undefined : path;
};
