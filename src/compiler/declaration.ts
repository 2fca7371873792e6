import type * as z from 'zod/mini';
import type { TableSnapshot } from './catalog.ts';
import { type Diagnostic, error, nearest, suggest, warning } from './diagnostic.ts';
import { type FieldRules, fieldRules, type TableDeclaration, tableDeclaration } from './grammar.ts';
import { findClosing, findJsonMistake } from './json.ts';

/** What a table's comments declare, read and checked against the grammar but not yet against the table. */
export interface Declaration {
  readonly table: TableDeclaration;
  readonly columns: ReadonlyMap<string, FieldRules>;
}

export interface Reading {
  /** Absent when the comments declare nothing, or nothing readable. */
  readonly declaration?: Declaration;
  readonly diagnostics: readonly Diagnostic[];
}

const MARK = '@ai(';
const has = (value: object, key: string): boolean => Object.hasOwn(value, key);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON in a comment: all of it when it is an object, else what stands in `@ai(…)`. Other text is people's own and is left alone. */
const extract = (comment: string): { readonly json: string; readonly marked: boolean } | 'unclosed' | undefined => {
  const at = comment.indexOf(MARK);
  const trimmed = comment.trim();
  if (trimmed.startsWith('{')) return { json: trimmed, marked: false };
  if (at < 0) return undefined;
  const open = at + MARK.length - 1;
  const close = findClosing(comment, open);
  return close < 0 ? 'unclosed' : { json: comment.slice(open + 1, close).trim(), marked: true };
};

type Parsed = { readonly value: unknown; readonly marked: boolean } | Diagnostic | undefined;

const parse = (path: string, comment: string | null | undefined, oursWhen: (json: string) => boolean): Parsed => {
  if (comment === null || comment === undefined) return undefined;
  const found = extract(comment);
  if (found === undefined) return undefined;
  if (found === 'unclosed') return error(path, '"@ai(" is never closed', 'end the declaration with "})"');
  const mistake = findJsonMistake(found.json);
  if (mistake === undefined) return { value: JSON.parse(found.json), marked: found.marked };
  if (!found.marked && !oursWhen(found.json)) return undefined;
  return error(
    path,
    `not valid JSON at line ${mistake.line}, column ${mistake.column}: ${mistake.reason}`,
    'names and texts stand in double quotes, and there is no comma before a closing bracket',
  );
};

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text in double quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  record: 'an object in { }',
};

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** The keys that an object of the grammar may have at the path of an issue: what "did you mean" chooses from. */
const keysAt = (schema: Schema, path: readonly PropertyKey[]): readonly string[] => {
  let current: Schema | undefined = schema;
  const open = (node: Schema | undefined): Schema | undefined => {
    const def = node?._zod.def as { type?: string; innerType?: Schema; options?: Schema[] } | undefined;
    if (def?.type === 'optional') return open(def.innerType);
    if (def?.type === 'union') return open(def.options?.find((option) => option._zod.def.type === 'object'));
    return node;
  };
  for (const step of path) {
    const def = open(current)?._zod.def as
      | { type?: string; shape?: Record<string, Schema>; valueType?: Schema }
      | undefined;
    current = def?.type === 'object' ? def.shape?.[String(step)] : def?.valueType;
  }
  const def = open(current)?._zod.def as { shape?: Record<string, Schema> } | undefined;
  return Object.keys(def?.shape ?? {});
};

const where = (root: string, path: readonly PropertyKey[]): string =>
  path.length === 0 ? root : `${root}: ${path.map(String).join('.')}`;

/** The options of a union are "true" or an object, a list or "*": what was written tells which one was meant. */
const meantBy = (issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined =>
  issue.errors.find(
    (issues) =>
      issues.length > 0 && issues.every((inner) => inner.code === 'unrecognized_keys' || inner.path.length > 0),
  );

const explain = (root: string, schema: Schema, issue: Issue, prefix: readonly PropertyKey[] = []): Diagnostic[] => {
  const path = [...prefix, ...issue.path];
  const at = where(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((unknown) =>
        error(where(root, [...path, unknown]), 'unknown key', suggest(unknown, keysAt(schema, path))),
      );
    case 'invalid_type':
      return [error(at, `expected ${EXPECTED[issue.expected] ?? issue.expected}`)];
    case 'invalid_value':
      return [
        error(
          at,
          'not a value that can stand here',
          typeof issue.input === 'string'
            ? suggest(issue.input, issue.values.map(String))
            : `use one of: ${issue.values.map(String).join(', ')}`,
        ),
      ];
    case 'invalid_union': {
      // The options are "true" or an object, a list or "*": what was written tells which one was meant.
      const meant = issue.errors.find((issues) =>
        issues.every((inner) => inner.code === 'unrecognized_keys' || inner.path.length > 0),
      );
      if (meant !== undefined && meant.length > 0) return meant.flatMap((inner) => explain(root, schema, inner, path));
      return [
        error(at, 'not a value that can stand here', 'see the reference of declarations for what may stand here'),
      ];
    }
    case 'too_small':
      return [
        error(
          at,
          issue.origin === 'string' || issue.origin === 'array'
            ? 'must not be empty'
            : `must be at least ${issue.minimum}`,
        ),
      ];
    case 'invalid_format':
      return [error(at, 'expected a number, or its digits as a text')];
    default:
      return [error(at, 'not allowed here')];
  }
};

/** A copy of `value` without what stands at the paths. */
const without = (value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown => {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  for (const path of paths) {
    let holder: unknown = copy;
    for (const step of path.slice(0, -1)) holder = (holder as Record<PropertyKey, unknown> | undefined)?.[step];
    const last = path.at(-1);
    if (isObject(holder) && last !== undefined) delete holder[String(last)];
  }
  return copy;
};

const offending = (issue: Issue, prefix: readonly PropertyKey[] = []): PropertyKey[][] => {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (issue.code === 'invalid_union') {
    const meant = meantBy(issue);
    if (meant !== undefined) return meant.flatMap((inner) => offending(inner, path));
  }
  return [path];
};

/** Checks against the grammar. What is wrong is reported and left out, so that the rest can still be checked against the table. */
const check = <T extends z.ZodMiniType>(
  root: string,
  schema: T,
  value: unknown,
): { value?: z.infer<T>; diagnostics: Diagnostic[] } => {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data as z.infer<T>, diagnostics: [] };
  const { issues } = result.error;
  const diagnostics = issues.flatMap((issue) => explain(root, schema, issue));
  const rest = schema.safeParse(
    without(
      value,
      issues.flatMap((issue) => offending(issue)),
    ),
  );
  return rest.success ? { value: rest.data as z.infer<T>, diagnostics } : { diagnostics };
};

/** Whether a comment that is plain JSON is meant for pg_ai: other tools keep JSON in comments too. */
const declaresTable = (value: unknown): boolean => isObject(value) && has(value, 'operations');
const FIELD_KEYS = Object.keys(fieldRules._zod.def.shape);

export const readDeclaration = (table: TableSnapshot): Reading => {
  const diagnostics: Diagnostic[] = [];
  const root = `comment on table ${table.qualified}`;
  const parsed = parse(root, table.comment, (json) => json.includes('"operations"'));
  if (parsed === undefined) return { diagnostics };
  if ('severity' in parsed) return { diagnostics: [parsed] };
  if (!parsed.marked && !declaresTable(parsed.value)) {
    const slip = isObject(parsed.value)
      ? Object.keys(parsed.value).find((key) => nearest(key, ['operations']) !== undefined)
      : undefined;
    if (slip !== undefined)
      diagnostics.push(warning(`${root}: ${slip}`, 'this comment declares nothing', 'did you mean "operations"?'));
    return { diagnostics };
  }
  const checked = check(root, tableDeclaration, parsed.value);
  diagnostics.push(...checked.diagnostics);

  const columns = new Map<string, FieldRules>();
  for (const column of table.columns) {
    const at = `comment on column ${table.qualified}.${column.name}`;
    const own = parse(at, column.comment, () => false);
    if (own === undefined) continue;
    if ('severity' in own) {
      diagnostics.push(own);
      continue;
    }
    if (!own.marked && !(isObject(own.value) && Object.keys(own.value).some((key) => FIELD_KEYS.includes(key))))
      continue;
    const rules = check(at, fieldRules, own.value);
    diagnostics.push(...rules.diagnostics);
    if (rules.value !== undefined) columns.set(column.name, rules.value);
  }
  return checked.value === undefined
    ? { diagnostics }
    : { declaration: { table: checked.value, columns }, diagnostics };
};
