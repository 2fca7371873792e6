import type { Bound, Limits } from '../policy/limit.ts';
import type { Context } from './context.ts';
import { literal, textArray } from './sql.ts';

/*
 * What a call may cost. Time is looked at when the work is done, and until then no lock is waited for longer than that; rows and kinds of statements
 * are PostgreSQL's own counts of what the transaction has done to tables, so that triggers, cascades and hooks are in them.
 */

/** Whether anything is bounded, so that each call is looked at by itself. */
export const boundsCalls = ({ latency, rows, statements, memory }: Limits): boolean =>
  latency !== undefined || rows !== undefined || statements !== undefined || memory !== undefined;

const counts = ({ rows, statements }: Limits): boolean => rows !== undefined || statements !== undefined;

/** Who is called and what it is measured by, for the functions that refuse. */
export interface Measured {
  readonly limits: Limits;
  /** Table and operation, or action: the first three arguments of what refuses, as SQL. */
  readonly subject: string;
  readonly started: string;
  readonly waits: string;
  readonly touched: string;
  readonly result: string;
}

export const measured = ({ operation, own }: Context): Measured => ({
  limits: operation.policy.limits,
  subject: `${literal(operation.table.qualified)}, ${literal(operation.kind)}, null`,
  started: own._started,
  waits: own._waits,
  touched: own._touched,
  result: own._result,
});

export const limitVariables = ({ limits, waits, touched }: Measured): readonly string[] => [
  ...(limits.latency === undefined ? [] : [`${waits} text;`]),
  ...(counts(limits) ? [`${touched} jsonb;`] : []),
];

/** SET clauses of the function. */
export const limitSettings = ({ memory }: Limits): string =>
  memory === undefined
    ? ''
    : `\nset work_mem = '${Math.min(Math.max(memory.most, 64), 2_147_483_647)}kB'\nset hash_mem_multiplier = 1`;

/** At the beginning of a call. */
export const emitLimitStart = ({ limits, waits, touched }: Measured): string => {
  const parts = [
    ...(limits.latency === undefined
      ? []
      : [
          `if pg_catalog.current_setting('lock_timeout') = '0' or pg_catalog.current_setting('lock_timeout')::interval > ${interval(limits.latency)} then
  ${waits} := pg_catalog.current_setting('lock_timeout');
  perform pg_catalog.set_config('lock_timeout', '${limits.latency.most}ms', true);
end if;`,
        ]),
    ...(counts(limits) ? [`${touched} := ai_private.touched_tables();`] : []),
  ];
  return parts.length === 0 ? '' : `-- Limits.\n${parts.join('\n')}`;
};

const interval = ({ most }: Bound): string => `'${most} ms'::interval`;

const refuse = ({ subject, result }: Measured, limit: string, bound: string, value: string): string =>
  `${result} := ai_private.refuse_limit(${subject}, ${literal(limit)}, ${bound}, ${value});`;

const milliseconds = ({ started }: Measured): string =>
  `(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - ${started}) * 1000)::numeric`;

/** When the work is done. */
export const emitLimitCheck = (measured: Measured): string => {
  const { limits, started, waits, touched, result } = measured;
  const parts: string[] = [];
  if (counts(limits)) parts.push(`${touched} := ai_private.touched_since(${touched});`);
  if (limits.rows !== undefined)
    parts.push(`if (${touched} ->> 'rows')::bigint > ${limits.rows.most} then
  ${refuse(measured, 'rows', `${literal(limits.rows.policy)}, ${limits.rows.most}`, `(${touched} ->> 'rows')::numeric`)}
end if;`);
  if (limits.statements !== undefined)
    parts.push(`if not ${touched} -> 'statements' <@ ${jsonbList(limits.statements.allowed)} then
  ${result} := ai_private.refuse_statements(${measured.subject}, ${literal(limits.statements.policy)}, ${textArray(limits.statements.allowed)}, ${touched});
end if;`);
  if (limits.latency !== undefined)
    parts.push(`if ${waits} is not null then
  perform pg_catalog.set_config('lock_timeout', ${waits}, true);
end if;
if pg_catalog.clock_timestamp() - ${started} > ${interval(limits.latency)} then
  ${refuse(measured, 'latency', `${literal(limits.latency.policy)}, ${limits.latency.most}`, milliseconds(measured))}
end if;`);
  return parts.length === 0 ? '' : `-- Limits.\n${parts.join('\n')}`;
};

const jsonbList = (values: readonly string[]): string => `${literal(JSON.stringify(values))}::jsonb`;

/** Waiting for a lock that was given up because the call may not take longer; or JavaScript that was stopped for the same reason. */
export const emitLimitFailure = (measured: Measured, counted: string, javascript = false): string => {
  const { limits, started, waits } = measured;
  if (limits.latency === undefined) return '';
  const stopped = javascript
    ? `(sqlstate = 'PI303' or sqlstate = '55P03' and ${waits} is not null)`
    : `sqlstate = '55P03' and ${waits} is not null`;
  return `if ${stopped} and pg_catalog.clock_timestamp() - ${started} > ${interval(limits.latency)} then
  ${counted}
  ${refuse(measured, 'latency', `${literal(limits.latency.policy)}, ${limits.latency.most}`, milliseconds(measured))}
end if;`;
};

/** For ai.guard_revisions, and for what is told of a limit that was broken. */
export const explainedLimits = ({ latency, rows, statements, errors }: Limits): Readonly<Record<string, unknown>> => ({
  ...(latency === undefined ? {} : { latency: latency.most }),
  ...(rows === undefined ? {} : { rows: rows.most }),
  ...(statements === undefined ? {} : { statements: statements.allowed }),
  ...(errors === undefined
    ? {}
    : { maxErrorRate: errors.most, minCalls: errors.fewestCalls, watchSeconds: errors.watchSeconds }),
});
