import type { TypeSnapshot } from '../catalog.ts';
import { suggest } from '../diagnostic.ts';
import { ident, literal, textArray } from '../emit/sql.ts';
import { familyOf } from '../families.ts';
import type { Schema } from './schema.ts';
import { allowsNull, typesOf } from './schema.ts';
import { BIGINT, BOOLEAN, JSONB, NUMERIC, TEXT, TYPE_OF_FORMAT } from './types.ts';

/** What a name stands for: a value of a type, or JSON with known parts. */
export type Shape =
  | { readonly kind: 'value'; readonly type: TypeSnapshot }
  | {
      readonly kind: 'object';
      readonly fields: ReadonlyMap<string, Shape> /** No other fields. */;
      readonly closed: boolean;
    }
  | { readonly kind: 'json' };

export const aValue = (type: TypeSnapshot): Shape => ({ kind: 'value', type });
export const ANY_JSON: Shape = { kind: 'json' };

/** What JSON that fits a schema holds. */
export const shapeOf = (schema: Schema | undefined): Shape => {
  const types = schema === undefined ? [] : typesOf(schema);
  const [type] = types;
  if (schema === undefined || types.length !== 1 || type === undefined) return ANY_JSON;
  if (type === 'object' && schema.properties !== undefined)
    return {
      kind: 'object',
      fields: new Map(Object.entries(schema.properties).map(([name, part]) => [name, shapeOf(part)])),
      closed: schema.additionalProperties === false,
    };
  if (type === 'string') return aValue(schema.format === undefined ? TEXT : (TYPE_OF_FORMAT[schema.format] ?? TEXT));
  if (type === 'integer') return aValue(BIGINT);
  if (type === 'number') return aValue(NUMERIC);
  if (type === 'boolean') return aValue(BOOLEAN);
  return ANY_JSON;
};
export const mayBeNull = (schema: Schema | undefined): boolean => schema === undefined || allowsNull(schema);

export interface Named {
  /** The variable, as SQL statements write it. */
  readonly variable: string;
  readonly shape: Shape;
  /** SQL that is true where the name has a value in this call; absent for what always has. */
  readonly present?: string;
}

/** Names that an expression may use. */
export type Scope = ReadonlyMap<string, Named>;

export interface Reference {
  /** The value in its SQL type. */
  readonly sql: string;
  /** The value as an argument of jsonb_build_object. */
  readonly json: string;
  readonly type: TypeSnapshot;
  readonly shape: Shape;
  readonly present?: string;
}

const fromJson = (value: string, text: string, type: TypeSnapshot): string => {
  const family = familyOf(type);
  switch (family.kind) {
    case 'text':
      return family.plain && type.name === 'text' ? `(${text})` : `(${text})::${type.name}`;
    case 'number':
    case 'boolean':
      return `(${text})::${type.name}`;
    case 'json':
      return type.name === 'jsonb' ? `nullif(${value}, 'null')` : `nullif(${value}, 'null')::${type.name}`;
    case 'list':
    case 'object':
      return `(select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', ${value})) as r (v ${type.name}))`;
  }
};

const inside = (name: Named, rest: readonly string[], type: TypeSnapshot): { sql: string; json: string } => {
  const [only] = rest;
  const json =
    rest.length === 1 ? `(${name.variable} -> ${literal(only ?? '')})` : `(${name.variable} #> ${textArray(rest)})`;
  const text =
    rest.length === 1 ? `${name.variable} ->> ${literal(only ?? '')}` : `${name.variable} #>> ${textArray(rest)}`;
  return { json, sql: fromJson(json, text, type) };
};

/** What a path of names refers to, or why it refers to nothing. `as` reads JSON as a type. */
export const resolve = (
  scope: Scope,
  path: readonly string[],
  as?: TypeSnapshot,
): Reference | { readonly reason: string; readonly suggestion: string } => {
  const [first = '', ...rest] = path;
  const name = scope.get(first);
  const written = path.join('.');
  if (name === undefined)
    return { reason: `${JSON.stringify(first)} names nothing here`, suggestion: suggest(first, [...scope.keys()]) };
  let shape = name.shape;
  for (const [i, field] of rest.entries()) {
    const upTo = path.slice(0, i + 1).join('.');
    if (shape.kind === 'value' && shape.type.name !== 'jsonb' && shape.type.name !== 'json')
      return {
        reason: `${JSON.stringify(upTo)} is of type ${shape.type.name} and has no parts`,
        suggestion: `write ${upTo}`,
      };
    if (shape.kind !== 'object') {
      shape = ANY_JSON;
      continue;
    }
    const next = shape.fields.get(field);
    if (next === undefined && shape.closed)
      return {
        reason: `${JSON.stringify(upTo)} has no ${JSON.stringify(field)}`,
        suggestion: suggest(field, [...shape.fields.keys()]),
      };
    shape = next ?? ANY_JSON;
  }
  const type = as ?? (shape.kind === 'value' ? shape.type : JSONB);
  const present = name.present === undefined ? {} : { present: name.present };
  if (rest.length > 0)
    return { ...inside(name, rest, type), type, shape: as === undefined ? shape : aValue(as), ...present };
  if (as !== undefined && as.name !== (shape.kind === 'value' ? shape.type.name : 'jsonb')) {
    if (shape.kind === 'value' && shape.type.name !== 'jsonb')
      return {
        reason: `${JSON.stringify(written)} is of type ${shape.type.name} already`,
        suggestion: `write {{${written}}}`,
      };
    return {
      sql: fromJson(name.variable, `${name.variable} #>> '{}'`, as),
      json: name.variable,
      type: as,
      shape: aValue(as),
      ...present,
    };
  }
  return { sql: name.variable, json: name.variable, type, shape, ...present };
};

/** A name that nothing else bears. */
export const freshName = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? freshName(`${name}_`, taken) : name;

/** A variable of the function, in SQL statements. */
export const inBlock = (variable: string): string => `given.${ident(variable)}`;
