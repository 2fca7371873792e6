import { jsonTypesOf } from '../families.ts';
import type { Operation } from '../ir.ts';
import type { Mask } from '../policy/handling.ts';
import type { DescribedPolicy } from '../policy/ir.ts';
import { createContext } from './context.ts';
import { isSecret } from './handling.ts';
import { checkRules, valueRules } from './inputs.ts';
import { explainedLimits } from './limits.ts';
import { optionsOf, type SideEffect, sideEffectsOf } from './options.ts';
import { type ExplainedStatement, explainedStatement } from './statement.ts';

/** One check of an operation, as ai.explain_mutation lists it. */
export interface ExplainedCheck {
  readonly field: string | null;
  readonly code: string;
  readonly rule: Readonly<Record<string, unknown>>;
}

export interface OperationPlan {
  /** Of the declaration that it was compiled from. */
  readonly fingerprint: string;
  readonly security: 'definer' | 'invoker';
  readonly options: readonly string[];
  /** In the order in which they are made. */
  readonly checks: readonly ExplainedCheck[];
  /** Constraints that the statement itself checks. */
  readonly constraints: readonly {
    readonly constraint: string;
    readonly kind: string;
    readonly fields: readonly string[];
  }[];
  readonly statement: ExplainedStatement;
  readonly sideEffects: readonly SideEffect[];
  /** In the order in which they run; absent where there are none. */
  readonly hooks?: readonly ExplainedHook[];
  /** Absent where there are none. */
  readonly policies?: readonly DescribedPolicy[];
  /** Absent where there are none. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Whether some input is protected or encrypted. */
  readonly secret?: true;
  /** Names of keys by column; absent where nothing is encrypted. */
  readonly encrypted?: Readonly<Record<string, string>>;
  /** By column, for ai.history; absent where there are none. */
  readonly masks?: Readonly<Record<string, Mask>>;
}

export interface ExplainedHook {
  readonly hook: string;
  readonly phase: string;
  /** Whether it runs before the inputs are looked at. */
  readonly beforeValidation?: true;
  readonly language: string;
  /** Absent for JavaScript, which has a limit of milliseconds instead. */
  readonly function?: string;
  readonly timeLimit?: number;
  readonly condition?: string;
}

const PHASES = ['pre', 'post', 'post_commit', 'on_error'] as const;

const explainedHooks = (hooks: Operation['hooks']): readonly ExplainedHook[] =>
  PHASES.flatMap((phase) => [
    ...hooks.filter((hook) => hook.phase === phase && hook.beforeValidation),
    ...hooks.filter((hook) => hook.phase === phase && !hook.beforeValidation),
  ]).map((hook) => ({
    hook: hook.name,
    phase: hook.phase,
    ...(hook.beforeValidation ? { beforeValidation: true } : {}),
    language: hook.language,
    ...(hook.language === 'javascript' ? { timeLimit: hook.timeLimit } : { function: hook.call }),
    ...(hook.condition === undefined ? {} : { condition: hook.condition }),
  }));

const KINDS = { p: 'unique', u: 'unique', c: 'check', f: 'foreignKey', x: 'exclusion' } as const;

/** What an operation does, told rather than done. */
export const planOf = (operation: Operation, fingerprint: string): OperationPlan => {
  const context = createContext(operation, fingerprint);
  const inputs = operation.inputs.filter((input) => input.offered);
  const writes = operation.kind !== 'fetch' && operation.kind !== 'delete';
  const limits = explainedLimits(operation.policy.limits);
  const hooks = [...operation.hooks, ...operation.afterCommit];
  const early = new Set(operation.checks.map((check) => check.name));
  return {
    fingerprint,
    security: operation.security,
    options: optionsOf(operation),
    checks: [
      { field: null, code: 'additionalProperties', rule: { properties: inputs.map((input) => input.column.name) } },
      ...inputs
        .filter((input) => input.required)
        .map((input) => ({ field: input.column.name, code: 'required', rule: { required: true } })),
      ...inputs
        .filter((input) => !input.nullable)
        .map((input) => ({ field: input.column.name, code: 'notNull', rule: { null: false } })),
      ...inputs
        .filter((input) => jsonTypesOf(input.family).length > 0)
        .map((input) => ({ field: input.column.name, code: 'type', rule: { type: input.column.type } })),
      ...[...valueRules(context), ...checkRules(context)].map(({ field, code, rule }) => ({ field, code, rule })),
    ],
    constraints: writes
      ? operation.table.constraints
          .filter((constraint) => !early.has(constraint.name))
          .map((constraint) => ({
            constraint: constraint.name,
            kind: KINDS[constraint.kind],
            fields: constraint.columns ?? [],
          }))
      : [],
    statement: explainedStatement(context),
    sideEffects: sideEffectsOf(operation),
    ...(hooks.length === 0 ? {} : { hooks: explainedHooks(hooks) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(operation.inputs.some(isSecret) ? { secret: true } : {}),
    ...(operation.handling.encrypted.length === 0
      ? {}
      : { encrypted: Object.fromEntries(operation.handling.encrypted.map(({ column, key }) => [column.name, key])) }),
    ...(operation.handling.masks.length === 0
      ? {}
      : { masks: Object.fromEntries(operation.handling.masks.map(({ column, mask }) => [column.name, mask])) }),
    ...(operation.policy.described.length === 0 ? {} : { policies: operation.policy.described }),
  };
};
