import type { Context } from './context.ts';
import { runsHooks } from './hooks.ts';
import { indent, jsonb, literal } from './sql.ts';

/*
 * One subtransaction around the whole of a call. It is there so that a broken constraint is told by its fields, and so that a failure can be counted,
 * which costs nothing while calls succeed.
 */

/** Microseconds since the call began, inside a SQL statement. */
export const elapsed = ({ own }: Context): string =>
  `(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - given.${own._started}) * 1000000)::bigint`;

const count = ({ operation, own }: Context): string =>
  `${own._result} := ai_private.count_error(${literal(operation.table.qualified)}, ${literal(operation.kind)}, null, sqlstate);`;

const brokenConstraint = ({ operation, own }: Context, counted: string): string => {
  const fields: Record<string, readonly string[]> = {};
  for (const constraint of operation.table.constraints) fields[constraint.name] = constraint.columns ?? [];
  for (const index of operation.table.uniqueIndexes) fields[index.name] = index.columns ?? index.reads ?? [];
  return `when integrity_constraint_violation then
  get stacked diagnostics ${own._constraint} = constraint_name, ${own._column} = column_name;
${counted}  perform ai_private.refuse_violation(${literal(operation.table.qualified)}, ${literal(operation.kind)}, ${jsonb(fields)}, sqlstate, ${own._constraint}, ${own._column}, sqlerrm);`;
};

/** What hooks raise is theirs to tell: then the statement alone is looked at for broken constraints of the table, at the price of a second subtransaction. */
export const guarded = (context: Context, statement: string): string =>
  runsHooks(context.operation) && context.operation.kind !== 'fetch'
    ? `begin\n${indent(statement)}\nexception ${brokenConstraint(context, '')}\nend;`
    : statement;

/** What becomes of an error, whoever raised it. Time-outs and cancelled statements are not among "others". */
export const emitFailure = (context: Context): string => {
  const { operation } = context;
  const broken =
    operation.kind === 'fetch' || runsHooks(operation)
      ? ''
      : `${indent(brokenConstraint(context, `  ${count(context)}\n`))}\n`;
  return `exception
${broken}  when others or query_canceled or assert_failure then
    ${count(context)}
    raise;`;
};
