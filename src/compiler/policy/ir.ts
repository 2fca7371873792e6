import type { Expression } from './expression.ts';
import type { Limits } from './limit.ts';
import type { ResolvedRate } from './rate.ts';

/** The policies of one operation, resolved against its table. */
export interface Policies {
  /** Judged before anything else: by roles and the actor alone. */
  readonly gate: readonly Condition[];
  /** Judged when the inputs are right, before the statement. */
  readonly call: readonly Condition[];
  /** Added to every WHERE that finds the row. */
  readonly filter: readonly Condition[];
  /** Judged about the row as it was written. */
  readonly written: readonly Condition[];
  /** For ai.describe and ai.explain_mutation, in their order. */
  readonly described: readonly DescribedPolicy[];
  /** How often; judged before all others. */
  readonly rates: readonly ResolvedRate[];
  /** What a call may cost. */
  readonly limits: Limits;
}

/** A policy, where it stands, and what it says. */
export interface Ruling<Rule> {
  /** The name of the row in ai.policies, or the table or operation whose comment has it. */
  readonly policy: string;
  /** For diagnostics. */
  readonly path: string;
  readonly rule: Rule;
}

export interface Condition {
  readonly policy: string;
  /** For diagnostics. */
  readonly path: string;
  /** What the caller is told in place of the standard message. */
  readonly message?: string;
  /** Roles of which the caller must have one. */
  readonly roles?: readonly string[];
  readonly expression?: Expression;
}

export interface DescribedPolicy {
  readonly policy: string;
  readonly kind: string;
  /** When it is judged: before the inputs, with them, about the row, at the end; or never by itself, because it is about what becomes of values. */
  readonly stage: 'gate' | 'call' | 'row' | 'value' | 'limit';
  readonly rule: Readonly<Record<string, unknown>>;
}

export const NO_POLICIES: Policies = {
  gate: [],
  call: [],
  filter: [],
  written: [],
  described: [],
  rates: [],
  limits: {},
};

/** Columns that the policies look at. */
export const columnsOf = ({ filter, written }: Policies): readonly string[] =>
  [...filter, ...written].flatMap(({ expression }) => expression?.rows ?? []);

/** Whether anything is judged by roles, actor or rows, so that a call has a beginning before its inputs are read. */
export const judgesCalls = ({ gate, call, filter, written, rates }: Policies): boolean =>
  rates.length + gate.length + call.length + filter.length + written.length > 0;
