import { mayHoldFloats } from '../families.ts';
import type { Operation } from '../ir.ts';
import { emitCallChecks, emitGate } from './access.ts';
import { ACTOR } from './actor.ts';
import { type Context, createContext, settings } from './context.ts';
import { startsEarly } from './early.ts';
import { emitFailure } from './failure.ts';
import { emitStoredForms, maskedFields } from './handling.ts';
import {
  added,
  emitErrorHooks,
  emitHookStart,
  emitPostHooks,
  emitPreHooks,
  hasErrorHooks,
  hookVariables,
  readsTwice,
  runsHooks,
} from './hooks.ts';
import { emitConversions, emitRules, emitShape, emitVariables } from './inputs.ts';
import { boundsCalls, emitLimitCheck, emitLimitStart, limitSettings, limitVariables, measured } from './limits.ts';
import { emitOptionCalls, emitOptions } from './options.ts';
import { emitRates } from './rate.ts';
import { comment, dollarQuoted, ident, indent, literal } from './sql.ts';
import { mayReachOthers, NO_START_PROC } from './start-proc.ts';
import { emitRecord, emitStatement } from './statement.ts';
import { emitUsual } from './usual.ts';

const VERB = {
  create: 'Creates a row of',
  update: 'Updates a row of',
  delete: 'Deletes a row of',
  upsert: 'Creates or updates a row of',
  fetch: 'Reads a row of',
};

/** The function that does the work: JSON in, JSON out, static SQL between. */
export const emitJsonFunction = (operation: Operation, fingerprint: string): string => {
  const context = createContext(operation, fingerprint);
  const { own } = context;
  const { limits } = operation.policy;
  const measure = measured(context);
  const variables = [
    `${own._in} alias for $1;`,
    `${own._opt} alias for $2;`,
    `${own._errors} jsonb;`,
    ...(operation.kind === 'fetch'
      ? [
          `${own._result} jsonb;`,
          ...(startsEarly(operation) ? [`${own._actor} text;`] : []),
          ...(boundsCalls(limits) ? [`${own._started} timestamptz := pg_catalog.clock_timestamp();`] : []),
        ]
      : [
          `${own._old} jsonb;`,
          `${own._new} jsonb;`,
          ...(startsEarly(operation) || operation.security === 'invoker' ? [`${own._actor} text;`] : []),
          `${own._constraint} text;`,
          `${own._column} text;`,
          `${own._result} jsonb;`,
          `${own._started} timestamptz := pg_catalog.clock_timestamp();`,
        ]),
    ...(operation.returnsVersion || operation.version !== undefined ? [`${own._version} text;`] : []),
    ...(operation.policy.written.length > 0 ? [`${own._broken} text;`] : []),
    ...limitVariables(measure),
    ...hookVariables(context),
    ...emitVariables(context),
  ];
  const source = `Compiled from COMMENT ON TABLE ${operation.table.qualified} (${fingerprint}). Edit the declaration, not this function.`;
  const postHooks = emitPostHooks(context);
  const callChecks = emitCallChecks(context);
  const [limitStart, limitCheck] = [emitLimitStart(measure), emitLimitCheck(measure)];
  const hashing = emitStoredForms(context);
  const sections = [
    ...(limitStart === '' ? [] : [indent(limitStart, 4)]),
    ...(startsEarly(operation) ? [indent(emitStart(context), 4)] : []),
    emitReading(context),
    ...(callChecks === '' ? [] : [indent(callChecks, 4)]),
    ...(hashing === '' ? [] : [indent(hashing, 4)]),
    indent(emitStatement(context), isPlainFetch(operation) ? 2 : 4),
    ...(postHooks === '' ? [] : [indent(postHooks, 4)]),
    ...(limitCheck === '' ? [] : [indent(limitCheck, 4)]),
    isPlainFetch(operation)
      ? `  return ${own._result}${maskedFields(context, own._result, operation.returns)};`
      : operation.kind === 'fetch'
        ? `    return ${own._result}${maskedFields(context, own._result, operation.returns)}${added(context)};`
        : indent(emitRecord(context), 4),
  ];
  const whole = `${isPlainFetch(operation) ? sections.join('\n\n') : attempt(context, sections)}
${operation.kind === 'fetch' ? '' : `\n${indent(emitOptionCalls(context))}\n`}`;
  const body = `${comment(`${VERB[operation.kind]} ${operation.table.qualified}. ${source}`)}
#variable_conflict use_column
<<given>>
declare
${indent(variables.join('\n'))}
begin
${hasErrorHooks(operation) ? `  begin\n${indent(whole)}${indent(emitErrorHooks(context))}\n  end;\n` : whole}end`;
  return `create or replace function ai_gen.${ident(operation.jsonFunctionName)}(inputs jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
${operation.kind === 'fetch' && operation.security === 'definer' && !startsEarly(operation) && !boundsCalls(limits) ? 'stable' : 'volatile'}
security ${operation.security}
${settings(operation.visible)}${limitSettings(limits)}
as ${dollarQuoted(body)}`;
};

/** Reading a row by its key can hardly fail once its inputs are right, so only what is wrong with them is worth a subtransaction. */
const isPlainFetch = (operation: Operation): boolean =>
  operation.kind === 'fetch' && !startsEarly(operation) && !boundsCalls(operation.policy.limits);

const attempt = (context: Context, sections: readonly string[]): string => `  <<attempt>>
  begin
${sections.join('\n\n')}
${indent(emitFailure(context))}
  end;`;

/** Before anything of others runs: a call that is made by another call of this function has no part in what comes after. */
const emitStart = (context: Context): string => {
  const { operation, own } = context;
  return [
    `if ${own._opt} is null then
  ${own._opt} := '{}';
end if;`,
    emitOptions(context),
    ...(mayReachOthers(operation) ? [NO_START_PROC] : []),
    `${own._actor} := ${ACTOR};`,
    emitRates(context),
    emitGate(context),
    ...(runsHooks(operation) ? [emitHookStart(context)] : []),
  ]
    .filter((part) => part !== '')
    .join('\n');
};

/** From the inputs as JSON to variables with nothing wrong about them. */
const emitReading = (context: Context): string => {
  const { operation, own } = context;
  const reading = [
    emitUsual(context),
    // The usual path is not taken when there is one to shut out.
    ...(mayReachOthers(operation) && !startsEarly(operation) ? [NO_START_PROC] : []),
    `-- What is rare or wrong, rule by rule.\n${own._opt} := coalesce(${own._opt}, '{}');\n${own._errors} := '[]';`,
    ...(startsEarly(operation) ? [] : [emitOptions(context)]),
    emitShape(context),
    emitConversions(context),
    emitRules(context),
  ].filter((section) => section !== '');
  if (isPlainFetch(operation)) {
    const [usual = '', ...rare] = reading;
    return `  <<usual>>\n  begin\n${indent(usual, 4)}\n\n    begin\n${indent(rare.join('\n\n'), 6)}\n${indent(emitFailure(context), 4)}\n    end;\n  end;`;
  }
  // Indented once and for good: going over a long text again is what compiling in the database spends its time on.
  if (!readsTwice(operation)) return `    <<usual>>\n    begin\n${indent(reading.join('\n\n'), 6)}\n    end;`;
  return `    <<reading>>
    loop
      <<usual>>
      begin
${indent(reading.join('\n\n'), 8)}
      end;

${indent(emitPreHooks(context), 6)}
    end loop;`;
};

/** PostgreSQL's limit for the parameters of a function. */
const MOST_PARAMETERS = 100;

/**
 * The same operation with a typed parameter for each input. SQL cannot tell an argument that is left out from one that is null,
 * so null counts as left out unless its name is in set_null.
 */
export const emitTypedFunction = (operation: Operation): string | undefined => {
  const inputs = operation.inputs.filter((input) => input.offered);
  if (inputs.length + 2 > MOST_PARAMETERS) return undefined;
  const taken = new Set(inputs.map((input) => input.column.name));
  const fresh = (name: string): string => (taken.has(name) ? fresh(`${name}_`) : name);
  const [setNull, options] = [fresh('set_null'), fresh('options')];
  const ordered = [...inputs.filter((input) => input.required), ...inputs.filter((input) => !input.required)];
  const parameters = [
    ...ordered.map(
      (input) => `${ident(input.column.name)} ${input.column.base.name}${input.required ? '' : ' default null'}`,
    ),
    `${setNull} text[] default '{}'`,
    `${options} jsonb default '{}'`,
  ];
  // Without a SET clause, which only floats need, the planner puts the body in place of the call, so names and operators are written out. With
  // set_null left out, which is a constant then, only the first branch remains of it.
  const absentOnNull = operation.table.serverVersion >= 16;
  const columns = ordered.map((input) => input.column);
  const inlines = absentOnNull && !columns.some(({ base }) => mayHoldFloats(base));
  const given = `json_object(${ordered.map((input, i) => `${literal(input.column.name)}: $${i + 1}`).join(', ')} absent on null returning pg_catalog.jsonb)`;
  const nulls = `$${ordered.length + 1}`;
  const inlined = dollarQuoted(`select ai_gen.${ident(operation.jsonFunctionName)}(
  case when ${nulls} operator(pg_catalog.<>) '{}'::pg_catalog.text[]
    then pg_catalog.jsonb_object(${nulls}, pg_catalog.array_fill(null::pg_catalog.text, array[pg_catalog.cardinality(${nulls})]))
      operator(pg_catalog.||) ${given}
    else ${given}
  end,
  $${ordered.length + 2})`);
  const noInputs = dollarQuoted(`select ai_gen.${ident(operation.jsonFunctionName)}('{}', $2)`);
  const allInputs = dollarQuoted(`select ai_gen.${ident(operation.jsonFunctionName)}(
  (${objectOf(ordered.map((input) => input.column.name))})
    - array(select n.name from (values ${ordered.map((input, i) => `(${literal(input.column.name)}, $${i + 1} is null)`).join(', ')}) as n (name, is_null)
            where n.is_null and not n.name = any ($${ordered.length + 1})),
  $${ordered.length + 2})`);
  return `create or replace function ai_gen.${ident(operation.functionName)}(
  ${parameters.join(',\n  ')}
)
returns jsonb
language sql
${operation.kind === 'fetch' && operation.security === 'definer' && !startsEarly(operation) && !boundsCalls(operation.policy.limits) ? 'stable' : 'volatile'}
security invoker
${!inlines && ordered.length > 0 ? `${settings(columns)}\n` : ''}as ${ordered.length === 0 ? noInputs : absentOnNull ? inlined : allInputs}`;
};

const objectOf = (names: readonly string[]): string => {
  const pieces: string[] = [];
  for (let i = 0; i < names.length; i += 40) {
    pieces.push(
      `jsonb_build_object(${names
        .slice(i, i + 40)
        .map((name, j) => `${literal(name)}, $${i + j + 1}`)
        .join(', ')})`,
    );
  }
  return pieces.length === 0 ? `'{}'::jsonb` : pieces.join(' || ');
};

export const describeOperation = (operation: Operation): string =>
  [
    operation.description === '' ? `${VERB[operation.kind]} ${operation.table.qualified}.` : operation.description,
    `Required: ${listOf(operation, true)}. Optional: ${listOf(operation, false)}. Raises PI1xx for bad inputs, 23xxx for broken constraints.`,
    'Compiled by pg_ai; ai.describe() shows the inputs as JSON Schema.',
  ].join('\n');

const listOf = (operation: Operation, required: boolean): string =>
  operation.inputs
    .filter((input) => input.offered && input.required === required)
    .map((input) => input.column.name)
    .join(', ') || 'none';
