import type { Operation } from '../ir.ts';
import { judgesCalls } from '../policy/ir.ts';
import { runsHooks } from './hooks.ts';

/** Whether something comes before the inputs are read, so that options and the actor are needed first. */
export const startsEarly = (operation: Operation): boolean => runsHooks(operation) || judgesCalls(operation.policy);
