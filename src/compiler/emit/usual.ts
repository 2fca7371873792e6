import type { ColumnSnapshot } from '../catalog.ts';
import { jsonTypesOf } from '../families.ts';
import type { Input } from '../ir.ts';
import type { Context } from './context.ts';
import { checkRules, conversion, offered, type Rule, valueRules } from './inputs.ts';
import { indent, literal, textArray, variable, verbatim } from './sql.ts';
import { mayReachOthers, START_PROC_SET } from './start-proc.ts';

/*
 * In a transaction of one call PL/pgSQL prepares each expression anew before it evaluates it, which costs more than the evaluation: about 4,000
 * instructions for an expression and 2,000 for each function in it. So the usual case, inputs with which nothing is wrong, is settled by as few
 * expressions as can be. One jsonpath judges what JSON alone decides (types, bounds, enumerations), at a tenth of the price of SQL's operators.
 * It may fail to vouch for good inputs, never vouch for bad ones: what it does not vouch for is judged rule by rule, as if it had not been asked.
 */

/** What the jsonpath says of one input. */
interface Look {
  /** Predicates over the value, all of which must hold; besides, the value may be null or absent where that is allowed. */
  readonly holds: readonly string[];
  /** The rules over the value's variable that need not be looked at any more. */
  readonly settles: (rule: Rule) => boolean;
  /** Reads the value, which then cannot fail; undefined where it can all the same. */
  readonly read: string | undefined;
}

const INTEGERS: Readonly<Record<string, string>> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
};
/** Powers of ten between which a number can be read without overflow or underflow. */
const FLOATS: Readonly<Record<string, number>> = { real: 37, 'double precision': 307 };
const NUMBER_WORDS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'enum',
  'const',
] as const;
const MOST_LABELS = 30;
const UUID = '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$';

/** A name or text in jsonpath. */
const quoted = (text: string): string => JSON.stringify(text);
const at = (column: ColumnSnapshot): string => `$.${quoted(column.name)}`;
const nothing = (): boolean => false;

const look = (context: Context, input: Input): Look => {
  const { column, family } = input;
  const value = at(column);
  const _in = context.own._in;
  const key = literal(column.name);
  const ofType = jsonTypesOf(family).map((type) => `${value}.type() == ${quoted(type)}`);
  const plain = ofType.length > 1 ? `(${ofType.join(' || ')})` : (ofType[0] ?? '');
  const unsettled: Look = { holds: plain === '' ? [] : [plain], settles: nothing, read: undefined };
  if (column.base.domain !== undefined) return unsettled;
  const type = column.base.name;
  switch (family.kind) {
    case 'text':
      return textLook(input, unsettled, `${_in} ->> ${key}`);
    case 'number':
      return numberLook(context, input, unsettled);
    case 'boolean':
      return { ...unsettled, read: `(${_in} ->> ${key})::${type}` };
    case 'json':
      return {
        ...unsettled,
        // Of a field that is absent, this does not hold.
        holds: input.nullable ? [] : [`${value}.type() != "null"`],
        read: type === 'jsonb' ? `nullif(${_in} -> ${key}, 'null')` : `nullif(${_in} -> ${key}, 'null')::${type}`,
      };
    case 'list':
    case 'object':
      return unsettled;
  }
};

const textLook = ({ column, family, rules }: Input, unsettled: Look, text: string): Look => {
  const value = at(column);
  const type = column.base.name;
  const oneOf = (texts: readonly string[]): string =>
    `(${texts.map((label) => `${value} == ${quoted(label)}`).join(' || ')})`;
  if (family.kind === 'text' && family.plain) {
    const values = [...(rules.enum ?? []), ...(rules.const === undefined ? [] : [rules.const])];
    // Values of char(n) are compared without their trailing spaces.
    const listed = type !== 'character' && values.length > 0 && (rules.enum === undefined || rules.const === undefined);
    return {
      holds: [...unsettled.holds, ...(listed ? [oneOf(values.map(String))] : [])],
      settles: ({ code }) => listed && (code === 'enum' || code === 'const'),
      read: text,
    };
  }
  if (column.base.kind === 'e' && column.base.labels !== undefined && column.base.labels.length <= MOST_LABELS)
    return { ...unsettled, holds: [...unsettled.holds, oneOf(column.base.labels)], read: `(${text})::${type}` };
  if (type === 'uuid')
    return {
      ...unsettled,
      holds: [...unsettled.holds, `${value} like_regex ${quoted(UUID)}`],
      read: `(${text})::uuid`,
    };
  return unsettled;
};

const numberLook = (context: Context, { column, rules, nullable }: Input, unsettled: Look): Look => {
  const value = at(column);
  const key = literal(column.name);
  const text = `${context.own._in} ->> ${key}`;
  const type = column.base.name;
  const isNumber = `${value}.type() == "number"`;
  const limit = FLOATS[type];
  if (limit !== undefined)
    return {
      ...unsettled,
      // Rules are about the number as the column holds it, which JSON does not tell.
      holds: [isNumber, `(${value} == 0 || ${value}.abs() < 1e${limit} && ${value}.abs() > 1e-${limit})`],
      read: `(${text})::${type}`,
    };
  const bounds = [
    ...(rules.minimum === undefined ? [] : [`${value} >= ${digits(rules.minimum)}`]),
    ...(rules.maximum === undefined ? [] : [`${value} <= ${digits(rules.maximum)}`]),
    ...(rules.exclusiveMinimum === undefined ? [] : [`${value} > ${digits(rules.exclusiveMinimum)}`]),
    ...(rules.exclusiveMaximum === undefined ? [] : [`${value} < ${digits(rules.exclusiveMaximum)}`]),
    ...(rules.multipleOf === undefined ? [] : [`${value} % ${digits(rules.multipleOf)} == 0`]),
    ...(rules.enum === undefined
      ? []
      : [`(${rules.enum.map((allowed) => `${value} == ${digits(allowed)}`).join(' || ')})`]),
    ...(rules.const === undefined ? [] : [`${value} == ${digits(rules.const)}`]),
  ];
  const ruled = NUMBER_WORDS.some((word) => rules[word] !== undefined);
  const settles = ({ code }: Rule): boolean => (NUMBER_WORDS as readonly string[]).includes(code);
  // Digits in a string are vouched for where nothing but the type limits them.
  const orText = (number: readonly string[], whole: number, fraction: number): readonly string[] => {
    const pattern = `^-?[0-9]{1,${whole}}${fraction === 0 ? '' : `([.][0-9]{1,${fraction}})?`}$`;
    return ruled || whole < 1 || whole > 40 || fraction > 40
      ? number
      : [`(${number.join(' && ')} || ${value}.type() == "string" && ${value} like_regex ${quoted(pattern)})`];
  };
  const range = INTEGERS[type];
  if (range !== undefined) {
    // The least of all has no counterpart above zero, and takes the longer way.
    const number = [isNumber, `${value}.abs() <= ${range}`, `${value}.floor() == ${value}`];
    // The cast from jsonb takes 7.0 for the whole number that it is; it knows null since PostgreSQL 18.
    const direct = type !== 'bigint' && (!nullable || context.operation.table.serverVersion >= 18);
    return {
      holds: [...(type === 'bigint' ? orText(number, 18, 0) : number), ...bounds],
      settles,
      read: direct ? `(${context.own._in} -> ${key})::${type}` : `(${text})::numeric::${type}`,
    };
  }
  const { precision, scale } = column.base;
  if (precision === undefined || scale === undefined)
    return { holds: [...orText([isNumber], 40, 40), ...bounds], settles, read: `(${text})::numeric` };
  if (scale < 0 || scale > precision) return { ...unsettled, read: undefined };
  const factor = `1${'0'.repeat(scale)}`;
  const number = [
    isNumber,
    `${value}.abs() < 1${'0'.repeat(precision - scale)}`,
    scale === 0 ? `${value}.floor() == ${value}` : `(${value} * ${factor}).floor() == ${value} * ${factor}`,
  ];
  return { holds: [...orText(number, precision - scale, scale), ...bounds], settles, read: `(${text})::numeric` };
};

/** Numbers, and strings of digits, as jsonpath writes them. */
const digits = (value: number | string | boolean): string => {
  const text = String(value);
  return /^-?[0-9]+([.][0-9]+)?$/.test(text) ? text : `(${text})`;
};

const allowed = (input: Input, { holds }: Look): string | undefined => {
  const value = at(input.column);
  const others = [
    ...(input.required ? [] : [`!exists(${value})`]),
    ...(input.nullable ? [`${value}.type() == "null"`] : []),
  ];
  if (holds.length === 0) return input.required ? `exists(${value})` : undefined;
  if (others.length === 0) return holds.join(' && ');
  return `(${others.join(' || ')} || ${holds.join(' && ')})`;
};

/** Pieces of one literal, each on a line of its own: SQL reads literals that only a line end parts as one. */
const literalOfLines = (lines: readonly string[]): string => {
  const escapes = lines.some((line) => line.includes('\\'));
  return lines
    .map((line, i) => {
      const text = line.replaceAll("'", "''");
      return escapes ? `${i === 0 ? 'E' : ''}'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`;
    })
    .join('\n');
};

/** More assignments than this take more memory in each session than one statement, and no less time. */
const MOST_ASSIGNMENTS = 3;
/** PL/pgSQL takes 1,024 variables after INTO. */
const MOST_TARGETS = 1000;

const readAll = (reads: readonly (readonly [variable: string, value: string])[]): readonly string[] => {
  if (reads.length <= MOST_ASSIGNMENTS) return reads.map(([own, value]) => `${own} := ${value};`);
  const some = reads.slice(0, MOST_TARGETS);
  const values = some.map(([, value]) => value).join(',\n  ');
  return [
    `select ${values}\ninto ${some.map(([own]) => `given.${own}`).join(', ')};`,
    ...readAll(reads.slice(MOST_TARGETS)),
  ];
};

/** Reads the inputs and leaves the block "usual" when nothing is wrong with them and no option is given. */
export const emitUsual = (context: Context): string => {
  const { own, operation } = context;
  const { _in, _opt } = own;
  const inputs = offered(context);
  const looks = new Map(inputs.map((input) => [input, look(context, input)]));
  const lines = inputs.flatMap((input) => allowed(input, looks.get(input) as Look) ?? []);
  const known = textArray(inputs.map((input) => input.column.name));
  // What is no object has none of the fields that must be there. An array of one has, but without them it is not '{}'.
  const named = inputs.some((input) => input.required);
  const path = literalOfLines(
    [...(named ? [] : ['$.type() == "object"']), ...lines].map((line, i) => (i === 0 ? line : ` && ${line}`)),
  );
  const guard = [
    `${_opt} = '{}'`,
    `${_in} @@ ${indent(path, 4).trimStart()}::pg_catalog.jsonpath`,
    `${_in} - ${known} = '{}'`,
    ...(mayReachOthers(operation) ? [`not ${START_PROC_SET}`] : []),
  ];

  const inserts = operation.kind === 'create' || operation.kind === 'upsert';
  const plain: (readonly [variable: string, value: string])[] = [];
  const risky: string[] = [];
  for (const input of operation.inputs) {
    const own = variable(input.column.name);
    const fallback = inserts && input.default !== undefined ? verbatim(input.default) : undefined;
    if (!input.offered) {
      if (fallback !== undefined) plain.push([own, fallback]);
      continue;
    }
    const read = looks.get(input)?.read;
    const present = `${_in} ? ${literal(input.column.name)}`;
    const optional = fallback === undefined || input.required ? undefined : fallback;
    if (read === undefined) {
      risky.push(conversion(context, input).sql);
      if (optional !== undefined) risky.push(`if not ${present} then\n  ${own} := ${optional};\nend if;`);
    } else if (optional === undefined) plain.push([own, read]);
    else if (input.nullable) plain.push([own, `case when ${present} then ${read} else ${optional} end`]);
    // Where null is refused, null means absent.
    else plain.push([own, `coalesce(${read}, ${optional})`]);
  }

  const settled = (rule: Rule): boolean =>
    inputs.some((input) => input.column.name === rule.field && looks.get(input)?.settles(rule) === true);
  const broken = [...valueRules(context).filter((rule) => !settled(rule)), ...checkRules(context)].map(
    (rule) => rule.condition,
  );
  const leave =
    broken.length === 0
      ? 'exit usual;'
      : `exit usual when (${indent(broken.join('\nor '), 2).trimStart()}) is not true;`;
  const body = [...readAll(plain), ...risky, leave].join('\n');
  const guarded =
    risky.length > 0
      ? `begin\n${indent(body)}\nexception when others then\n  null; -- told below, by field\nend;`
      : body;
  return `-- The usual case: nothing is wrong with the inputs.
if ${guard.join('\n  and ')}
then
${indent(guarded)}
end if;`;
};
