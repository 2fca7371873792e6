import * as z from 'zod/mini';
import { FORMAT_PATTERNS } from '../compiler/formats.ts';
import { fieldRules, OPERATION_KINDS, tableDeclaration } from '../compiler/grammar.ts';
import { WORDS } from '../compiler/rules.ts';
import { code, generated, table } from './markdown.ts';

/** The part of JSON Schema that the grammar prints. */
interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly minItems?: number;
}

/** The schema of a part, with named parts in their places: the documents for editors refer to them. */
export const schemaOf = (part: z.ZodMiniType): Schema => {
  const { $defs = {}, ...schema } = z.toJSONSchema(part, { reused: 'inline' });
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...own } = value as { $ref?: string };
    const named = $ref === undefined ? undefined : $defs[$ref.slice('#/$defs/'.length)];
    return Object.fromEntries(Object.entries({ ...named, ...own }).map(([key, part]) => [key, inline(part)]));
  };
  return inline(schema) as Schema;
};

/** What may stand there, in a few words. */
const kindOf = (schema: Schema): string => {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' or ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'integer':
      return schema.minimum === 0 ? 'whole number from 0' : 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return `list of ${plural(kindOf(schema.items ?? {}))}`;
    case 'object':
      return schema.properties === undefined ? 'object' : 'object, see below';
    default:
      return 'any value';
  }
};

const plural = (kind: string): string => (kind === 'text' ? 'names' : kind === 'any value' ? 'values' : kind);

export const rowsOf = (schema: Schema): string[][] =>
  Object.entries(schema.properties ?? {}).map(([name, value]) => [code(name), kindOf(value), value.description ?? '']);

/** The object among the alternatives `true` and an object. */
const objectOf = (schema: Schema): Schema => schema.anyOf?.find((option) => option.type === 'object') ?? schema;

const KINDS: Readonly<Record<string, string>> = {
  freeText: 'text, varchar, char, citext and domains over them',
  text: 'what is written as a text: uuid, dates and times, enums, ranges, network addresses, bytea …',
  number: 'smallint, integer, bigint, numeric, real, double precision',
  boolean: 'boolean',
  list: 'arrays',
  object: 'composite types',
  json: 'json and jsonb',
};

const INTRODUCTION = `# Declarations

A table declares its operations in its own comment. The comment is either one JSON object,

\`\`\`sql
comment on table users is '{
  "operations": {
    "create": { "required": ["email", "password"] },
    "update": { "optional": ["email", "name"] },
    "fetch": true
  },
  "fields": { "name": { "maxLength": 80 } }
}';
\`\`\`

or ordinary text that holds the object in \`@ai(…)\`; the text around it is left alone:

\`\`\`sql
comment on table orders is 'What customers want. See the handbook. @ai({"operations": {"fetch": true}})';
\`\`\`

Rules for one column may stand in that column's comment, in the same two ways:

\`\`\`sql
comment on column users.email is '{"format": "email"}';
comment on column users.password is '@ai({"protected": true, "minLength": 12}) hashed by the application';
\`\`\`

A JSON comment without \`operations\` (on a table) or without any word of the rules (on a column) is taken for another tool's and ignored.

Who declares needs the role \`ai_admin\`, and the table's owner must be a member of it too. A declaration is checked in its own statement: a wrong
one fails with \`PI001\` and all mistakes at once, each with its path, the reason and what to do. Unknown keys are refused. Where the database
has no JavaScript language or no event triggers, it is checked when it is compiled (\`pg-ai compile\`, \`select ai.compile()\`).

An operation that is not listed does not exist. Taking the comment away, or an operation out of it, takes the functions away.

An editor completes and checks declarations with the JSON Schema in [schema/table.json](schema/table.json) and
[schema/column.json](schema/column.json); a declaration may name it in \`$schema\`.

## What need not be said

The table has said it already, and the operations and \`ai.describe\` take it from there:

- **types**: an input must be readable as its column's type. Numbers of numeric and bigint columns may be given as text, so that no digit is lost.
- **NOT NULL**: null is refused; without a default the input is required in \`create\` and \`upsert\`.
- **defaults**, identity and serial columns: an absent input takes the column's default.
- **generated columns** and \`generated always as identity\`: never inputs.
- **lengths and scales**: \`varchar(80)\` and \`numeric(12, 2)\` refuse what is longer or more exact; nothing is cut off or rounded.
- **enums, domains, CHECK constraints**: judged with the other inputs where the inputs alone decide them, else by the row itself.
- **unique and foreign keys, exclusion constraints**: a violation names its fields.

## null, absent and default

An input that is **absent** takes its default in \`create\` and in the inserting half of \`upsert\`, and leaves the column alone in \`update\` and in the
updating half of \`upsert\`. An input that is **null** makes the column null, or is refused where that is not allowed. To give a column its **default**
again in an update, name it in \`options\`: \`{"set_default": ["discount"]}\`.`;

const OPERATIONS = `## Operations

\`true\` declares an operation without anything to add. The key of the row is always required (\`update\`, \`delete\`, \`upsert\`, \`fetch\`). What is neither
required nor optional is refused as an input.`;

const PRECEDENCE = `## Rules for fields

They may stand in \`fields\` of an operation, in \`fields\` of the table and in the column's comment; where two of them say the same word,
the one named first here wins. Null is not judged by them. The words are JSON Schema's.`;

export const declarationsPage = (): string => {
  const whole = schemaOf(tableDeclaration);
  const operations = whole.properties?.operations?.properties ?? {};
  const keys = new Map<string, { readonly schema: Schema; readonly kinds: string[] }>();
  for (const kind of OPERATION_KINDS) {
    for (const [name, schema] of Object.entries(objectOf(operations[kind] ?? {}).properties ?? {})) {
      const known = keys.get(name) ?? { schema, kinds: [] };
      known.kinds.push(kind);
      keys.set(name, known);
    }
  }
  const rules = schemaOf(fieldRules);
  const words = Object.keys(rules.properties ?? {});
  return `${[
    generated('src/compiler/grammar.ts'),
    INTRODUCTION,
    '## The object',
    table(['key', 'value', 'meaning'], rowsOf({ properties: { ...whole.properties } })),
    OPERATIONS,
    table(
      ['operation', 'what it does'],
      OPERATION_KINDS.map((kind) => [code(kind), operations[kind]?.description ?? '']),
    ),
    table(
      ['key', 'value', 'in', 'meaning'],
      [...keys].map(([name, { schema, kinds }]) => [
        code(name),
        kindOf(schema),
        kinds.length === OPERATION_KINDS.length ? 'all' : kinds.join(', '),
        schema.description ?? '',
      ]),
    ),
    PRECEDENCE,
    table(['word', 'value', 'meaning'], rowsOf(rules)),
    'Which words a column takes depends on its type; any other is refused when it is declared. All columns take those that only describe: ' +
      `${words
        .filter((word) => !Object.values(WORDS).some((list) => list.includes(word as never)))
        .map(code)
        .join(', ')}.`,
    table(
      ['type of the column', 'words'],
      Object.entries(WORDS).map(([kind, list]) => [KINDS[kind] ?? kind, list.map(code).join(', ')]),
    ),
    '## Formats',
    'Each is a regular expression that refuses what is certainly wrong.',
    table(
      ['format', 'regular expression'],
      Object.entries(FORMAT_PATTERNS).map(([name, pattern]) => [code(name), code(pattern)]),
    ),
  ].join('\n\n')}\n`;
};
