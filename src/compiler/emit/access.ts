import type { Operation } from '../ir.ts';
import { earlyBinding, lateBinding } from '../policy/binding.ts';
import { bind } from '../policy/expression.ts';
import type { Condition } from '../policy/ir.ts';
import { type Context, given } from './context.ts';
import { ident, jsonb, literal } from './sql.ts';

/** The role whose memberships count: in a function that runs with other rights, the one that was SET, else the login. */
export const callerRole = ({ security }: Pick<Operation, 'security'>): string =>
  security === 'invoker'
    ? 'current_user'
    : `coalesce(nullif(pg_catalog.current_setting('role', true), 'none'), session_user)::name`;

export const hasRole = (operation: Pick<Operation, 'security'>, roles: readonly string[]): string =>
  `(${roles.map((role) => `pg_catalog.pg_has_role(${callerRole(operation)}, ${literal(role)}::name, 'usage')`).join(' or ')})`;

type Judge = (condition: Condition) => string;

const early =
  (context: Context): Judge =>
  ({ roles, expression }) =>
    roles !== undefined
      ? hasRole(context.operation, roles)
      : expression === undefined
        ? 'true'
        : bind(expression, earlyBinding(context));

const late =
  (context: Context, alias: string, column: (name: string) => string = ident): Judge =>
  ({ expression }) =>
    expression === undefined
      ? 'true'
      : bind(expression, { ...lateBinding(context, alias), row: (name) => `${alias}.${column(name)}` });

/** The name of the first policy that does not hold; null when all do. */
const firstBroken = (conditions: readonly Condition[], judge: Judge): string =>
  `case ${conditions.map((condition) => `when (${judge(condition)}) is not true then ${literal(condition.policy)}`).join(' ')} end`;

const messagesOf = (conditions: readonly Condition[]): string => {
  const own = conditions.flatMap(({ policy, message }) => (message === undefined ? [] : [[policy, message] as const]));
  return own.length === 0 ? '' : `, ${jsonb(Object.fromEntries(own))}`;
};

const refusal = (
  { called }: Context,
  stage: 'gate' | 'call' | 'row',
  broken: string,
  conditions: readonly Condition[],
) =>
  `perform ai_private.refuse_policy(${literal(called.table)}, ${literal(called.operation)}, ${literal(stage)}, ${broken}${messagesOf(conditions)});`;

const demand = (context: Context, stage: 'gate' | 'call', conditions: readonly Condition[], judge: Judge): string =>
  conditions.length === 0
    ? ''
    : `-- Policies: ${conditions
        .map(({ policy }) => policy)
        .join(', ')
        .replaceAll(/[\r\n]/g, ' ')}.
if (${conditions.map(judge).join(' and ')}) is not true then
  ${refusal(context, stage, firstBroken(conditions, judge), conditions)}
end if;`;

/** Who may call at all: judged before the inputs are looked at. */
export const emitGate = (context: Context): string =>
  demand(context, 'gate', context.operation.policy.gate, early(context));

/** The same for sets of calls, which only learn that something is refused. */
export const emitSetGate = (context: Context): string => {
  const { gate } = context.operation.policy;
  return gate.length === 0
    ? ''
    : `if (${gate.map(early(context)).join(' and ')}) is not true then
  raise exception using errcode = 'PI198', message = 'a set of calls is split';
end if;`;
};

/** Whether this call may be made, with inputs that are right. */
export const emitCallChecks = (context: Context): string =>
  demand(context, 'call', context.operation.policy.call, late(context, 't'));

/** The same as conditions that are true where a call of a set is not allowed. */
export const refusedCalls = (context: Context): string[] =>
  context.operation.policy.call.map((condition) => `(${late(context, 't')(condition)}) is not true`);

/** The condition that finds the row by its key, and only where the policies let the caller reach it. */
export const keyCondition = (context: Context): string => keyEquality(context.operation) + filterCondition(context);

export const keyEquality = (operation: Operation): string =>
  operation.key
    .map((column) => `t.${ident(column.name)} ${column.base.equality ?? '='} ${given(column)}`)
    .join(' and ');

/** What policies add to a condition that finds rows. */
export const filterCondition = (context: Context): string =>
  context.operation.policy.filter.map((condition) => `\n  and ${late(context, 't')(condition)}`).join('');

/** The first policy that a row breaks as it was written, to stand in RETURNING; undefined where no policy is about that. */
export const brokenBy = (
  context: Context,
  alias: string,
  column: (name: string) => string = ident,
): string | undefined => {
  const { written } = context.operation.policy;
  const judge = late(context, alias, column);
  return written.length === 0 ? undefined : firstBroken(written, judge);
};

/** The row that is in the way may not be reached. */
export const refusedRow = (context: Context): string => {
  const { filter } = context.operation.policy;
  return refusal(context, 'row', literal(filter[0]?.policy ?? ''), filter);
};

export const emitRowCheck = (context: Context): string => {
  const { operation, own } = context;
  const { written } = operation.policy;
  if (written.length === 0) return '';
  return `
if ${own._broken} is not null then
  ${refusal(context, 'row', own._broken, written)}
end if;`;
};
