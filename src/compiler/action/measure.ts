import type { Context } from '../emit/context.ts';
import { elapsed } from '../emit/failure.ts';
import { emitLimitFailure, type Measured } from '../emit/limits.ts';
import { indent, literal } from '../emit/sql.ts';
import { emitHookFailure } from './emit-hooks.ts';
import type { ActionUnit } from './ir.ts';
import { onlyReads } from './limits.ts';

/*
 * Actions are measured like operations: what fails is counted in sequences, and what a call may cost is looked at when its work is done. An action has
 * no audit row of its own that could tell how long it took, so each call that succeeds leaves a row in a small unlogged table.
 */

const subject = ({ action }: ActionUnit): string => `null, null, ${literal(action.name)}`;

export const measuredAction = (unit: ActionUnit, { own }: Context): Measured => ({
  limits: unit.limits,
  subject: subject(unit),
  started: own._started,
  waits: own._waits,
  touched: own._touched,
  result: own._result,
});

/** What the body may only read it reads in a subtransaction that is read-only, and that the code inside cannot make anything else. */
export const emitReadOnly = (body: string): string =>
  `-- It may only read.
begin
  perform pg_catalog.set_config('transaction_read_only', 'on', true);
${indent(body)}
exception when sqlstate 'PI199' then
  raise; -- never raised here: a block with a handler is what makes a subtransaction
end;`;

const count = (unit: ActionUnit, result: string, code: string): string =>
  `${result} := ai_private.count_error(${subject(unit)}, ${code});`;

/** What becomes of an error. */
export const emitActionFailure = (unit: ActionUnit, measured: Measured, context: Context): string => {
  const { own } = context;
  const { limits } = unit;
  const { result } = measured;
  const javascript = unit.body.kind === 'javascript';
  const hooks = unit.hooks.length > 0;
  const wrote = !onlyReads(limits)
    ? ''
    : `if sqlstate = '25006' then
  ${count(unit, result, `'PI243'`)}
  ${result} := ai_private.refuse_statements(${subject(unit)}, ${literal(limits.statements?.policy ?? '')}, ${literal(`{${limits.statements?.allowed.join(',') ?? ''}}`)}::text[], pg_catalog.jsonb_build_object('told', sqlerrm));
end if;`;
  return [
    emitLimitFailure(measured, count(unit, result, `'PI241'`), javascript),
    wrote,
    ...(javascript || hooks
      ? [
          `get stacked diagnostics ${[
            `${own._detail} = pg_exception_detail`,
            ...(hooks ? [`${own._hint} = pg_exception_hint`, `${own._constraint} = constraint_name`] : []),
          ].join(', ')};`,
        ]
      : []),
    // as refuse_in_hook tells it
    count(
      unit,
      result,
      hooks ? `case when ${own._doing} is not null and sqlstate = 'P0001' then 'PI301' else sqlstate end` : 'sqlstate',
    ),
    emitHookFailure(context),
    // Engines that were interrupted or ran out of memory say so without a code.
    ...(javascript
      ? [`perform ai_private.refuse_engine(${literal(unit.action.name)}, sqlstate, sqlerrm, ${own._detail});`]
      : []),
    'raise;',
  ]
    .filter((part) => part !== '')
    .join('\n');
};

/** That the call succeeded, and how long it took. */
export const emitCallRow = ({ action }: ActionUnit, context: Context, fingerprint: string): string => {
  const values = `${literal(action.name)}, ${literal(fingerprint)}`;
  return action.security === 'definer'
    ? `if not pg_catalog.current_setting('transaction_read_only')::boolean then
  insert into ai_private.action_call (action, fingerprint, elapsed_us) values (${values}, ${elapsed(context)});
end if;`
    : `${context.own._errors} := ai_private.note_call(${values}, ${elapsed(context)});`;
};
