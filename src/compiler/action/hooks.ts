import { type Diagnostic, error } from '../diagnostic.ts';
import { checkHook, resolveHook } from '../hooks.ts';
import type { Hook, Privilege } from '../ir.ts';
import type { ActionSnapshot } from './snapshot.ts';

export interface ActionHooks {
  readonly hooks: readonly Hook[];
  readonly diagnostics: readonly Diagnostic[];
  /** What ai_owner needs to call them. */
  readonly privileges: readonly Privilege[];
}

/** The hooks of an action that run in its call: those of tables, but for what only tables have. */
export const hooksOfAction = (action: ActionSnapshot): ActionHooks => {
  const diagnostics: Diagnostic[] = [];
  const privileges: Privilege[] = [];
  const hooks = action.hooks.flatMap((snapshot): readonly Hook[] => {
    const root = `hook ${snapshot.name}`;
    const { settings, diagnostics: found } = checkHook(snapshot);
    diagnostics.push(...found);
    if (settings.only_named === true)
      diagnostics.push(
        error(
          `${root}: settings.only_named`,
          'an action names no hooks',
          'take it out: the row says for which action it is',
        ),
      );
    const { routine } = snapshot;
    if (routine !== undefined && action.security === 'definer')
      privileges.push(
        { on: 'schema', name: routine.schema, privilege: 'usage' },
        { on: 'function', name: `${routine.qualified}(jsonb)`, privilege: 'execute' },
      );
    return [resolveHook(snapshot, settings)];
  });
  return { hooks, diagnostics, privileges };
};
