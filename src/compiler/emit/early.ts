import type { Operation } from '../ir.ts';
import { judgesCalls } from '../policy/ir.ts';
import { runsHooks } from './hooks.ts';

/** Whether something comes before the inputs are read, so that options and the actor are needed first. */
export const startsEarly = (operation: Operation): boolean => runsHooks(operation) || judgesEarly(operation);

/** What a fetch may reach is said by its own statement, which knows the actor by itself. */
const judgesEarly = ({ kind, policy }: Operation): boolean =>
  judgesCalls(kind === 'fetch' ? { ...policy, filter: [] } : policy);
