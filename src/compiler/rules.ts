import type { ColumnSnapshot, TypeSnapshot } from './catalog.ts';
import { type Diagnostic, error, suggest } from './diagnostic.ts';
import { literal, variable } from './emit/sql.ts';
import { isFreeText } from './families.ts';
import { FORMAT_PATTERNS, SHORT_PATTERNS } from './formats.ts';
import type { FieldRules } from './grammar.ts';
import type { Family, Probe, Violation } from './ir.ts';
import { conflictsOf } from './policy/fields.ts';
import { judgedViolations } from './policy/judged.ts';

type Word = keyof FieldRules;

const NOTES: readonly Word[] = ['title', 'description', 'examples', 'protected', 'returned', 'audited'];
export const WORDS: Readonly<Record<string, readonly Word[]>> = {
  freeText: [
    ...(['type', 'format', 'minLength', 'maxLength', 'pattern', 'enum', 'const'] as const),
    ...(['complexity', 'allow', 'deny', 'hash', 'encrypt', 'mask'] as const),
  ],
  text: ['type', 'enum', 'const'],
  number: ['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: ['type', 'const'],
  list: ['type', 'minItems', 'maxItems', 'uniqueItems'],
  object: ['type'],
  json: ['type'],
};

const JSON_TYPE_OF: Readonly<Record<Family['kind'], readonly string[]>> = {
  text: ['string'],
  number: ['number', 'integer'],
  boolean: ['boolean'],
  list: ['array'],
  object: ['object'],
  json: ['string', 'number', 'integer', 'boolean', 'object', 'array'],
};

/** Rules whose words do not fit the column's type, or contradict one another. */
export const checkRules = (path: string, column: ColumnSnapshot, family: Family, rules: FieldRules): Diagnostic[] => {
  const found: Diagnostic[] = [];
  const kind = family.kind === 'text' && isFreeText(column) ? 'freeText' : family.kind;
  const words = WORDS[kind] ?? [];
  for (const word of Object.keys(rules) as Word[]) {
    if (rules[word] === undefined || NOTES.includes(word) || words.includes(word)) continue;
    found.push(error(`${path}.${word}`, `does not apply to a column of type ${column.type}`, suggest(word, words)));
  }
  if (rules.type !== undefined && !JSON_TYPE_OF[family.kind].includes(rules.type)) {
    found.push(
      error(
        `${path}.type`,
        `a column of type ${column.type} does not hold this`,
        suggest(rules.type, JSON_TYPE_OF[family.kind]),
      ),
    );
  }
  found.push(...conflictsOf(path, column, rules));
  for (const word of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'const'] as const) {
    const value = rules[word];
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      found.push(error(`${path}.${word}`, 'more digits than a JSON number keeps', 'write it as a string of digits'));
    }
  }
  if (rules.multipleOf !== undefined && Number(rules.multipleOf) <= 0) {
    found.push(error(`${path}.multipleOf`, 'must be greater than 0'));
  }
  const wanted = family.kind === 'number' ? 'number' : family.kind === 'boolean' ? 'boolean' : 'string';
  for (const value of [...(rules.enum ?? []), ...(rules.const === undefined ? [] : [rules.const])]) {
    const digits = family.kind === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
    if (typeof value !== wanted && !digits) {
      found.push(
        error(
          `${path}.${rules.enum === undefined ? 'const' : 'enum'}`,
          `${JSON.stringify(value)} is not a ${wanted}, as a column of type ${column.type} needs`,
        ),
      );
    }
  }
  return found;
};

const number = (value: number | string): string =>
  typeof value === 'number' && Math.abs(value) < 1e21 ? decimal(value) : String(value);
/** Never 1e-7: the engines agree on it, but readers of the SQL should not have to. */
const decimal = (value: number): string => {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
};

const scalarLiteral = (value: string | number | boolean, family: Family): string =>
  family.kind === 'number'
    ? number(value as number | string)
    : typeof value === 'boolean'
      ? String(value)
      : literal(String(value));

/** What numeric(precision, scale) cannot hold. PostgreSQL would round; money is not rounded behind the caller's back. */
const modifierViolations = (
  value: string,
  { precision, scale }: TypeSnapshot,
): { readonly code: string; readonly condition: string; readonly rule: unknown }[] => {
  if (precision === undefined || scale === undefined) return [];
  const step =
    scale > 0
      ? { condition: `pg_catalog.scale(pg_catalog.trim_scale(${value})) > ${scale}`, rule: Number(`1e-${scale}`) }
      : { condition: `${value} % 1e${-scale}::numeric <> 0`, rule: Number(`1e${-scale}`) };
  const digits = '9'.repeat(precision);
  const largest =
    scale <= 0
      ? digits + '0'.repeat(-scale)
      : `${digits.slice(0, -scale) || '0'}.${digits.slice(Math.max(precision - scale, 0)).padStart(scale, '0')}`;
  return [
    { code: 'multipleOf', ...step },
    {
      code: 'maximum',
      condition: `pg_catalog.abs(${value}) >= 1e${precision - scale}::numeric`,
      rule: largest,
    },
  ];
};

/** The same for arrays' elements, as words of JSON Schema. */
export const modifierRules = (type: TypeSnapshot): Readonly<Record<string, unknown>> => {
  if (type.domain !== undefined) return {};
  return {
    ...(type.length !== undefined && type.category === 'S' ? { maxLength: type.length } : {}),
    ...Object.fromEntries(modifierViolations('', type).map(({ code, rule }) => [code, Number(rule)])),
  };
};

/** The pattern of a format for a text. In brackets, because PL/pgSQL ends the condition of an IF at the first bare THEN. */
const patternOf = (format: NonNullable<FieldRules['format']>, text: string): string => {
  const short = SHORT_PATTERNS[format];
  const whole = literal(FORMAT_PATTERNS[format]);
  return short === undefined
    ? whole
    : `(case when pg_catalog.char_length(${text}) < 64 then ${literal(short)} else ${whole} end)`;
};

/** What the rules, and the type's own modifiers, forbid, as SQL over the input's variable. */
export const violationsOf = (column: ColumnSnapshot, family: Family, rules: FieldRules): Violation[] => {
  const found: Violation[] = [];
  const own = variable(column.name);
  const text = column.base.name === 'text' ? own : `${own}::text`;
  const add = (code: string, condition: string, rule: unknown): void => {
    found.push({ code, condition, rule: { [code]: rule } });
  };

  if (isFreeText(column)) {
    const longest = Math.min(
      rules.maxLength ?? Number.POSITIVE_INFINITY,
      // a hash has a length of its own
      (rules.hash === undefined ? column.base.length : undefined) ?? Number.POSITIVE_INFINITY,
    );
    if (Number.isFinite(longest)) add('maxLength', `pg_catalog.char_length(${text}) > ${longest}`, longest);
    if (rules.minLength !== undefined && rules.minLength > 0)
      add('minLength', `pg_catalog.char_length(${text}) < ${rules.minLength}`, rules.minLength);
    if (rules.format !== undefined) add('format', `${text} !~ ${patternOf(rules.format, text)}`, rules.format);
    found.push(...judgedViolations(text, rules));
    if (rules.pattern !== undefined) add('pattern', `${text} !~ ${literal(rules.pattern)}`, rules.pattern);
  }
  const { length, element } = column.base;
  if (column.base.name === '"bit"' && length !== undefined) {
    add('minLength', `pg_catalog.length(${own}) < ${length}`, length);
    add('maxLength', `pg_catalog.length(${own}) > ${length}`, length);
  }
  if (column.base.name === 'bit varying' && length !== undefined)
    add('maxLength', `pg_catalog.length(${own}) > ${length}`, length);
  // A domain judges its own elements; those of other arrays would be cut or rounded when they are stored.
  if (element !== undefined && element.domain === undefined) {
    const some = (condition: string) => `exists (select from pg_catalog.unnest(${own}) as e where ${condition})`;
    if (element.length !== undefined && element.category === 'S')
      add('maxLength', some(`pg_catalog.char_length(e::text) > ${element.length}`), element.length);
    for (const { code, condition, rule } of modifierViolations('e', element)) add(code, some(condition), rule);
  }
  if (family.kind === 'number') {
    for (const { code, condition, rule } of modifierViolations(own, column.base)) add(code, condition, rule);
    if (rules.minimum !== undefined) add('minimum', `${own} < ${number(rules.minimum)}`, rules.minimum);
    if (rules.maximum !== undefined) add('maximum', `${own} > ${number(rules.maximum)}`, rules.maximum);
    if (rules.exclusiveMinimum !== undefined)
      add('exclusiveMinimum', `${own} <= ${number(rules.exclusiveMinimum)}`, rules.exclusiveMinimum);
    if (rules.exclusiveMaximum !== undefined)
      add('exclusiveMaximum', `${own} >= ${number(rules.exclusiveMaximum)}`, rules.exclusiveMaximum);
    if (rules.multipleOf !== undefined)
      add('multipleOf', `${own}::numeric % ${number(rules.multipleOf)}::numeric <> 0`, rules.multipleOf);
  }
  if (family.kind === 'list') {
    if (rules.minItems !== undefined && rules.minItems > 0)
      add('minItems', `pg_catalog.cardinality(${own}) < ${rules.minItems}`, rules.minItems);
    if (rules.maxItems !== undefined)
      add('maxItems', `pg_catalog.cardinality(${own}) > ${rules.maxItems}`, rules.maxItems);
    if (rules.uniqueItems === true)
      add(
        'uniqueItems',
        `pg_catalog.cardinality(${own}) > (select pg_catalog.count(distinct e) + pg_catalog.count(*) filter (where e is null) from pg_catalog.unnest(${own}) as e)`,
        true,
      );
  }
  const compared = family.kind === 'text' ? text : own;
  if (rules.enum !== undefined) {
    add(
      'enum',
      `${compared} not in (${rules.enum.map((value) => scalarLiteral(value, family)).join(', ')})`,
      rules.enum,
    );
  }
  if (rules.const !== undefined) add('const', `${compared} <> ${scalarLiteral(rules.const, family)}`, rules.const);
  if (family.kind === 'json' && rules.type !== undefined) {
    const condition =
      rules.type === 'integer'
        ? `(pg_catalog.jsonb_typeof(${own}::jsonb) <> 'number' or (${own}::jsonb)::text::numeric % 1 <> 0)`
        : `pg_catalog.jsonb_typeof(${own}::jsonb) <> ${literal(rules.type)}`;
    add('type', condition, rules.type);
  }
  return found;
};

/** Rules that only the server can judge. */
export const probesOf = (path: string, rules: FieldRules): Probe[] =>
  rules.pattern === undefined
    ? []
    : [
        {
          path: `${path}.pattern`,
          sql: `select '' ~ ${literal(rules.pattern)}`,
          reason: 'not a regular expression that PostgreSQL understands',
          suggestion: 'see "POSIX Regular Expressions" in the PostgreSQL manual; in JSON a backslash is written twice',
        },
      ];
