import * as z from 'zod/mini';
import type { HookSnapshot, TableSnapshot } from './catalog.ts';
import { check } from './declaration.ts';
import { type Diagnostic, error, warning } from './diagnostic.ts';
import { ident } from './emit/sql.ts';
import type { OperationKind } from './grammar.ts';
import type { Hook } from './ir.ts';

/** What "settings" of a row of ai.hooks may hold. */
export const hookSettings = z.strictObject({
  /** pre: runs before the inputs are looked at. */
  before_validation: z.optional(z.boolean()),
  /** Runs only where a declaration names it. */
  only_named: z.optional(z.boolean()),
  /** The function is SECURITY DEFINER and may be: the hook has its owner's rights and not the operation's. */
  security: z.optional(z.literal('definer')),
  /** How long JavaScript may run, in milliseconds. */
  timeout_ms: z.optional(z.int().check(z.minimum(1), z.maximum(600000))),
});
export type HookSettings = z.infer<typeof hookSettings>;

/** The name of an inline hook's function in ai_gen. No operation's function begins so: names with an underscore in front get a hash. */
export const hookFunction = (name: string): string => `_hook_${name}`;
/** The name of the function that judges a hook's condition. */
export const conditionFunction = (name: string): string => `_when_${name}`;

/** The functions in ai_gen that a hook is made of. */
export const hookFunctions = (hook: Hook): readonly string[] => [
  ...(hook.language === 'sql' || hook.language === 'plpgsql' ? [hookFunction(hook.name)] : []),
  ...(hook.condition === undefined ? [] : [conditionFunction(hook.name)]),
];

const OURS = ['ai_private', 'ai_gen'];

/** What is wrong with a hook whatever the operation. */
export const checkHook = (
  hook: HookSnapshot,
): { readonly settings: HookSettings; readonly diagnostics: Diagnostic[] } => {
  const root = `hook ${hook.name}`;
  const { value, diagnostics } = check(root, z.object({ settings: hookSettings }), { settings: hook.settings });
  const settings = value?.settings ?? {};
  if (settings.before_validation === true && hook.phase !== 'pre')
    diagnostics.push(
      error(`${root}: settings.before_validation`, 'validation is over then', 'take it out, or make the phase "pre"'),
    );
  if (hook.phase === 'post_commit' && hook.operation === 'fetch')
    diagnostics.push(
      error(`${root}: operation`, 'a fetch changes nothing, so no event tells of it', 'make the phase "post"'),
    );
  if (settings.timeout_ms !== undefined && hook.language !== 'javascript')
    diagnostics.push(
      error(
        `${root}: settings.timeout_ms`,
        'only JavaScript can be stopped by it',
        'take it out: statement_timeout stops SQL',
      ),
    );
  if (hook.function === undefined) return { settings, diagnostics };
  const { routine } = hook;
  const at = `${root}: function`;
  if (routine === undefined) {
    diagnostics.push(
      /[.]/.test(hook.function)
        ? error(
            at,
            `there is no function ${hook.function}(jsonb)`,
            `create function ${hook.function}(ctx jsonb) returns jsonb, and register the hook then`,
          )
        : error(at, `${JSON.stringify(hook.function)} names no schema`, 'write it as schema.function'),
    );
    return { settings, diagnostics };
  }
  if (routine.kind !== 'f' || routine.set === true || routine.returns !== 'jsonb')
    diagnostics.push(
      error(
        at,
        `${routine.qualified} is not a function that returns one jsonb`,
        `create function ${routine.qualified}(ctx jsonb) returns jsonb`,
      ),
    );
  if (OURS.includes(routine.schema)) diagnostics.push(error(at, `${routine.schema} is pg_ai’s own`, 'call your own'));
  if (routine.untrustedOwner !== undefined)
    diagnostics.push(
      error(
        at,
        `operations run it, so its owner must be a member of ai_admin, and ${routine.untrustedOwner} is not`,
        `grant ai_admin to ${routine.untrustedOwner}, or let a member own it`,
      ),
    );
  if (routine.definer === true && settings.security !== 'definer')
    diagnostics.push(
      error(
        at,
        `${routine.qualified} is SECURITY DEFINER, so the hook would have other rights than its operation`,
        'if that is meant, say so: settings => {"security": "definer"}',
      ),
    );
  if (routine.definer !== true && settings.security === 'definer')
    diagnostics.push(
      error(`${root}: settings.security`, `${routine.qualified} is not SECURITY DEFINER`, 'take the setting out'),
    );
  return { settings, diagnostics };
};

/** Milliseconds that JavaScript may run where its row does not say. */
const USUAL_TIME = 1000;

export const resolveHook = (hook: HookSnapshot, settings: HookSettings): Hook => ({
  name: hook.name,
  phase: hook.phase,
  beforeValidation: settings.before_validation === true,
  ...(hook.condition === undefined ? {} : { condition: hook.condition }),
  language: hook.language ?? 'function',
  call:
    hook.language === 'javascript'
      ? `hook.${hook.name}.${hook.code}`
      : (hook.routine?.qualified ?? `ai_gen.${ident(hookFunction(hook.name))}`),
  timeLimit: settings.timeout_ms ?? USUAL_TIME,
  ...(hook.routine === undefined ? {} : { schema: hook.routine.schema }),
});

export interface TableHooks {
  readonly diagnostics: readonly Diagnostic[];
  /** The hooks of one operation, in their order; `named` are those that its declaration lists. */
  of(
    kind: OperationKind,
    named: readonly string[],
    path: string,
  ): {
    readonly hooks: readonly Hook[];
    readonly afterCommit: readonly Hook[];
    readonly diagnostics: readonly Diagnostic[];
  };
}

/** Resolves the hooks of a table. */
export const hooksOf = (table: TableSnapshot): TableHooks => {
  const all = (table.hooks ?? []).map((snapshot) => ({ snapshot, ...checkHook(snapshot) }));
  return {
    diagnostics: all.flatMap(({ diagnostics }) => diagnostics),
    of(kind, named, path) {
      const diagnostics = named
        .filter((name) => name !== 'validation')
        .flatMap((name): Diagnostic[] => {
          const hook = all.find(({ snapshot }) => snapshot.name === name)?.snapshot;
          if (hook === undefined)
            return [
              warning(
                path,
                `no hook ${JSON.stringify(name)} is registered yet`,
                'until it is, the operation runs without it',
              ),
            ];
          return hook.operation === undefined || hook.operation === kind
            ? []
            : [warning(path, `the hook ${JSON.stringify(name)} is for ${hook.operation}`, 'it does not run here')];
        });
      const hooks = all
        .filter(
          ({ snapshot, settings }) =>
            (snapshot.operation === undefined || snapshot.operation === kind) &&
            (named.includes(snapshot.name) || (snapshot.bound && settings.only_named !== true)),
        )
        .map(({ snapshot, settings }) => resolveHook(snapshot, settings));
      return {
        hooks: hooks.filter(({ phase }) => phase !== 'post_commit'),
        afterCommit: kind === 'fetch' ? [] : hooks.filter(({ phase }) => phase === 'post_commit'),
        diagnostics,
      };
    },
  };
};
