import { earlyBinding } from '../policy/binding.ts';
import { bind } from '../policy/expression.ts';
import type { ResolvedRate } from '../policy/rate.ts';
import { callerRole } from './access.ts';
import type { Context } from './context.ts';
import { literal } from './sql.ts';

/** Which calls are counted together, as SQL. */
const keyOf = (context: Context, { per }: ResolvedRate): string => {
  if (typeof per !== 'string') return `coalesce(${bind(per, earlyBinding(context))}::text, '')`;
  switch (per) {
    case 'actor':
      return `given.${context.own._actor}`;
    case 'role':
      return `(${callerRole(context.operation)})::text`;
    case 'address':
      return `coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')`;
    case 'all':
      return `''`;
  }
};

const spend = (context: Context, rate: ResolvedRate, calls: string): string => {
  const { security } = context.operation;
  const common = [
    literal(context.called.table),
    literal(context.called.operation),
    literal(rate.policy),
    literal(rate.limit),
    String(rate.calls),
    `'${rate.seconds} s'::interval`,
    keyOf(context, rate),
  ].join(', ');
  const message = rate.message === undefined ? 'null' : literal(rate.message);
  if (security === 'invoker')
    // Not PERFORM, which would stand between the two on the call stack.
    return `if ai_private.spend_for_caller(${common}, ${rate.countRefused}, ${message}) then end if;`;
  return rate.countRefused
    ? `perform ai_private.spend_lasting(${common}, ${message});`
    : `perform ai_private.spend(${common}, ${calls}, ${message});`;
};

/** How often: before anything else, so that what is refused for another reason can count too. */
export const emitRates = (context: Context): string => {
  const { rates } = context.operation.policy;
  return rates.length === 0
    ? ''
    : `-- Rate limits: ${rates
        .map(({ policy, limit }) => `${policy} ${limit}`)
        .join(', ')
        .replaceAll(/[\r\n]/g, ' ')}.
${rates.map((rate) => spend(context, rate, '1')).join('\n')}`;
};

/** The same for a set of calls at once. */
export const emitSetRates = (context: Context): string =>
  context.operation.policy.rates.map((rate) => spend(context, rate, 'pg_catalog.cardinality($1)')).join('\n');

/** Whether a set of calls can be counted at once: not where each has a key of its own, or where refused ones are counted one by one. */
export const countsSets = ({ operation }: Context): boolean =>
  operation.policy.rates.every(
    ({ per, countRefused }) =>
      !countRefused && (typeof per === 'string' || (per.inputs.length === 0 && !per.allInputs)),
  );
