import type { ColumnSnapshot, TypeSnapshot } from '../catalog.ts';
import { error } from '../diagnostic.ts';
import { jsonb, literal } from '../emit/sql.ts';
import { familyOf, jsonTypesOf } from '../families.ts';
import { expression, type Findings } from './expression.ts';
import { ANY_JSON, aValue, type Reference, resolve, type Scope, type Shape } from './scope.ts';
import type { ActionSnapshot } from './snapshot.ts';
import { BOOLEAN, NUMERIC, TEXT } from './types.ts';

/** What values are compiled with. */
export interface Place {
  readonly action: ActionSnapshot;
  readonly scope: Scope;
  readonly findings: Findings;
}

/** A value of a step as SQL. */
export interface Value {
  /** As an argument of jsonb_build_object. */
  readonly json: string;
  /** In its type. */
  readonly sql: string;
  readonly shape: Shape;
  /** A value that stands in the step itself. */
  readonly constant?: unknown;
  readonly present?: string;
}

const REFERENCE = /^\$([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)*)$/u;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isExpression = (value: Record<string, unknown>): boolean =>
  typeof value.sql === 'string' && Object.keys(value).every((key) => key === 'sql' || key === 'type');

export const referenceOf = ({ scope, findings }: Place, at: string, written: string): Reference | undefined => {
  const [, path = ''] = REFERENCE.exec(written) ?? [];
  const found = path === '' ? undefined : resolve(scope, path.split('.'));
  if (found !== undefined && !('reason' in found)) return found;
  findings.diagnostics.push(
    error(
      at,
      found === undefined ? `${JSON.stringify(written)} is no reference` : `${written}: ${found.reason}`,
      found === undefined
        ? 'write "$name" or "$name.field"; a text that begins with "$" is written "$$…"'
        : found.suggestion,
    ),
  );
  return undefined;
};

const constantShape = (value: unknown): Shape =>
  typeof value === 'string'
    ? aValue(TEXT)
    : typeof value === 'number'
      ? aValue(NUMERIC)
      : typeof value === 'boolean'
        ? aValue(BOOLEAN)
        : ANY_JSON;

const constant = (value: unknown): Value => ({
  json: value === null ? "'null'::jsonb" : typeof value === 'string' ? `${literal(value)}::text` : jsonb(value),
  sql:
    typeof value === 'string'
      ? `${literal(value)}::text`
      : typeof value === 'number'
        ? `${literal(String(value))}::numeric`
        : typeof value === 'boolean'
          ? String(value)
          : jsonb(value),
  shape: constantShape(value),
  constant: value,
});

/** A value: a constant, "$name.field", {"sql": "…", "type": "…"}, or a list or an object of values. */
export const valueAt = (place: Place, at: string, value: unknown): Value | undefined => {
  const { action, scope, findings } = place;
  if (typeof value === 'string') {
    if (value.startsWith('$$')) return constant(value.slice(1));
    if (!value.startsWith('$')) return constant(value);
    const found = referenceOf(place, at, value);
    return found === undefined
      ? undefined
      : {
          json: found.json,
          sql: found.sql,
          shape: found.shape,
          ...(found.present === undefined ? {} : { present: found.present }),
        };
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    findings.diagnostics.push(error(at, 'more digits than a JSON number keeps', 'write it as a text'));
    return undefined;
  }
  if (!Array.isArray(value) && !isObject(value)) return constant(value);
  if (isObject(value) && isExpression(value)) {
    const named = typeof value.type === 'string' ? value.type : undefined;
    const type: TypeSnapshot | null | undefined = named === undefined ? undefined : action.types[named];
    if (named !== undefined && (type === undefined || type === null)) {
      findings.diagnostics.push(
        error(
          `${at}.type`,
          `${JSON.stringify(named)} is not a type here`,
          'name a type of the database, with its schema',
        ),
      );
      return undefined;
    }
    const sql = expression(action, `${at}.sql`, String(value.sql), type?.name, scope, findings);
    return sql === undefined
      ? undefined
      : { json: sql, sql, shape: type === undefined || type === null ? ANY_JSON : aValue(type) };
  }
  const parts = (Array.isArray(value) ? value.map((part, i) => [String(i), part] as const) : Object.entries(value)).map(
    ([key, part]) => [key, valueAt(place, Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`, part)] as const,
  );
  if (parts.some(([, part]) => part === undefined)) return undefined;
  if (parts.every(([, part]) => part !== undefined && 'constant' in part))
    return constant(
      Array.isArray(value)
        ? parts.map(([, part]) => part?.constant)
        : Object.fromEntries(parts.map(([key, part]) => [key, part?.constant])),
    );
  const json = Array.isArray(value)
    ? `pg_catalog.jsonb_build_array(${parts.map(([, part]) => part?.json).join(', ')})`
    : objectOf(parts.map(([key, part]) => [key, part as Value]));
  const fields = new Map(parts.map(([key, part]) => [key, part?.shape ?? ANY_JSON]));
  return { json, sql: json, shape: Array.isArray(value) ? ANY_JSON : { kind: 'object', fields, closed: true } };
};

/** PL/pgSQL functions take at most 100 arguments. */
const PAIRS = 40;

/** A JSON object of values. What an optional input would have given is left out where the call leaves it out. */
export const objectOf = (entries: readonly (readonly [string, Value])[]): string => {
  const pieces: string[] = [];
  const always = entries.filter(([, value]) => value.present === undefined);
  for (let i = 0; i < always.length; i += PAIRS)
    pieces.push(
      `pg_catalog.jsonb_build_object(${always
        .slice(i, i + PAIRS)
        .map(([name, { json }]) => `${literal(name)}, ${json}`)
        .join(', ')})`,
    );
  for (const [name, { json, present }] of entries)
    if (present !== undefined)
      pieces.push(`case when ${present} then pg_catalog.jsonb_build_object(${literal(name)}, ${json}) else '{}' end`);
  return pieces.length === 0 ? `'{}'::jsonb` : pieces.length === 1 ? (pieces[0] ?? '') : `(${pieces.join('\n  || ')})`;
};

/** Whether JSON of a value can be read as a column, as far as that is known. */
export const fits = (value: Value, column: ColumnSnapshot): boolean => {
  const wanted = jsonTypesOf(familyOf(column.base));
  if (wanted.length === 0) return true;
  const accepted = [...wanted, 'null'];
  if ('constant' in value) {
    const given = value.constant;
    const type = given === null ? 'null' : Array.isArray(given) ? 'array' : typeof given;
    return accepted.includes(type);
  }
  if (value.shape.kind === 'json') return true;
  if (value.shape.kind === 'object') return accepted.includes('object');
  const types = jsonTypesOf(familyOf(value.shape.type));
  return types.length === 0 || types.some((type) => accepted.includes(type));
};

/** A condition: an SQL expression with :parameters, a reference, or true and false. As SQL that is true where it holds. */
export const conditionAt = (place: Place, at: string, value: unknown): string | undefined => {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') {
    place.findings.diagnostics.push(error(at, 'expected an SQL expression, or "$name"', '":user.balance >= :amount"'));
    return undefined;
  }
  if (!value.startsWith('$')) return expression(place.action, at, value, 'boolean', place.scope, place.findings);
  const found = referenceOf(place, at, value);
  if (found === undefined) return undefined;
  if (found.type.name !== 'boolean' && found.shape.kind === 'value') {
    place.findings.diagnostics.push(
      error(at, `${value} is of type ${found.type.name}`, 'a condition is true or false'),
    );
    return undefined;
  }
  return found.shape.kind === 'value' ? found.sql : `(${found.sql})::boolean`;
};

/** A value as JSON. */
export const jsonOf = (value: Value): string =>
  value.shape.kind === 'value' ? `pg_catalog.to_jsonb(${value.sql})` : `pg_catalog.to_jsonb(${value.json})`;

/** A value as text. */
export const textOf = (value: Value): string =>
  value.shape.kind === 'value'
    ? value.shape.type.name === 'text'
      ? value.sql
      : `(${value.sql})::text`
    : `(pg_catalog.to_jsonb(${value.json}) #>> '{}')`;
