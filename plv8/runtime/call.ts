/** The call that is under way: how long it may still run, and what ended it. Calls nest, since a query may run another hook. */
export interface Call {
  readonly deadline: number;
  readonly limit: number;
  ticks: number;
  /** The turn in which the program last threw something of its own. */
  threw: number;
  /** Why the call is over although the code may not have noticed: thrown again and again, and at the end. */
  stopped: Error | undefined;
}

/** Frozen, because the code may catch it, and what tells of it runs when nobody asks for the time any more. */
const stop = (code: string, message: string, detail?: object): Error =>
  Object.freeze(
    Object.assign(new Error(message), { code, ...(detail === undefined ? {} : { detail: Object.freeze(detail) }) }),
  );

let current: Call | undefined;
let depth = 0;

/**
 * How many calls may be under way within one another. plv8 3.2.2 takes the server down at about 55: the stack that V8 allows itself is used up by what
 * PostgreSQL does between them, too.
 */
const DEEPEST = 16;

/** Runs work as a call of its own. @param limit milliseconds */
export const inCall = <T>(limit: number, work: (call: Call) => T): T => {
  if (depth >= DEEPEST)
    throw stop('54001', `more than ${DEEPEST} calls of JavaScript within one another: something calls itself`);
  const outer = current;
  depth++;
  const call: Call = { deadline: Date.now() + limit, limit, ticks: 0, threw: -1, stopped: undefined };
  current = call;
  try {
    const result = work(call);
    if (Date.now() > call.deadline) expire(call);
    if (call.stopped !== undefined) throw call.stopped;
    return result;
  } catch (error) {
    throw call.stopped ?? error;
  } finally {
    depth--;
    current = outer;
  }
};

const expire = (call: Call): void => {
  call.stopped ??= stop('PI303', `ran longer than ${call.limit} ms`, { limit: call.limit });
};

/** Ends the call when its time is up. */
export const check = (): void => {
  if (current === undefined) return;
  if (Date.now() > current.deadline) expire(current);
  if (current.stopped !== undefined) throw current.stopped;
};

/** At each turn of a loop, and before the code throws (`throws`); the clock is looked at now and then. */
export const tick = (throws?: unknown): void => {
  if (current === undefined) return;
  if (throws !== undefined) {
    current.threw = current.ticks;
    return;
  }
  current.ticks++;
  if (current.stopped !== undefined || (current.ticks & 255) === 0) check();
};

/** Whether the code has thrown something by itself since the last turn of a loop. */
export const hasThrown = (): boolean => current !== undefined && current.threw === current.ticks;

/** The statement was cancelled: nothing goes on, whatever the code catches. */
export const cancel = (message: string): Error => {
  const error = stop('57014', message);
  if (current !== undefined) current.stopped ??= error;
  return error;
};
