import * as z from 'zod/mini';
import { described, name, names, optional } from './described.ts';
import { handlingWords, judgingWords, type PoliciesInComment, policiesInComment } from './policy/grammar.ts';

/**
 * The grammar of declarations, written once: validation, the TypeScript types, the published JSON Schema and the reference page
 * in docs/ all come from here. `zod/mini` because this is bundled into the database.
 */

const count = z.int().check(z.nonnegative());
/** A string carries digits that a JSON number cannot, such as bounds of a bigint. */
const bound = z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?$/))]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

export const FORMATS = [
  'email',
  'uri',
  'uuid',
  'date',
  'time',
  'date-time',
  'ipv4',
  'ipv6',
  'hostname',
  'slug',
  'phone',
] as const;
export const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array'] as const;

export const fieldRules = z.strictObject({
  type: optional(
    z.enum(JSON_TYPES),
    'JSON type of the input. The column’s type says this already, but for json and jsonb columns.',
  ),
  format: optional(z.enum(FORMATS), 'A well-known form that a text must have.'),
  minLength: optional(count, 'Fewest characters of a text.'),
  maxLength: optional(count, 'Most characters of a text. A varchar(n) column says this already.'),
  pattern: optional(
    z.string(),
    'A PostgreSQL regular expression that a text must match somewhere; anchor it with ^ and $.',
  ),
  enum: optional(
    z.array(scalar).check(z.minLength(1)),
    'The values that are allowed. An enum column says this already.',
  ),
  const: optional(scalar, 'The one value that is allowed.'),
  minimum: optional(bound, 'Smallest number allowed. Write large numbers as a string.'),
  maximum: optional(bound, 'Largest number allowed. Write large numbers as a string.'),
  exclusiveMinimum: optional(bound, 'The number must be greater than this.'),
  exclusiveMaximum: optional(bound, 'The number must be less than this.'),
  multipleOf: optional(bound, 'The number must be a multiple of this.'),
  minItems: optional(count, 'Fewest elements of an array.'),
  maxItems: optional(count, 'Most elements of an array.'),
  uniqueItems: optional(z.boolean(), 'Whether the elements of an array must differ.'),
  ...judgingWords,
  protected: optional(
    z.boolean(),
    'The field may be written but is never returned, never audited and never in an event.',
  ),
  ...handlingWords,
  title: optional(z.string(), 'A short name for people.'),
  description: optional(z.string(), 'What the field means; goes into the described schema.'),
  examples: optional(z.array(z.unknown()), 'Example values; go into the described schema.'),
});

const fields = z.record(name, fieldRules);

const policies = optional(policiesInComment, 'Who may call, how often, and at what cost; see [policies](policies.md).');

const common = {
  description: optional(z.string(), 'What the operation is for; becomes the comment on the generated function.'),
  roles: optional(
    z.array(name).check(z.minLength(1)),
    'Roles that may call. Default: the table’s roles, else ai_user.',
  ),
  security: optional(
    z.enum(['definer', 'invoker']),
    'definer (default): callers need no rights on the table. invoker: the caller’s own grants and row-level security hold.',
  ),
  returns: optional(
    z.union([names, z.literal('*')]),
    'Fields in the answer. Default "*": every column that is not protected. "xmin" adds the row’s version.',
  ),
  policies,
};
const inputs = {
  required: optional(names, 'Inputs that must be given, beside those that the table itself demands.'),
  optional: optional(
    z.union([names, z.literal('*')]),
    'Inputs that may be given. "*": every column that can be written. What is not listed is refused.',
  ),
  fields: optional(fields, 'Rules for single inputs of this operation, over those of the table and its columns.'),
  hooks: optional(
    names,
    'Hooks to run, by their name in ai.hooks; those that ai.hooks binds to the table run anyway. "validation" is built in.',
  ),
};
const defaults = optional(
  z.record(name, z.unknown()),
  'Values for inputs that are absent, over the column’s own default.',
);
const key = optional(
  names.check(z.minLength(1)),
  'Columns that find the row: the primary key (default) or another unique key.',
);
const version = optional(
  name,
  'Column that counts versions, or "xmin": callers may then pass options.expected_version.',
);
const hooks = inputs.hooks;

const operation = <T extends z.core.$ZodLooseShape>(shape: T, description: string) =>
  optional(z.union([z.literal(true), z.strictObject(shape)]), description);

export const operations = z.strictObject({
  create: operation({ ...common, ...inputs, defaults }, 'Insert a row.'),
  update: operation({ ...common, ...inputs, key, version }, 'Change the row with the given key.'),
  delete: operation({ ...common, key, version, hooks }, 'Delete the row with the given key.'),
  upsert: operation({ ...common, ...inputs, key, defaults }, 'Insert a row, or change the one that has the same key.'),
  fetch: operation({ ...common, key, hooks }, 'Read the row with the given key.'),
});

export const tableDeclaration = z.strictObject({
  $schema: optional(z.string(), 'Where an editor finds the JSON Schema of this grammar. Ignored.'),
  description: optional(z.string(), 'What the table is.'),
  operations: described(operations, 'The operations that the table has. One that is not listed does not exist.'),
  fields: optional(fields, 'Rules for columns, in every operation. The same may stand in COMMENT ON COLUMN.'),
  roles: optional(z.array(name).check(z.minLength(1)), 'Roles that may call, for operations that name none.'),
  policies: optional(policiesInComment, 'The same for all operations of the table.'),
});

export type FieldRules = z.infer<typeof fieldRules>;
export type TableDeclaration = z.infer<typeof tableDeclaration>;
export type OperationKind = keyof z.infer<typeof operations>;
export const OPERATION_KINDS = [
  'create',
  'update',
  'delete',
  'upsert',
  'fetch',
] as const satisfies readonly OperationKind[];

/** Every key that one kind of operation may have, made optional: what the analyzer reads. */
export interface OperationDeclaration {
  readonly description?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly security?: 'definer' | 'invoker' | undefined;
  readonly returns?: readonly string[] | '*' | undefined;
  readonly required?: readonly string[] | undefined;
  readonly optional?: readonly string[] | '*' | undefined;
  readonly fields?: Readonly<Record<string, FieldRules>> | undefined;
  readonly hooks?: readonly string[] | undefined;
  readonly defaults?: Readonly<Record<string, unknown>> | undefined;
  readonly key?: readonly string[] | undefined;
  readonly version?: string | undefined;
  readonly policies?: PoliciesInComment | undefined;
}
