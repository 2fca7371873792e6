import { type Diagnostic, hasErrors } from '../diagnostic.ts';
import { emitJsonFunction } from '../emit/functions.ts';
import { explainedLimits } from '../emit/limits.ts';
import { ident, literal } from '../emit/sql.ts';
import { hookFunctions } from '../hooks.ts';
import type { Privilege, Probe } from '../ir.ts';
import type { JsonSchema } from '../schema.ts';
import { analyzeAction } from './analyze.ts';
import { emitAction } from './emit.ts';
import { bodyName, bodySignature, emitBodyFunction } from './emit-body.ts';
import type { ActionUnit } from './ir.ts';
import { judged } from './schema.ts';
import type { ActionInput } from './snapshot.ts';

/** What a host hands to `ai_private.apply_action`. */
export interface CompiledAction {
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: readonly Probe[];
  readonly privileges: readonly Privilege[];
  readonly functionName: string | null;
  /** The action's own first; `callable` ones are granted to its roles. */
  readonly functions: readonly CompiledFunction[];
  readonly language: string;
  readonly security: 'definer' | 'invoker';
  readonly roles: readonly string[];
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  /** Absent where there are none. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Its policies and hooks. Absent where there are none. */
  readonly described?: Readonly<Record<string, unknown>>;
  /** Functions of hooks that its callers execute. Absent where there are none. */
  readonly helpers?: readonly string[];
  readonly comment: string;
}

export interface CompiledFunction {
  readonly name: string;
  readonly signature: string;
  readonly text: string;
  readonly callable: boolean;
}

const describe = ({ action, inputs }: ActionUnit): string => {
  const list = (required: boolean): string =>
    inputs
      .filter((input) => input.required === required)
      .map((input) => input.column.name)
      .join(', ') || 'none';
  return [
    action.description ?? `The action ${action.name}.`,
    `Required: ${list(true)}. Optional: ${list(false)}.`,
    'Compiled by pg_ai; ai.describe_action() shows the inputs as JSON Schema.',
  ].join('\n');
};

/** Compiles one action. Pure, as `compile` is for tables. */
export const compileAction = ({ action, fingerprint }: ActionInput): CompiledAction => {
  const { unit, diagnostics, probes } = analyzeAction(action);
  const nothing: CompiledAction = {
    diagnostics,
    probes,
    privileges: [],
    functionName: null,
    functions: [],
    language: action.language ?? 'sql',
    security: action.security,
    roles: [],
    description: '',
    inputSchema: {},
    outputSchema: {},
    comment: "''",
  };
  if (unit === undefined || hasErrors(diagnostics)) return nothing;
  const limits = explainedLimits(unit.limits);
  const described = {
    ...(unit.policy.described.length === 0 ? {} : { policies: unit.policy.described }),
    ...(unit.hooks.length === 0 ? {} : { hooks: unit.hooks.map(({ name, phase }) => ({ hook: name, phase })) }),
  };
  // What runs with the caller's rights has to be executable by the caller.
  const callable = action.security === 'invoker';
  const bodies: CompiledFunction[] =
    unit.body.kind === 'steps' || unit.body.kind === 'javascript'
      ? []
      : [{ name: bodyName(unit), signature: bodySignature(unit), text: emitBodyFunction(unit, fingerprint), callable }];
  const operations = unit.operations.map(
    (operation): CompiledFunction => ({
      name: operation.jsonFunctionName,
      signature: `ai_gen.${ident(operation.jsonFunctionName)}(jsonb, jsonb)`,
      text: emitJsonFunction(operation, fingerprint),
      callable,
    }),
  );
  const own: CompiledFunction = {
    name: unit.names.action,
    signature: `ai_gen.${ident(unit.names.action)}(jsonb, jsonb)`,
    text: emitAction(unit, fingerprint),
    callable: true,
  };
  return {
    ...nothing,
    probes: [
      ...probes,
      ...bodies.map((body) => ({
        path: `action ${action.name}: code_template`,
        sql: `select ai_private.check_function(${literal(body.text)})`,
        reason: 'PostgreSQL does not take it',
        suggestion: 'see "PL/pgSQL" in the PostgreSQL manual; parameters are written :name or {{name}}',
      })),
    ],
    privileges: unit.privileges,
    functionName: unit.names.action,
    functions: [own, ...bodies, ...operations],
    language: unit.language,
    roles: unit.roles.map(ident),
    description: action.description ?? '',
    inputSchema: unit.inputSchema,
    outputSchema: unit.output === undefined ? {} : judged(unit.output),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(Object.keys(described).length === 0 ? {} : { described }),
    ...(callable && unit.hooks.some((hook) => hookFunctions(hook).length > 0)
      ? { helpers: unit.hooks.flatMap(hookFunctions) }
      : {}),
    comment: literal(describe(unit)),
  };
};
