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
interface Extract {
  readonly json: string;
  readonly marked: boolean;
  /** Where the JSON begins in the comment. */
  readonly start: number;
}

const extract = (comment: string): Extract | 'unclosed' | 'twice' | undefined => {
  const at = comment.indexOf(MARK);
  const whole = comment.trim();
  // Text that begins with a brace and is no JSON may still hold a mark further on.
  const isText = at >= 0 && !comment.slice(0, at).includes('"operations"') && findJsonMistake(whole) !== undefined;
  if (whole.startsWith('{') && !isText) return { json: whole, marked: false, start: comment.indexOf('{') };
  if (at < 0) return undefined;
  const open = at + MARK.length - 1;
  const close = findClosing(comment, open);
  if (close < 0) return 'unclosed';
  if (comment.includes(MARK, close)) return 'twice';
  const inside = comment.slice(open + 1, close);
  return { json: inside.trim(), marked: true, start: open + 1 + inside.length - inside.trimStart().length };
};

/** A place in the JSON as a place in the comment, which is what people see. */
const placeIn = (
  comment: string,
  start: number,
  mistake: { readonly line: number; readonly column: number },
): string => {
  const before = comment.slice(0, start).split('\n');
  const column = mistake.line === 1 ? mistake.column + (before.at(-1) ?? '').length : mistake.column;
  return `line ${mistake.line + before.length - 1}, column ${column}`;
};

type Parsed = { readonly value: unknown; readonly marked: boolean } | Diagnostic | undefined;

const parse = (path: string, comment: string | null | undefined, oursWhen: (json: string) => boolean): Parsed => {
  if (comment === null || comment === undefined) return undefined;
  const found = extract(comment);
  if (found === undefined) return undefined;
  if (found === 'unclosed') return error(path, '"@ai(" is never closed', 'end the declaration with "})"');
  if (found === 'twice') return error(path, '"@ai(" stands here twice', 'put everything into one declaration');
  const mistake = findJsonMistake(found.json);
  if (mistake === undefined) return { value: JSON.parse(found.json), marked: found.marked };
  if (!found.marked && !oursWhen(found.json)) return undefined;
  return error(
    path,
    `not valid JSON at ${placeIn(comment, found.start, mistake)}: ${mistake.reason}`,
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

/** The parts of zod's definitions that are read here. */
interface Definition {
  readonly type?: string;
  readonly innerType?: Schema;
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
}

const definition = (node: Schema | undefined): Definition | undefined => node?._zod.def as Definition | undefined;

/** What stands behind "optional", and of a union the option that is an object. */
const open = (node: Schema | undefined): Schema | undefined => {
  const def = definition(node);
  if (def?.type === 'optional') return open(def.innerType);
  if (def?.type === 'union') return open(def.options?.find((option) => option._zod.def.type === 'object'));
  return node;
};

/** The schema at the path of an issue; of a union on the way, the option that is an object. */
const schemaAt = (schema: Schema, path: readonly PropertyKey[]): Schema | undefined => {
  let current: Schema | undefined = schema;
  for (const step of path) {
    const def = definition(open(current));
    current = def?.type === 'object' ? def.shape?.[String(step)] : def?.valueType;
  }
  return current;
};

/** What a union at the path of an issue takes, in words. */
const optionsAt = (schema: Schema, path: readonly PropertyKey[]): readonly string[] => {
  const at = definition(schemaAt(schema, path));
  const union = at?.type === 'optional' ? definition(at.innerType) : at;
  return (union?.options ?? []).map((option) => {
    const def = definition(option);
    return def?.type === 'literal' || def?.type === 'enum'
      ? (def.values ?? Object.values(def.entries ?? {})).map((value) => JSON.stringify(value)).join(', ')
      : (EXPECTED[def?.type ?? ''] ?? 'something else');
  });
};

/** The keys that an object of the grammar may have at the path of an issue: what "did you mean" chooses from. */
const keysAt = (schema: Schema, path: readonly PropertyKey[]): readonly string[] => {
  return Object.keys(definition(open(schemaAt(schema, path)))?.shape ?? {});
};

const where = (root: string, path: readonly PropertyKey[]): string =>
  path.length === 0 ? root : `${root}: ${path.map(String).join('.')}`;

/** The options of a union are "true" or an object, a list or "*": what was written tells which one was meant. */
const meantBy = (issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined =>
  issue.errors.find(
    (issues) =>
      issues.length > 0 && issues.every((inner) => inner.code === 'unrecognized_keys' || inner.path.length > 0),
  );

/** Whether the grammar says itself what a text has to look like. */
const saysItsForm = (issue: Issue): boolean => issue.code === 'invalid_format' && issue.message.startsWith('expected ');

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
      const form = issue.errors.flat().find(saysItsForm);
      if (form !== undefined) return [error(at, form.message)];
      return [error(at, `expected ${optionsAt(schema, path).join(', or ')}`)];
    }
    case 'too_small':
      return [
        error(
          at,
          issue.origin === 'string' || issue.origin === 'array'
            ? 'must not be empty'
            : issue.inclusive === false
              ? `must be more than ${issue.minimum}`
              : `must be at least ${issue.minimum}`,
        ),
      ];
    case 'too_big':
      return [
        error(
          at,
          issue.inclusive === false ? `must be less than ${issue.maximum}` : `must be at most ${issue.maximum}`,
        ),
      ];
    case 'invalid_format':
      return [error(at, saysItsForm(issue) ? issue.message : 'expected a number, or its digits as a text')];
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
export const check = <T extends z.ZodMiniType>(
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
