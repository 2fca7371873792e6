import * as z from 'zod/mini';
import { defaultLiteral } from '../analyze.ts';
import type { ColumnSnapshot, TypeSnapshot } from '../catalog.ts';
import { check } from '../declaration.ts';
import { type Diagnostic, error, suggest } from '../diagnostic.ts';
import { jsonb, literal, variable } from '../emit/sql.ts';
import { familyOf } from '../families.ts';
import { FORMAT_PATTERNS } from '../formats.ts';
import { type FieldRules, fieldRules, JSON_TYPES } from '../grammar.ts';
import type { Input, Probe, Violation } from '../ir.ts';
import { HANDLING_WORDS } from '../policy/definitions.ts';
import { combineRules, conflictsOf, type FieldSource } from '../policy/fields.ts';
import { checkRules, probesOf, violationsOf } from '../rules.ts';
import type { JsonSchema } from '../schema.ts';
import { vouching } from './json-path.ts';
import type { ActionSnapshot } from './snapshot.ts';
import { BIGINT, NUMERIC, typeOfSchema } from './types.ts';

const jsonType = z.enum([...JSON_TYPES, 'null']);

/** The words of JSON Schema that actions know: those of declarations, those for what is nested, and the type in SQL. */
export const schemaWords = z.extend(fieldRules, {
  type: z.optional(z.union([jsonType, z.array(jsonType).check(z.minLength(1))])),
  items: z.optional(z.unknown()),
  properties: z.optional(z.record(z.string(), z.unknown())),
  required: z.optional(z.array(z.string())),
  additionalProperties: z.optional(z.boolean()),
  default: z.optional(z.unknown()),
  writeOnly: z.optional(z.boolean()),
  'x-type': z.optional(z.string()),
  $schema: z.optional(z.string()),
  $comment: z.optional(z.string()),
});

/** A schema that has been read: parts are schemas, too. */
export interface Schema extends Omit<z.infer<typeof schemaWords>, 'items' | 'properties'> {
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

export interface Reading {
  readonly schema: Schema;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a schema and all its parts. What is wrong is told and left out. */
export const readSchema = (path: string, value: unknown): Reading => {
  const read = check(path, schemaWords, value);
  const diagnostics: Diagnostic[] = read.diagnostics.map((d) => ({
    ...d,
    path: d.path.replace(`${path}: `, `${path}.`),
  }));
  const { items, properties, ...rest } = read.value ?? {};
  for (const word of HANDLING_WORDS)
    if (rest[word] !== undefined)
      diagnostics.push(
        error(
          `${path}.${word}`,
          'says what becomes of a column, and this is none',
          'of the answer a row of ai.policies of the kind "data" can mask fields or leave them out',
        ),
      );
  const part = (at: string, inner: unknown): Schema => {
    const reading = readSchema(at, inner);
    diagnostics.push(...reading.diagnostics);
    return reading.schema;
  };
  const schema: Schema = {
    ...rest,
    ...(items === undefined ? {} : { items: part(`${path}.items`, items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, part(`${path}.properties.${name}`, inner)]),
          ),
        }),
  };
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(schema.properties ?? {}, name))
      diagnostics.push(
        error(
          `${path}.required`,
          `${JSON.stringify(name)} is not among the properties`,
          suggest(name, Object.keys(schema.properties ?? {})),
        ),
      );
  }
  return { schema, diagnostics };
};

/** JSON types that a schema allows, without null. */
export const typesOf = (schema: Schema): readonly string[] =>
  [schema.type ?? []].flat().filter((type) => type !== 'null');
/** A schema without a type allows everything; but SQL types say of themselves whether they may be null, and none of them does here. */
export const allowsNull = (schema: Schema): boolean =>
  schema.type === undefined ? schema['x-type'] === undefined : [schema.type].flat().includes('null');
const isProtected = (schema: Schema): boolean => schema.protected === true || schema.writeOnly === true;

/** Words that the rules of columns know: the rest of a schema is judged by ai_private.json_errors. */
const FLAT = Object.keys(fieldRules._zod.def.shape);

/** Whether something stands in the schema that a typed variable and its rules do not judge. */
const isNested = (schema: Schema, base: TypeSnapshot): boolean => {
  const { items } = schema;
  const itemsSay =
    items !== undefined &&
    Object.keys(items).some((word) => !['type', 'description', 'title', 'examples'].includes(word));
  return (
    schema.properties !== undefined ||
    schema.additionalProperties === false ||
    itemsSay ||
    (base.name === 'jsonb' &&
      (items !== undefined || typesOf(schema).length > 1 || JUDGED_IN_JSON.some((word) => schema[word] !== undefined)))
  );
};
const JUDGED_IN_JSON = ['enum', 'const', 'minItems', 'maxItems', 'uniqueItems'] as const;

/** For ai_private.json_errors: formats with their patterns, notes left out. */
export const judged = (schema: Schema): JsonSchema => {
  const {
    title,
    description,
    examples,
    protected: _,
    writeOnly,
    default: __,
    $schema,
    $comment,
    'x-type': ___,
    items,
    properties,
    ...rest
  } = schema;
  return {
    ...rest,
    ...(schema.format === undefined ? {} : { 'x-pattern': FORMAT_PATTERNS[schema.format] }),
    ...(items === undefined ? {} : { items: judged(items) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, judged(inner)])) }),
  };
};

/** SQL that is true when a jsonb value does not fit the schema, and SQL for what is wrong with it. */
export const judging = (
  value: string,
  schema: Schema,
  at: string,
): { readonly condition: string; readonly errors: string } => {
  const path = vouching(schema);
  const errors = `ai_private.json_errors(${value}, ${jsonb(judged(schema))}, ${literal(at)})`;
  const vouched = path === undefined ? '' : `(${value} @@ ${literal(path)}::pg_catalog.jsonpath) is not true and `;
  return { condition: `${vouched}${errors} <> '[]'`, errors };
};

export interface ActionInputs {
  readonly inputs: readonly Input[];
  readonly described: JsonSchema;
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: readonly Probe[];
}

const asInput = (text: string): string => text.replaceAll('a column of type', 'an input of type');

/** The inputs of an action as typed variables with rules, from the words of JSON Schema. */
export const inputsOf = (
  action: ActionSnapshot,
  templateTypes: ReadonlyMap<string, string>,
  /** What policies say of an input. */
  policiesOn: (name: string) => readonly FieldSource[],
): ActionInputs => {
  const path = `action ${action.name}: input_schema`;
  const { schema, diagnostics: found } = readSchema(path, action.inputSchema ?? {});
  const diagnostics: Diagnostic[] = [...found];
  const probes: Probe[] = [];
  if ([schema.type ?? []].flat().some((type) => type !== 'object'))
    diagnostics.push(error(`${path}.type`, 'inputs are one object', 'leave "type" out, or say "object"'));
  if (schema.additionalProperties === true)
    diagnostics.push(
      error(`${path}.additionalProperties`, 'an input that is not described cannot be given', 'leave it out'),
    );

  const properties: Record<string, Schema> = { ...schema.properties };
  const required = new Set(schema.required ?? []);
  // {{name: type}} declares an input, too.
  for (const [name, type] of templateTypes) {
    if (Object.hasOwn(properties, name)) continue;
    properties[name] = { 'x-type': type };
    required.add(name);
  }

  const inputs: Input[] = [];
  const described: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const at = `${path}.properties.${name}`;
    const base = baseOf(action, at, property, diagnostics);
    if (base === undefined) continue;
    const nullable = allowsNull(property);
    const column: ColumnSnapshot = { name, type: base.name, base, notNull: !nullable };
    const family = familyOf(base);
    const [type] = typesOf(property);
    const rules = Object.fromEntries(
      Object.entries(property).filter(
        ([word]) =>
          FLAT.includes(word) &&
          !(word === 'format' && base.name !== 'text' && property['x-type'] === undefined) &&
          !(base.name === 'jsonb' && (JUDGED_IN_JSON as readonly string[]).includes(word)) &&
          word !== 'type',
      ),
    ) as FieldRules;
    const written: FieldRules = {
      ...rules,
      ...(family.kind === 'json' && typesOf(property).length === 1 && type !== undefined
        ? { type: type as FieldRules['type'] }
        : {}),
      ...(isProtected(property) ? { protected: true } : {}),
    };
    const sources = policiesOn(name);
    const { rules: typed, diagnostics: contradictions } = combineRules(written, sources);
    const alone = [{ path: at, rules: written }, ...sources].flatMap((source) =>
      checkRules(source.path, column, family, source.rules),
    );
    diagnostics.push(
      ...contradictions,
      // what they say together; what one says alone is told of that one
      ...conflictsOf(at, column, typed).filter(({ reason }) => !alone.some((each) => each.reason === reason)),
      ...alone.map((d) => ({ ...d, reason: asInput(d.reason) })),
    );
    probes.push(...probesOf(at, written), ...sources.flatMap((source) => probesOf(source.path, source.rules)));
    const nested: Violation[] = isNested(property, base) ? [nestedViolation(name, base, property)] : [];
    const given = Object.hasOwn(property, 'default') ? defaultLiteral(column, property.default) : undefined;
    if (given !== undefined) {
      probes.push({
        path: `${at}.default`,
        sql: `select ${given}`,
        reason: `${JSON.stringify(property.default)} is not a value of type ${base.name}`,
        suggestion: 'write it as the input’s type reads it',
      });
      if (required.has(name))
        diagnostics.push(error(`${at}.default`, 'never used: the input is required', 'take it out of "required"'));
    }
    inputs.push({
      column,
      family,
      rules: typed,
      required: required.has(name),
      nullable,
      offered: true,
      isKey: false,
      ...(given === undefined ? {} : { default: given }),
      violations: [...violationsOf(column, family, typed), ...nested],
    });
    const { protected: secret, ...words } = property;
    const added =
      sources.length === 0 ? {} : Object.fromEntries(Object.entries(typed).filter(([word]) => word !== 'protected'));
    described[name] = { ...words, ...added, ...(secret === true ? { writeOnly: true } : {}), 'x-type': base.name };
  }
  return {
    inputs,
    diagnostics,
    probes,
    described: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: action.name,
      type: 'object',
      properties: described,
      required: inputs.filter((input) => input.required).map((input) => input.column.name),
      additionalProperties: false,
    },
  };
};

const nestedViolation = (name: string, base: TypeSnapshot, schema: Schema): Violation => {
  const own = variable(name);
  const value = base.name === 'jsonb' ? own : `pg_catalog.to_jsonb(${own})`;
  const { condition, errors } = judging(value, schema, name);
  return { code: 'type', condition: `(${own} is not null and ${condition})`, rule: {}, errors };
};

const baseOf = (
  action: ActionSnapshot,
  at: string,
  schema: Schema,
  diagnostics: Diagnostic[],
): TypeSnapshot | undefined => {
  const types = typesOf(schema);
  const named = schema['x-type'];
  if (named !== undefined) {
    const found = action.types[named];
    if (found === undefined || found === null || found.kind === 'p') {
      diagnostics.push(
        error(
          `${at}.x-type`,
          `${JSON.stringify(named)} is not a type here`,
          'name a type of the database without length or precision, with its schema: "shop.mood"',
        ),
      );
      return undefined;
    }
    return found;
  }
  // Bounds of a number that are fractions make the number one.
  if (types.length === 2 && types.includes('integer') && types.includes('number')) return NUMERIC;
  if (types.length !== 1) return typeOfSchema(undefined, undefined, undefined);
  const item = schema.items === undefined ? [] : typesOf(schema.items);
  const plainItems = item.length === 1 && schema.items !== undefined && !allowsNull(schema.items) ? item[0] : undefined;
  const [type] = types;
  return type === 'integer' ? BIGINT : typeOfSchema(type, schema.format, plainItems);
};
