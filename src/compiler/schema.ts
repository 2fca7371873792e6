import type { ColumnSnapshot, TypeSnapshot } from './catalog.ts';
import { familyOf } from './families.ts';
import type { Input, Operation } from './ir.ts';
import { JUDGING_WORDS } from './policy/definitions.ts';
import { LEVELS } from './policy/judged.ts';
import { modifierRules } from './rules.ts';

/** JSON Schema (draft 2020-12) of what an operation takes and gives. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const FORMAT_OF_TYPE: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  date: 'date',
  'timestamp with time zone': 'date-time',
  'time without time zone': 'time',
};

const typeSchema = (type: TypeSnapshot): Record<string, unknown> => {
  const family = familyOf(type);
  switch (family.kind) {
    case 'text': {
      const format = FORMAT_OF_TYPE[type.name];
      return {
        type: 'string',
        ...(format === undefined ? {} : { format }),
        ...(type.labels === undefined ? {} : { enum: type.labels }),
      };
    }
    case 'number': {
      const type = family.integer ? 'integer' : 'number';
      return { type: family.digits ? [type, 'string'] : type };
    }
    case 'boolean':
      return { type: 'boolean' };
    case 'json':
      return {};
    case 'list':
      return {
        type: 'array',
        items:
          type.element === undefined ? {} : nullable({ ...typeSchema(type.element), ...modifierRules(type.element) }),
      };
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(family.attributes.map((name) => [name, {}])),
        additionalProperties: false,
      };
  }
};

const nullable = (schema: Record<string, unknown>): Record<string, unknown> => {
  if (schema.type === undefined) return schema;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const { const: only, ...rest } = schema;
  const values = Array.isArray(schema.enum) ? schema.enum : only === undefined ? undefined : [only];
  return { ...rest, ...(values === undefined ? {} : { enum: [...values, null] }), type: [...types, 'null'] };
};

const columnSchema = (column: ColumnSnapshot): Record<string, unknown> => typeSchema(column.base);

const NUMERIC = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/** JSON Schema knows bounds as numbers only, also where the declaration has them as digits. */
const asWritten = ([word, value]: readonly [string, unknown]): readonly [string, unknown] => [
  JUDGING_WORDS.includes(word) || word === 'maxBytes' ? `x-${word}` : word,
  NUMERIC.includes(word) && typeof value === 'string' ? Number(value) : value,
];

const inputProperty = (input: Input): Record<string, unknown> => {
  const { protected: secret, ...rules } = input.rules;
  const said = Object.fromEntries(
    input.violations
      .flatMap((violation) => Object.entries(violation.rule))
      .filter(([word]) => word !== 'characters' && word !== 'kinds')
      // what the elements' own type demands stands with "items"
      .filter(([word]) => input.family.kind !== 'list' || /Items$/.test(word))
      .map(asWritten),
  );
  const notes = Object.fromEntries(
    Object.entries(rules).filter(
      ([word, value]) => value !== undefined && ['title', 'description', 'examples', 'format', 'type'].includes(word),
    ),
  );
  const schema: Record<string, unknown> = {
    ...columnSchema(input.column),
    ...said,
    ...notes,
    ...(secret === true ? { writeOnly: true } : {}),
  };
  if (rules.complexity !== undefined)
    schema.minLength = Math.max(rules.minLength ?? 0, LEVELS[rules.complexity].characters);
  if (!input.required && input.default !== undefined) schema['x-default'] = input.default;
  schema['x-type'] = input.column.type;
  if (input.nullable) return nullable(schema);
  return schema.type === undefined ? { ...schema, type: ['string', 'number', 'boolean', 'object', 'array'] } : schema;
};

export const inputSchema = (operation: Operation): JsonSchema => {
  const offered = operation.inputs.filter((input) => input.offered);
  return {
    $schema: DIALECT,
    title: `${operation.table.qualified} ${operation.kind}`,
    ...(operation.description === '' ? {} : { description: operation.description }),
    type: 'object',
    properties: Object.fromEntries(offered.map((input) => [input.column.name, inputProperty(input)])),
    required: offered.filter((input) => input.required).map((input) => input.column.name),
    additionalProperties: false,
  };
};

export const outputSchema = (operation: Operation): JsonSchema => ({
  $schema: DIALECT,
  type: operation.kind === 'fetch' ? ['object', 'null'] : 'object',
  properties: {
    ...Object.fromEntries(
      operation.returns.map((column) => {
        const mask = operation.handling.masks.find((each) => each.column === column)?.mask;
        const shown = { ...columnSchema(column), ...(mask === undefined ? {} : { 'x-mask': mask }) };
        return [column.name, column.notNull ? shown : nullable(shown)];
      }),
    ),
    ...(operation.returnsVersion ? { xmin: { type: 'string' } } : {}),
  },
});
