import { jsonTypesOf } from '../families.ts';
import type { Input } from '../ir.ts';
import { type Context, given } from './context.ts';
import { changesInputs } from './hooks.ts';
import { indent, jsonb, literal, textArray, variable, verbatim } from './sql.ts';

const names = (inputs: readonly Input[]): string[] => inputs.map((input) => input.column.name);
export const offered = (context: Context): Input[] => context.operation.inputs.filter((input) => input.offered);

/** `inputs` is one object that holds known keys, lacks none, and has values of the right JSON type. */
export const emitShape = (context: Context): string => {
  const { _in, _errors } = context.own;
  const { table, operation } = context.called;
  const inputs = offered(context);
  const required = inputs.filter((input) => input.required);
  const typed = inputs.filter((input) => jsonTypesOf(input.family).length > 0 || !input.nullable);
  const parts = [
    `if pg_catalog.jsonb_typeof(${_in}) is distinct from 'object' then
  perform ai_private.refuse_inputs(${literal(table)}, ${literal(operation)}, ai_private.input_error(null, 'type', '{"type":"object"}'));
end if;`,
    `if ${_in} - ${textArray(names(inputs))} <> '{}' then
  ${_errors} := ${_errors} || ai_private.unknown_inputs(${_in}, ${textArray(names(inputs))});
end if;`,
  ];
  if (required.length > 0) {
    parts.push(`if not ${_in} ?& ${textArray(names(required))} then
  ${_errors} := ${_errors} || ai_private.missing_inputs(${_in}, ${textArray(names(required))});
end if;`);
  }
  if (typed.length > 0) {
    const wrong = typed.map((input) => wrongType(_in, input));
    const expected = Object.fromEntries(typed.map((input) => [input.column.name, accepted(input)]));
    parts.push(`if ${wrong.join('\n  or ')}
then
  select ${_errors} || r.errors, r.rest into ${_errors}, ${_in} from ai_private.type_errors(${_in}, ${jsonb(expected)}) as r;
end if;`);
  }
  return `-- One object with known inputs, none missing, each of its JSON type.\n${parts.join('\n')}`;
};

const wrongType = (_in: string, input: Input): string => {
  const types = accepted(input);
  const found = `pg_catalog.jsonb_typeof(${_in} -> ${literal(input.column.name)})`;
  if (jsonTypesOf(input.family).length === 0) return `${found} = 'null'`;
  return types.length === 1
    ? `${found} <> ${literal(types[0] ?? '')}`
    : `${found} not in (${types.map(literal).join(', ')})`;
};

/** Conditions under which the JSON of one call is wrong, for sets of calls: which rule it is, the call by itself tells. */
export const shapeConditions = (context: Context): string[] => {
  const { _in } = context.own;
  const inputs = offered(context);
  const required = inputs.filter((input) => input.required);
  const typed = inputs.filter((input) => jsonTypesOf(input.family).length > 0 || !input.nullable);
  return [
    `pg_catalog.jsonb_typeof(${_in}) is distinct from 'object'`,
    `${_in} - ${textArray(names(inputs))} <> '{}'`,
    ...(required.length === 0 ? [] : [`not ${_in} ?& ${textArray(names(required))}`]),
    ...typed.map((input) => wrongType(_in, input)),
  ];
};

/** What `jsonb_typeof` may say of an input; for json columns anything but null where null is not allowed. */
const accepted = (input: Input): readonly string[] => {
  const types = jsonTypesOf(input.family);
  const all = types.length === 0 ? ['string', 'number', 'boolean', 'object', 'array'] : types;
  return input.nullable ? [...all, 'null'] : all;
};

export const conversion = (context: Context, input: Input): { readonly sql: string; readonly mayFail: boolean } => {
  const { _in } = context.own;
  const { column, family } = input;
  const own = variable(column.name);
  const key = literal(column.name);
  const type = column.base.domain ?? column.base.name;
  // NULL may not be cast to a domain that refuses NULL, so absent inputs are left alone. The domain only judges: a cast to it would
  // cut or round to its length or scale, which the rules refuse.
  const assign = (value: string): string =>
    column.base.domain === undefined
      ? `${own} := ${value};`
      : `if ${_in} ? ${key} then\n  if (${value})::${type} is null then end if;\n  ${own} := ${value};\nend if;`;
  const cast = (expression: string): string =>
    family.kind === 'text' && family.plain ? expression : `(${expression})::${column.base.name}`;
  const mayFail = column.base.domain !== undefined;
  switch (family.kind) {
    case 'text':
      return { sql: assign(cast(`${_in} ->> ${key}`)), mayFail: mayFail || !family.plain };
    case 'number':
      return { sql: assign(cast(`${_in} ->> ${key}`)), mayFail: true };
    case 'boolean':
      return { sql: assign(cast(`${_in} ->> ${key}`)), mayFail };
    case 'json':
      return { sql: assign(cast(`nullif(${_in} -> ${key}, 'null')`)), mayFail };
    case 'list':
    case 'object':
      // Assigned: INTO a composite variable would put the whole value into its first attribute.
      return {
        sql: `if ${_in} ? ${key} then
  ${own} := (select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', ${_in} -> ${key})) as r (v ${type}));
end if;`,
        mayFail: true,
      };
  }
};

/** Reads each input into a variable of its column's type; when one cannot be read, finds all that cannot and goes on with the rest. */
export const emitConversions = (context: Context): string => {
  const { _in, _errors } = context.own;
  const conversions = offered(context).map((input) => ({ input, ...conversion(context, input) }));
  const safe = conversions.filter((c) => !c.mayFail);
  const risky = conversions.filter((c) => c.mayFail);
  const parts: string[] = safe.map((c) => c.sql);
  if (risky.length > 0) {
    const types = Object.fromEntries(
      risky.map(({ input }) => {
        const type = input.column.base.domain ?? input.column.base.name;
        // PostgreSQL's own words quote the value, which a protected field keeps to itself.
        return [input.column.name, input.rules.protected === true ? { type, protected: true } : type];
      }),
    );
    parts.push(`loop
  begin
${indent(risky.map((c) => c.sql).join('\n'), 4)}
    exit;
  exception when others then
    select ${_errors} || r.errors, r.rest into ${_errors}, ${_in} from ai_private.conversion_errors(${_in}, ${jsonb(types)}, sqlstate, sqlerrm) as r;
  end;
end loop;`);
  }
  return parts.length === 0 ? '' : `-- Each input as its column's type.\n${parts.join('\n')}`;
};

export interface Rule {
  readonly field: string;
  readonly code: string;
  readonly rule: Readonly<Record<string, unknown>>;
  /** SQL over the inputs' variables that is true when the rule is broken. */
  readonly condition: string;
  /** SQL for the list of errors, where it is not this rule alone. */
  readonly errors?: string;
}

/** The rules of the declaration and of the types' modifiers. */
export const valueRules = (context: Context): Rule[] =>
  context.operation.inputs.flatMap((input) => {
    const field = input.column.name;
    const rules: Rule[] = input.violations.map((violation) => ({ field, ...violation }));
    if (input.family.kind === 'object') {
      const value = `${context.own._in} -> ${literal(field)}`;
      rules.push({
        field,
        code: 'additionalProperties',
        rule: { properties: input.family.attributes },
        // In brackets: PL/pgSQL ends the condition of an IF at the first bare THEN.
        condition: `(case pg_catalog.jsonb_typeof(${value}) when 'object' then (${value}) - ${textArray(input.family.attributes)} <> '{}' end)`,
      });
    }
    return rules;
  });

/** The table's CHECK constraints, as far as the inputs decide them. */
export const checkRules = (context: Context): Rule[] =>
  context.operation.checks.map((check) => {
    const columns = check.columns ?? [];
    // An update judges a CHECK early only when every value it reads is in the call; else the row itself decides.
    const whenKnown = context.operation.kind === 'update' ? `${context.own._in} ?& ${textArray(columns)} and ` : '';
    return {
      field: columns[0] ?? '',
      code: 'check',
      rule: { constraint: check.name, check: check.expression, fields: columns },
      condition: `${whenKnown}not (${verbatim(check.expression ?? 'true')})`,
    };
  });

/** All rules; then all errors at once. */
export const emitRules = (context: Context): string => {
  const { _in, _errors, _opt } = context.own;
  const { operation } = context;
  const report = ({ field, code, rule, condition, errors }: Rule): string => `if ${condition} then
  ${_errors} := ${_errors} || ${errors ?? `ai_private.input_error(${literal(field)}, ${literal(code)}, ${jsonb(rule)})`};
end if;`;
  const rules = valueRules(context).map(report);
  const defaults: string[] = [];
  for (const input of operation.inputs) {
    if (input.default === undefined) continue;
    const assign = `${variable(input.column.name)} := ${verbatim(input.default)};`;
    if (operation.kind === 'create' || operation.kind === 'upsert') {
      if (!input.offered) defaults.push(assign);
      else if (!input.required)
        defaults.push(`if not ${_in} ? ${literal(input.column.name)} then\n  ${assign}\nend if;`);
    }
  }
  if (operation.kind === 'update') {
    const resettable = operation.inputs.filter((input) => !input.isKey && !input.required && input.offered);
    const resets = resettable.map(
      (input) => `if ${_opt} -> 'set_default' ? ${literal(input.column.name)} then
  ${variable(input.column.name)} := ${input.default === undefined ? 'null' : verbatim(input.default)};
  ${_in} := ${_in} || pg_catalog.jsonb_build_object(${literal(input.column.name)}, true);
end if;`,
    );
    const resettableNames = textArray(names(resettable));
    defaults.push(`if ${_opt} ? 'set_default' then
  perform ai_private.check_resets(${literal(operation.table.qualified)}, ${literal(operation.kind)}, ${_opt} -> 'set_default', ${resettableNames});
${indent(resets.join('\n'))}
end if;`);
  }
  const checks = checkRules(context).map(report);
  const told = changesInputs(operation) ? `ai_private.by_hooks(${_errors}, ${context.own._by})` : _errors;
  const refuse = `if ${_errors} <> '[]' then
  perform ai_private.refuse_inputs(${literal(context.called.table)}, ${literal(context.called.operation)}, ${told});
end if;`;
  return [
    ...(rules.length === 0 ? [] : [`-- Rules.\n${rules.join('\n')}`]),
    ...(defaults.length === 0 ? [] : [`-- What absent inputs become.\n${defaults.join('\n')}`]),
    ...(checks.length === 0
      ? []
      : [`-- The table's CHECK constraints, as far as the inputs decide them.\n${checks.join('\n')}`]),
    refuse,
  ].join('\n\n');
};

export const emitVariables = (context: Context): string[] =>
  context.operation.inputs.map((input) => `${variable(input.column.name)} ${input.column.base.name};`);

export const givenList = (inputs: readonly Input[]): string => inputs.map((input) => given(input.column)).join(', ');

/** An input read from JSON as one expression, for sets of calls. Domains are left to the statement, which tells a broken one just as well. */
export const valueExpression = (_in: string, input: Input): string => {
  const { column, family } = input;
  const key = literal(column.name);
  const type = column.base.name;
  const read = (): string => {
    switch (family.kind) {
      case 'text':
        return PLAIN.has(type) ? `${_in} ->> ${key}` : `(${_in} ->> ${key})::${type}`;
      case 'number':
      case 'boolean':
        return `(${_in} ->> ${key})::${type}`;
      case 'json':
        return `nullif(${_in} -> ${key}, 'null')::${type}`;
      case 'list':
      case 'object':
        return `(select r.v from pg_catalog.jsonb_to_record(pg_catalog.jsonb_build_object('v', ${_in} -> ${key})) as r (v ${type}))`;
    }
  };
  return read();
};

const PLAIN = new Set(['text', 'character varying', 'character']);
