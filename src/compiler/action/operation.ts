import type { TableSnapshot } from '../catalog.ts';
import type { Input, Operation } from '../ir.ts';
import { NO_HANDLING } from '../policy/handling.ts';
import type { ActionUnit } from './ir.ts';
import type { ActionSnapshot } from './snapshot.ts';

/** The inputs of an action as the columns of a table, for what reads and judges inputs. */
export const tableOfInputs = (action: ActionSnapshot, inputs: readonly Input[]): TableSnapshot => ({
  schema: 'ai',
  name: action.name,
  qualified: action.name,
  kind: 'r',
  serverVersion: action.serverVersion,
  comment: null,
  rowSecurity: false,
  schemas: [],
  columns: inputs.map((input) => input.column),
  constraints: [],
  uniqueIndexes: [],
});

/** An action as what creates a row of its inputs. */
export const operationOf = (
  unit: Pick<ActionUnit, 'action' | 'names' | 'inputs' | 'roles' | 'hooks' | 'policy'>,
): Operation => {
  const { action, names, inputs, roles, hooks, policy } = unit;
  return {
    kind: 'create',
    table: tableOfInputs(action, inputs),
    functionName: names.action,
    jsonFunctionName: names.action,
    bulkFunctionName: names.action,
    description: action.description ?? '',
    roles,
    security: action.security,
    inputs,
    key: [],
    returns: [],
    returnsVersion: false,
    visible: [],
    checks: [],
    hooks,
    afterCommit: [],
    policy,
    handling: NO_HANDLING,
  };
};
