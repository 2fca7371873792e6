import type { Context } from '../emit/context.ts';
import { hasErrorHooks, readsTwice, runsHooks } from '../emit/hooks.ts';
import { ident, indent, jsonb, literal, variable } from '../emit/sql.ts';
import { conditionFunction } from '../hooks.ts';
import type { Hook } from '../ir.ts';
import type { ActionUnit } from './ir.ts';

/*
 * Hooks of an action are called as those of tables are (see ../emit/hooks.ts), by static SQL in statements of their own. What they are given is about the
 * call and its answer; there are no rows.
 */

const ofPhase = ({ operation }: Context, phase: Hook['phase'], beforeValidation = false): readonly Hook[] =>
  operation.hooks.filter((hook) => hook.phase === phase && hook.beforeValidation === beforeValidation);

const call = ({ own, called }: Context, hook: Hook, also = ''): string => {
  const [actor, inputs] = [`given.${own._actor}`, `given.${own._asked}`];
  const ctx = `pg_catalog.jsonb_build_object('inputs', ${inputs}, 'actor', ${actor}, 'action', ${literal(called.table)}${also})`;
  const answer =
    hook.language === 'javascript'
      ? `nullif(ai_private.run_javascript(${literal(hook.call)}, ${ctx}::text, ${hook.timeLimit}), '')::jsonb`
      : `${hook.call}(${ctx})`;
  const guarded =
    hook.condition === undefined
      ? answer
      : `case when ai_gen.${ident(conditionFunction(hook.name))}(${inputs}, null, null, ${actor}, 'action') then ${answer} end`;
  return `-- The hook "${hook.name}".
${own._doing} := ${literal(hook.name)};
select ${guarded} into ${own._hook};
${own._doing} := null;`;
};

const subject = ({ called }: Context, hook: Hook): string =>
  `${literal(hook.name)}, ${literal(called.table)}, 'action'`;

const changing = (context: Context, hook: Hook): string => {
  const { _hook, _asked, _again } = context.own;
  const changed = hook.beforeValidation ? '' : `\n  ${_again} := ${_again} or ${_hook} <> ${_asked};`;
  return `${call(context, hook)}
if ${_hook} is not null then
  ${_hook} := ai_private.hook_inputs(${subject(context, hook)}, ${_hook}, ${_asked});${changed}
  ${_asked} := ${_hook};
end if;`;
};

/** What a call with hooks needs to know from its beginning on, and the hooks that come before validation. */
export const emitHookStart = (context: Context): string => {
  const { own } = context;
  if (!runsHooks(context.operation)) return '';
  const early = ofPhase(context, 'pre', true);
  const changes =
    early.length === 0
      ? ''
      : `
if pg_catalog.jsonb_typeof(${own._in}) = 'object' then
${indent(early.map((hook) => changing(context, hook)).join('\n'))}
  ${own._in} := ${own._asked};
end if;`;
  return `${own._asked} := ${own._in};${changes}`;
};

/** Around what reads the inputs: hooks may change those that were found right, which then are read once more, as if they had come so. */
export const emitReading = (context: Context, reading: string): string => {
  const { operation, own } = context;
  const block = (text: string): string => `<<usual>>\nbegin\n${indent(text)}\nend;`;
  if (!readsTwice(operation)) return block(reading);
  const hooks = ofPhase(context, 'pre');
  const reset = operation.inputs.map((input) => `${variable(input.column.name)} := null;`);
  return `<<reading>>
loop
${indent(block(reading))}

  exit reading when ${own._again};
${indent(hooks.map((hook) => changing(context, hook)).join('\n'))}
  exit reading when not ${own._again};
  -- Changed inputs are read as if they had come so.
  ${own._in} := ${own._asked};
${indent(reset.join('\n'))}
end loop;`;
};

/** After the body: hooks see the answer and may add to it. */
export const emitPostHooks = (context: Context): string =>
  ofPhase(context, 'post')
    .map(
      (hook) => `${call(context, hook, `, 'result', given.${context.own._result}`)}
if ${context.own._hook} is not null then
  ${context.own._result} := ai_private.added_answer(${subject(context, hook)}, ${context.own._hook}, ${context.own._result});
end if;`,
    )
    .join('\n');

/** What a hook raised is told by its name. */
export const emitHookFailure = ({ operation, own, called }: Context): string =>
  runsHooks(operation)
    ? `if ${own._doing} is not null then
  perform ai_private.refuse_in_hook(${own._doing}, ${literal(called.table)}, 'action', sqlstate, sqlerrm, ${own._detail}, ${own._hint}, ${own._constraint});
end if;`
    : '';

/** Around the whole function: when the call has failed and all that it did is taken back, hooks may tell the error otherwise. */
export const emitErrorHooks = (context: Context, whole: string): string => {
  const { operation, own } = context;
  if (!hasErrorHooks(operation)) return whole;
  const hooks = ofPhase(context, 'on_error').map(
    (hook) => `begin
${indent(call(context, hook, `, 'error', given.${own._error}`))}
  ${own._error} := ai_private.hook_error(${subject(context, hook)}, ${own._hook}, ${own._error});
exception when others then
  perform ai_private.warn_of_hook(${literal(hook.name)}, sqlerrm);
end;`,
  );
  return `begin
${indent(whole)}
exception when others then
  get stacked diagnostics ${own._detail} = pg_exception_detail, ${own._hint} = pg_exception_hint, ${own._constraint} = constraint_name;
  -- Not what is about the server or the transaction; and what a call by this very function has told already.
  if sqlstate !~ '^(40|53|54|55|57|58|F0|XX)' and not coalesce(${own._opt} ?| '{dry_run,idempotency_key}', false) then
    ${own._error} := pg_catalog.jsonb_build_object('code', sqlstate, 'message', sqlerrm, 'detail', ${own._detail}, 'hint', ${own._hint}, 'constraint', ${own._constraint});
${indent(hooks.join('\n'), 4)}
    perform ai_private.raise_error(${own._error}, sqlstate, sqlerrm, ${own._detail}, ${own._hint});
  end if;
  raise;
end;`;
};

export const hookVariables = ({ operation, own }: Context): readonly string[] =>
  runsHooks(operation)
    ? [
        `${own._hook} jsonb;`,
        `${own._asked} jsonb;`,
        `${own._doing} text;`,
        `${own._hint} text;`,
        `${own._constraint} text;`,
        ...(readsTwice(operation) ? [`${own._again} boolean := false;`] : []),
        ...(hasErrorHooks(operation) ? [`${own._error} jsonb;`] : []),
      ]
    : [];

/** The answer as its caller sees it. */
export const emitShown = ({ shown: { masks, hidden } }: ActionUnit, { own }: Context): string =>
  Object.keys(masks).length + hidden.length === 0
    ? own._result
    : `ai_private.shown_answer(${own._result}, ${jsonb(masks)}, ${jsonb(hidden)})`;
