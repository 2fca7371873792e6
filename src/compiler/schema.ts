import type { ColumnSnapshot } from './catalog.ts';
import { familyOf } from './families.ts';
import type { Family, Input, Operation } from './ir.ts';

/** JSON Schema (draft 2020-12) of what an operation takes and gives. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const FORMAT_OF_TYPE: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  date: 'date',
  'timestamp with time zone': 'date-time',
  'time without time zone': 'time',
};

const schemaOf = (family: Family, typeName: string): Record<string, unknown> => {
  switch (family.kind) {
    case 'text': {
      const format = FORMAT_OF_TYPE[typeName];
      return { type: 'string', ...(format === undefined ? {} : { format }) };
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
      return { type: 'array', items: schemaOf(family.element, '') };
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
  const labels = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...labels, type: [...types, 'null'] };
};

const columnSchema = (column: ColumnSnapshot): Record<string, unknown> => ({
  ...schemaOf(familyOf(column.base), column.base.name),
  ...(column.base.labels === undefined ? {} : { enum: column.base.labels }),
});

const inputProperty = (input: Input): Record<string, unknown> => {
  const { protected: secret, ...rules } = input.rules;
  const said = Object.fromEntries(input.violations.flatMap((violation) => Object.entries(violation.rule)));
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
  if (!input.required && input.default !== undefined) schema['x-default'] = input.default;
  schema['x-type'] = input.column.type;
  return input.nullable ? nullable(schema) : schema;
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
      operation.returns.map((column) => [
        column.name,
        column.notNull ? columnSchema(column) : nullable(columnSchema(column)),
      ]),
    ),
    ...(operation.returnsVersion ? { xmin: { type: 'string' } } : {}),
  },
});
