import { check } from '../declaration.ts';
import { type Diagnostic, error } from '../diagnostic.ts';
import { literal } from '../emit/sql.ts';
import { POLICY_KINDS } from '../policy/definitions.ts';
import type { Limit } from '../policy/grammar.ts';
import type { Ruling } from '../policy/ir.ts';
import { type Limits, resolveLimits } from '../policy/limit.ts';
import type { ActionSnapshot } from './snapshot.ts';

/** What an action may cost: its own limits, those of policies about it, and those that are for everything. */
export const limitsOf = (
  action: ActionSnapshot,
): { readonly limits: Limits; readonly diagnostics: readonly Diagnostic[] } => {
  const diagnostics: Diagnostic[] = [];
  const rulings: Ruling<Limit>[] = [];
  const read = (policy: string, path: string, definition: unknown): void => {
    if (definition === null || typeof definition !== 'object' || Array.isArray(definition)) {
      diagnostics.push(error(path, 'expected an object in { }'));
      return;
    }
    const checked = check(path, POLICY_KINDS.limit, definition);
    diagnostics.push(...checked.diagnostics);
    if (checked.value === undefined) return;
    rulings.push({ policy, path, rule: checked.value });
    const { max_error_rate, min_calls, watch } = checked.value;
    if (max_error_rate === undefined && (min_calls !== undefined || watch !== undefined))
      diagnostics.push(
        error(path, 'it says when errors are judged, and there is no max_error_rate', 'add "max_error_rate": 0.2'),
      );
  };
  if (action.limits !== null) read(action.name, `action ${action.name}: limits`, action.limits);
  for (const { name, kind, definition } of action.policies)
    if (kind === 'limit') read(name, `policy ${name}`, definition);
  return { limits: resolveLimits(rulings), diagnostics };
};

const WRITING = ['insert', 'update', 'delete'];

/** Whether the body may only read: then it runs in a read-only subtransaction, which nothing in it can leave. */
export const onlyReads = ({ statements }: Limits): boolean =>
  statements !== undefined && !WRITING.some((kind) => statements.allowed.includes(kind));

/** Kinds of statements that the planner may find in a statement of the action, as SQL; null: any. */
export const allowedKinds = (action: ActionSnapshot): string => {
  const { statements } = limitsOf(action).limits;
  return statements === undefined ? 'null' : literal(`{${statements.allowed.join(',')}}`);
};
