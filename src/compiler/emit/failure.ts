import type { Context } from './context.ts';
import { emitHookFailure, runsHooks } from './hooks.ts';
import { emitLimitFailure, measured } from './limits.ts';
import { indent, jsonb, literal } from './sql.ts';

/*
 * One subtransaction around the whole of a call. It is there so that a broken constraint is told by its fields, and so that a failure can be counted,
 * which costs nothing while calls succeed.
 */

/** Microseconds since the call began, inside a SQL statement. */
export const elapsed = ({ own }: Context): string =>
  `(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given.${own._started}) * 1000000)::bigint`;

const count = ({ operation, own }: Context, code?: string): string => {
  // as refuse_in_hook tells it
  const state =
    code ??
    (runsHooks(operation)
      ? `case when ${own._doing} is not null and sqlstate = 'P0001' then 'PI301' else sqlstate end`
      : 'sqlstate');
  return `${own._result} := ai_private.count_error(${literal(operation.table.qualified)}, ${literal(operation.kind)}, null, ${state});`;
};

const brokenConstraint = ({ operation, own }: Context): string => {
  const fields: Record<string, readonly string[]> = {};
  for (const constraint of operation.table.constraints) fields[constraint.name] = constraint.columns ?? [];
  for (const index of operation.table.uniqueIndexes) fields[index.name] = index.columns ?? index.reads ?? [];
  return `perform ai_private.refuse_violation(${literal(operation.table.qualified)}, ${literal(operation.kind)}, ${jsonb(fields)}, sqlstate, ${own._constraint}, ${own._column}, sqlerrm);`;
};

/** What becomes of an error, whoever raised it. Time-outs and cancelled statements are not among "others". */
export const emitFailure = (context: Context): string => {
  const { operation, own } = context;
  const writes = operation.kind !== 'fetch';
  const inHook = emitHookFailure(context);
  const late = emitLimitFailure(measured(context), count(context, `'PI241'`));
  // What a hook raises is the hook's to tell, also where it is a broken constraint.
  const broken = writes
    ? `  when integrity_constraint_violation then
    get stacked diagnostics ${own._constraint} = constraint_name, ${own._column} = column_name;
    ${count(context)}
${inHook === '' ? '' : `${indent(inHook, 4)}\n`}    ${brokenConstraint(context)}
`
    : '';
  return `exception
${broken}  when others or query_canceled or assert_failure then
${late === '' ? '' : `${indent(late, 4)}\n`}    ${count(context)}
${inHook === '' ? '' : `${indent(inHook, 4)}\n`}    raise;`;
};
