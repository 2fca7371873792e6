import { conditionFunction } from '../hooks.ts';
import type { Hook, Operation } from '../ir.ts';
import type { Context } from './context.ts';
import { ident, indent, literal, variable } from './sql.ts';

/*
 * A hook is called by static SQL with one object, and answers null or an object. The call is a statement of its own, not an expression of
 * PL/pgSQL: plv8 up to 3.2.4 aborts the backend when JavaScript is called from one under a second user (plv8 issue 606). Only the code of a hook
 * in PL/pgSQL, which is nothing that PostgreSQL could put in the expression's place, is called as one: it costs microseconds less.
 */

export const ofPhase = (operation: Operation, phase: Hook['phase'], beforeValidation = false): readonly Hook[] =>
  operation.hooks.filter((hook) => hook.phase === phase && hook.beforeValidation === beforeValidation);

/** Whether anything of others runs in the operation besides what belongs to its table. */
export const runsHooks = (operation: Operation): boolean => operation.hooks.length > 0;

/** Hooks may change the inputs after they were read, which then are read again. */
export const readsTwice = (operation: Operation): boolean => ofPhase(operation, 'pre').length > 0;

/** Hooks may change the inputs at all: whose work a wrong one is, is kept then. */
export const changesInputs = (operation: Operation): boolean => operation.hooks.some(({ phase }) => phase === 'pre');

/** What a hook is told besides the inputs and who acts, as SQL. */
interface Told {
  /** The rows, where the phase has them. Actions have none. */
  readonly row?: string;
  readonly old?: string;
  /** More pairs of names and values. */
  readonly also?: string;
}

/** Calls a hook; its answer is in the variable _hook. */
export const callHook = (
  { called, own }: Context,
  hook: Hook,
  { row = 'null::jsonb', old = 'null::jsonb', also = '' }: Told = {},
): string => {
  const [actor, inputs] = [`given.${own._actor}`, `given.${own._asked}`];
  const [name, operation] = [literal(called.table), literal(called.operation)];
  const about =
    called.operation === 'action'
      ? `'actor', ${actor}, 'action', ${name}`
      : `'row', ${row}, 'old', ${old}, 'actor', ${actor}, 'operation', ${operation}, 'table', ${name}`;
  const ctx = `pg_catalog.jsonb_build_object('inputs', ${inputs}, ${about}${also})`;
  // As text, which plv8 and pljs leave as it is.
  const answer =
    hook.language === 'javascript'
      ? `nullif(ai_private.run_javascript(${literal(hook.call)}, ${ctx}::text, ${hook.timeLimit}), '')::jsonb`
      : `${hook.call}(${ctx})`;
  const guarded =
    hook.condition === undefined
      ? answer
      : `case when ai_gen.${ident(conditionFunction(hook.name))}(${inputs}, ${row}, ${old}, ${actor}, ${operation}) then ${answer} end`;
  const direct = hook.language === 'plpgsql' && hook.condition === undefined;
  return `-- The hook "${hook.name}".
${own._doing} := ${literal(hook.name)};
${direct ? `${own._hook} := ${answer}` : `select ${guarded} into ${own._hook}`};
${own._doing} := null;`;
};

/** Who is told of a hook's mistakes. */
export const subject = ({ called }: Context, hook: Hook): string =>
  `${literal(hook.name)}, ${literal(called.table)}, ${literal(called.operation)}`;

const changing = (context: Context, hook: Hook): string => {
  const { _hook, _asked, _again, _by } = context.own;
  const again = hook.beforeValidation ? '' : `\n    ${_again} := true;`;
  return `${callHook(context, hook)}
if ${_hook} is not null then
  ${_hook} := ai_private.hook_inputs(${subject(context, hook)}, ${_hook}, ${_asked});
  if ${_hook} <> ${_asked} then
    ${_by} := ${_by} || ai_private.changed_inputs(${literal(hook.name)}, ${_asked}, ${_hook});${again}
    ${_asked} := ${_hook};
  end if;
end if;`;
};

/** What a call with hooks needs to know from its beginning on, and the hooks that come before validation. */
export const emitHookStart = (context: Context): string => {
  const { operation, own } = context;
  const early = ofPhase(operation, 'pre', true);
  // What is no object is refused below, like anywhere.
  const changes =
    early.length === 0
      ? ''
      : `\nif pg_catalog.jsonb_typeof(${own._in}) = 'object' then
${indent(early.map((hook) => changing(context, hook)).join('\n'))}
  ${own._in} := ${own._asked};
end if;`;
  return `${own._asked} := ${own._in};${changes}`;
};

/** After the inputs were found right: hooks may change them, and then they are read once more, as if they had come so. */
export const emitPreHooks = (context: Context): string => {
  const { operation, own } = context;
  const variables = operation.inputs.map((input) => `${variable(input.column.name)} := null;`);
  return `exit reading when ${own._again};
${ofPhase(operation, 'pre')
  .map((hook) => changing(context, hook))
  .join('\n')}
exit reading when not ${own._again};
-- Changed inputs are read as if they had come so.
${own._in} := ${own._asked};
${variables.join('\n')}`;
};

/** After the statement. What hooks add to the answer is in the variable _added. */
export const emitPostHooks = (context: Context): string => {
  const { operation, own } = context;
  const hooks = ofPhase(operation, 'post');
  if (hooks.length === 0) return '';
  const rows: Told =
    operation.kind === 'fetch'
      ? { row: `given.${own._result}`, old: 'null::jsonb' }
      : {
          row: operation.kind === 'delete' ? 'null::jsonb' : `given.${own._new}`,
          old: operation.kind === 'create' ? 'null::jsonb' : `given.${own._old}`,
        };
  const calls = hooks
    .map(
      (hook) => `${callHook(context, hook, rows)}
if ${own._hook} is not null then
  ${own._added} := ${own._added} || ai_private.hook_result(${subject(context, hook)}, ${own._hook});
end if;`,
    )
    .join('\n');
  // Where fetch finds nothing there is nothing for them to see.
  return operation.kind === 'fetch' ? `if ${own._result} is not null then\n${indent(calls)}\nend if;` : calls;
};

/** What a hook raised is told by its name, once the diagnostics are in their variables. */
export const refuseInHook = ({ own, called }: Context): string =>
  `perform ai_private.refuse_in_hook(${own._doing}, ${literal(called.table)}, ${literal(called.operation)}, sqlstate, sqlerrm, ${own._detail}, ${own._hint}, ${own._constraint});`;

export const emitHookFailure = (context: Context): string => {
  const { operation, own } = context;
  return runsHooks(operation)
    ? `if ${own._doing} is not null then
  get stacked diagnostics ${own._detail} = pg_exception_detail, ${own._hint} = pg_exception_hint, ${own._constraint} = constraint_name;
  ${refuseInHook(context)}
end if;`
    : '';
};

export const hasErrorHooks = (operation: Operation): boolean => ofPhase(operation, 'on_error').length > 0;

/**
 * After a call has failed and all that it did is taken back: hooks may tell the error otherwise. They see it as it would reach the caller, and whatever
 * becomes of them, an error it stays.
 */
export const emitErrorHooks = (context: Context): string => {
  const { operation, own } = context;
  const hooks = ofPhase(operation, 'on_error').map(
    (hook) => `begin
${indent(callHook(context, hook, { also: `, 'error', given.${own._error}` }))}
  ${own._error} := ai_private.hook_error(${subject(context, hook)}, ${own._hook}, ${own._error});
exception when others then
  perform ai_private.warn_of_hook(${literal(hook.name)}, sqlerrm);
end;`,
  );
  return `exception when others then
  get stacked diagnostics ${own._detail} = pg_exception_detail, ${own._hint} = pg_exception_hint, ${own._constraint} = constraint_name;
  -- Not what is about the server or the transaction; and what a call by this very function has told already.
  if sqlstate !~ '^(40|53|54|55|57|58|F0|XX)' and not coalesce(${own._opt} ?| '{dry_run,idempotency_key}', false) then
    ${own._error} := pg_catalog.jsonb_build_object('code', sqlstate, 'message', sqlerrm, 'detail', ${own._detail}, 'hint', ${own._hint}, 'constraint', ${own._constraint});
${indent(hooks.join('\n'), 4)}
    perform ai_private.raise_error(${own._error}, sqlstate, sqlerrm, ${own._detail}, ${own._hint});
  end if;
  raise;`;
};

/** What post hooks add to the answer, as SQL to be appended to it. */
export const added = ({ operation, own }: Context): string =>
  ofPhase(operation, 'post').length === 0 ? '' : ` || ${own._added}`;

export const hookVariables = ({ operation, own }: Context): readonly string[] =>
  runsHooks(operation)
    ? [
        `${own._hook} jsonb;`,
        `${own._asked} jsonb;`,
        `${own._doing} text;`,
        `${own._detail} text;`,
        `${own._hint} text;`,
        ...(operation.kind === 'fetch' ? [`${own._constraint} text;`] : []),
        ...(readsTwice(operation) ? [`${own._again} boolean := false;`] : []),
        ...(changesInputs(operation) ? [`${own._by} jsonb := '{}';`] : []),
        ...(hasErrorHooks(operation) ? [`${own._error} jsonb;`] : []),
        ...(ofPhase(operation, 'post').length === 0 ? [] : [`${own._added} jsonb := '{}';`]),
      ]
    : [];
