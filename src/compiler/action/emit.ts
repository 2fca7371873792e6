import { emitCallChecks, emitGate } from '../emit/access.ts';
import { ACTOR } from '../emit/actor.ts';
import { buildObject, type Context, createContext } from '../emit/context.ts';
import { startsEarly } from '../emit/early.ts';
import { digestible } from '../emit/handling.ts';
import { emitConversions, emitRules, emitShape, emitVariables } from '../emit/inputs.ts';
import { emitLimitCheck, emitLimitStart, limitSettings, limitVariables } from '../emit/limits.ts';
import { emitRates } from '../emit/rate.ts';
import { comment, dollarQuoted, ident, indent, jsonb, literal } from '../emit/sql.ts';
import { NO_START_PROC } from '../emit/start-proc.ts';
import { emitUsual } from '../emit/usual.ts';
import type { Input } from '../ir.ts';
import { bodyArguments, bodyName } from './emit-body.ts';
import { emitErrorHooks, emitHookStart, emitPostHooks, emitReading, emitShown, hookVariables } from './emit-hooks.ts';
import { pathOf } from './expression.ts';
import type { ActionUnit, Body } from './ir.ts';
import { onlyReads } from './limits.ts';
import { emitActionFailure, emitCallRow, emitReadOnly, measuredAction } from './measure.ts';
import { operationOf } from './operation.ts';
import { judging } from './schema.ts';
import { freshName, inBlock } from './scope.ts';

/** Options of every action. */
export const OPTIONS = ['dry_run', 'idempotency_key', 'on_error'] as const;

/** Variables of the function beside those that operations have. */
const OWN = ['_outer', '_depth', '_broken', '_holds', '_signed'] as const;

interface ActionContext extends Context {
  readonly mine: Readonly<Record<(typeof OWN)[number], string>>;
}

/** The inputs of an action are read and judged like those of a create: the same rules, the same codes, the same messages. */
const contextOf = (unit: ActionUnit, fingerprint: string): ActionContext => {
  const operation = operationOf(unit);
  const taken = new Set(operation.table.columns.map((column) => column.name));
  return {
    ...createContext(operation, fingerprint),
    called: { table: unit.action.name, operation: 'action' },
    mine: Object.fromEntries(OWN.map((name) => [name, freshName(name, taken)])) as ActionContext['mine'],
  };
};

const emitOptions = ({ action, inputs }: ActionUnit, { own }: ActionContext): string => {
  const { _in, _opt, _result } = own;
  const request = digestible(
    inputs,
    `${literal(`action ${action.name}:`)} || ${_in}::text || (${_opt} - 'idempotency_key')::text`,
  );
  return `-- Options.
if ${_opt} <> '{}' then
  perform ai_private.check_options(${literal(action.name)}, 'action', ${_opt}, '{${OPTIONS.join(',')}}');
  exit attempt when ${_opt} ->> 'on_error' = 'return' or ${_opt} -> 'dry_run' = 'true';
  if ${_opt} ? 'idempotency_key' then
    ${_result} := ai_private.claim_key(${_opt} ->> 'idempotency_key', ${request});
    if ${_result} is not null then
      return ${_result} -> 'answer';
    end if;
    exit attempt;
  end if;
end if;`;
};

/** After the attempt was left for them: the call itself, by this very function, so that calls without options have no part in this. */
const emitOptionCalls = ({ names }: ActionUnit, { own }: ActionContext): string => {
  const { _in, _opt } = own;
  return `-- A failure that is an answer, a dry run, or a key that is new.
if ${_opt} ->> 'on_error' = 'return' then
  return ai_private.attempt(${literal(names.action)}, ${_in}, ${_opt} - 'on_error');
elsif ${_opt} -> 'dry_run' = 'true' then
  return ai_private.rehearse(${literal(names.action)}, ${_in}, ${_opt} - '{dry_run,idempotency_key,on_error}'::text[], ${jsonb([{ effect: 'sequences that the action uses advance' }])});
end if;
return ai_private.keep_answer(${_opt} ->> 'idempotency_key', ai_gen.${ident(names.action)}(${_in}, ${_opt} - 'idempotency_key'));`;
};

const PLACEHOLDER = /[{]([a-zA-Z_][a-zA-Z0-9_]*)[}]/g;

/** Inputs that messages name, for their texts; never a protected one. */
const shown = (
  { inputs }: ActionUnit,
  texts: readonly (string | Readonly<Record<string, string>> | undefined)[],
): string => {
  const named = new Set(
    texts
      .flatMap((text) => (text === undefined ? [] : typeof text === 'string' ? [text] : Object.values(text)))
      .flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, name]) => name)),
  );
  return buildObject(
    inputs
      .filter((input) => named.has(input.column.name) && input.rules.protected !== true)
      .map((input) => [input.column.name, inBlock(input.column.name)]),
  );
};

const emitPreconditions = (unit: ActionUnit, { mine }: ActionContext): string => {
  const { action, preconditions } = unit;
  if (preconditions.length === 0) return '';
  const told = preconditions.map(({ name, code, sqlstate, message }) => ({ name, code, sqlstate, message }));
  // One statement, and none of PL/pgSQL's own expressions: a check may be written in JavaScript (plv8 issue 606).
  const cases = preconditions.map(({ sql }, i) => `case when (${sql}) is not true then ${i + 1} end`);
  return `-- Preconditions.
select pg_catalog.array_remove(array[
    ${cases.map((each) => indent(each, 4).trimStart()).join(',\n    ')}
  ], null) into ${mine._broken};
if ${mine._broken} <> '{}' then
  perform ai_private.refuse_conditions(${literal(action.name)}, ${mine._broken}, ${jsonb(told)},
    ${shown(
      unit,
      preconditions.map(({ message }) => message),
    )});
end if;`;
};

/** The inputs as their types read them, with defaults; what is absent stays so. */
const inputsObject = ({ inputs }: ActionUnit, { _in }: Context['own']): string => {
  const always = inputs.filter((input) => input.required || input.default !== undefined);
  const others = inputs.filter((input) => !always.includes(input));
  const pair = (input: Input): readonly [string, string] => [input.column.name, inBlock(input.column.name)];
  return [
    buildObject(always.map(pair)),
    ...others.map(
      (input) =>
        `case when given.${_in} ? ${literal(input.column.name)} then ${buildObject([pair(input)])} else '{}' end`,
    ),
  ].join('\n      || ');
};

/** As text, which plv8 and pljs leave as it is; and never from an expression of PL/pgSQL (plv8 issue 606). */
const emitJavaScript = (
  unit: ActionUnit,
  { program, timeLimit }: Extract<Body, { kind: 'javascript' }>,
  own: Context['own'],
): string => `-- The body.
select ai_private.javascript_answer(${literal(unit.action.name)}, ai_private.run_javascript(${literal(program)},
    pg_catalog.jsonb_build_object('inputs', ${inputsObject(unit, own)}, 'actor', ${ACTOR}, 'action', ${literal(unit.action.name)})::text, ${timeLimit}))
into ${own._result};`;

const emitBody = (unit: ActionUnit, { own }: ActionContext): string => {
  const body =
    unit.body.kind === 'steps'
      ? unit.body.code
      : unit.body.kind === 'javascript'
        ? emitJavaScript(unit, unit.body, own)
        : `-- The body.
select ai_gen.${ident(bodyName(unit))}(${bodyArguments(unit)
            .map(({ value }) => value)
            .join(', ')}) into ${own._result};`;
  return onlyReads(unit.limits) ? emitReadOnly(body) : body;
};

const emitOutput = ({ action, output }: ActionUnit, { own }: ActionContext): string => {
  if (output === undefined) return '';
  const { condition, errors } = judging(own._result, output, '');
  return `-- What the action promises.
${own._result} := coalesce(${own._result}, 'null');
if ${condition} then
  perform ai_private.refuse_answer(${literal(action.name)}, 'PI313', ${errors});
end if;`;
};

const emitPost = ({ post }: ActionUnit): string => (post === undefined ? '' : `-- What follows.\n${post}`);

/** The function of the action: JSON in, JSON out. */
export const emitAction = (unit: ActionUnit, fingerprint: string): string => {
  const { action, names, preconditions } = unit;
  const context = contextOf(unit, fingerprint);
  const { own, mine } = context;
  const definer = action.security === 'definer';
  /** Whether code of the author's stands in this function. */
  const inPlace = unit.body.kind === 'steps' || unit.post !== undefined;
  // The recorder of names looks at its direct caller, so an invoker's call of it is an assignment.
  const enter = definer
    ? `perform pg_catalog.set_config('pg_ai.action', ai_private.signed_action(${literal(action.name)}), true);`
    : `${mine._signed} := ai_private.enter_action(${literal(action.name)});
perform pg_catalog.set_config('pg_ai.action', ${mine._signed}, true);`;
  /** Whether something comes before the inputs are read. */
  const early = startsEarly(context.operation);
  const entering = `-- Audit rows and events name the action.
${mine._outer} := pg_catalog.current_setting('pg_ai.action', true);
if ${mine._outer} <> '' then
  ${mine._depth} := ai_private.nest_action(${literal(action.name)});
end if;
${enter}`;
  const start = [
    `if ${own._opt} is null then\n  ${own._opt} := '{}';\nend if;`,
    emitOptions(unit, context),
    ...(definer ? [NO_START_PROC] : []),
    `${own._actor} := ${ACTOR};`,
    emitRates(context),
    emitGate(context),
    entering,
    emitHookStart(context),
  ];
  const reading = [
    emitUsual(context),
    ...(definer && !early ? [NO_START_PROC] : []),
    `-- What is rare or wrong, rule by rule.\n${own._opt} := coalesce(${own._opt}, '{}');\n${own._errors} := '[]';`,
    ...(early ? [] : [emitOptions(unit, context)]),
    emitShape(context),
    emitConversions(context),
    emitRules(context),
  ].filter((section) => section !== '');
  const measure = measuredAction(unit, context);
  const [limitStart, limitCheck] = [emitLimitStart(measure), emitLimitCheck(measure)];
  const sections = [
    ...[
      limitStart,
      ...(early ? [start.filter((part) => part !== '').join('\n')] : []),
      emitReading(context, reading.join('\n\n')),
      ...(early ? [] : [entering]),
      emitCallChecks(context),
      emitPreconditions(unit, context),
      emitBody(unit, context),
      emitPostHooks(context),
      emitOutput(unit, context),
      emitPost(unit),
      limitCheck,
    ]
      .filter((section) => section !== '')
      .map((section) => indent(section)),
    indent(`${emitCallRow(unit, context, fingerprint)}
perform pg_catalog.set_config('pg_ai.action', coalesce(${mine._outer}, ''), true);
if ${mine._outer} <> '' then
  perform pg_catalog.set_config('pg_ai.depth', ${mine._depth}, true);
end if;
return ${emitShown(unit, context)};`),
  ];
  const variables = [
    `${own._in} alias for $1;`,
    `${own._opt} alias for $2;`,
    `${own._errors} jsonb;`,
    `${own._result} jsonb;`,
    `${own._started} timestamptz := pg_catalog.clock_timestamp();`,
    ...limitVariables(measure),
    `${mine._outer} text;`,
    `${mine._depth} text;`,
    ...(definer ? [] : [`${mine._signed} text;`]),
    ...(preconditions.length === 0 ? [] : [`${mine._broken} integer[];`]),
    ...(early ? [`${own._actor} text;`] : []),
    ...(unit.body.kind === 'javascript' || unit.hooks.length > 0 ? [`${own._detail} text;`] : []),
    ...hookVariables(context),
    ...(inPlace
      ? [`${mine._holds} boolean;`, ...[...unit.results].map(([name, type]) => `${ident(name)} ${type};`)]
      : []),
    ...emitVariables(context),
  ];
  const whole = `<<attempt>>
begin
${sections.join('\n\n')}
exception when others or query_canceled or assert_failure then
${indent(emitActionFailure(unit, measure, context))}
end;

${emitOptionCalls(unit, context)}`;
  const body = `${comment(`The action ${action.name}. Compiled from ai.meta_actions (${fingerprint}). Edit the row, not this function.`)}
#variable_conflict use_column
<<given>>
declare
${indent(variables.join('\n'))}
begin
${indent(emitErrorHooks(context, whole))}
end`;
  const path = preconditions.length === 0 && !inPlace ? 'pg_catalog, pg_temp' : pathOf(action);
  return `create or replace function ai_gen.${ident(names.action)}(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security ${action.security}
set search_path = ${path}${limitSettings(unit.limits)}
as ${dollarQuoted(body)}`;
};
