import type { Context } from '../emit/context.ts';
import * as operations from '../emit/hooks.ts';
import {
  callHook,
  changesInputs,
  emitPreHooks,
  hasErrorHooks,
  ofPhase,
  readsTwice,
  refuseInHook,
  runsHooks,
  subject,
} from '../emit/hooks.ts';
import { indent, jsonb } from '../emit/sql.ts';
import type { ActionUnit } from './ir.ts';

/*
 * Hooks of an action are called as those of tables are (see ../emit/hooks.ts). What they are given is about the call and its answer; there are no rows.
 */

export const emitHookStart = (context: Context): string =>
  runsHooks(context.operation) ? operations.emitHookStart(context) : '';

/** Around what reads the inputs: hooks may change those that were found right, which then are read once more, as if they had come so. */
export const emitReading = (context: Context, reading: string): string => {
  const block = `<<usual>>\nbegin\n${indent(reading)}\nend;`;
  return readsTwice(context.operation)
    ? `<<reading>>\nloop\n${indent(block)}\n\n${indent(emitPreHooks(context))}\nend loop;`
    : block;
};

/** After the body: hooks see the answer and may add to it. */
export const emitPostHooks = (context: Context): string => {
  const { _hook, _result } = context.own;
  return ofPhase(context.operation, 'post')
    .map(
      (hook) => `${callHook(context, hook, { also: `, 'result', given.${_result}` })}
if ${_hook} is not null then
  ${_result} := ai_private.added_answer(${subject(context, hook)}, ${_hook}, ${_result});
end if;`,
    )
    .join('\n');
};

export const emitHookFailure = (context: Context): string =>
  runsHooks(context.operation) ? `if ${context.own._doing} is not null then\n  ${refuseInHook(context)}\nend if;` : '';

/** Around the whole function: when the call has failed and all that it did is taken back, hooks may tell the error otherwise. */
export const emitErrorHooks = (context: Context, whole: string): string =>
  hasErrorHooks(context.operation) ? `begin\n${indent(whole)}\n${operations.emitErrorHooks(context)}\nend;` : whole;

export const hookVariables = ({ operation, own }: Context): readonly string[] =>
  runsHooks(operation)
    ? [
        `${own._hook} jsonb;`,
        `${own._asked} jsonb;`,
        `${own._doing} text;`,
        `${own._hint} text;`,
        `${own._constraint} text;`,
        ...(readsTwice(operation) ? [`${own._again} boolean := false;`] : []),
        ...(changesInputs(operation) ? [`${own._by} jsonb := '{}';`] : []),
        ...(hasErrorHooks(operation) ? [`${own._error} jsonb;`] : []),
      ]
    : [];

/** The answer as its caller sees it. */
export const emitShown = ({ shown: { masks, hidden } }: ActionUnit, { own }: Context): string =>
  Object.keys(masks).length + hidden.length === 0
    ? own._result
    : `ai_private.shown_answer(${own._result}, ${jsonb(masks)}, ${jsonb(hidden)})`;
