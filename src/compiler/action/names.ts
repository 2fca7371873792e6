import { cut, shortHash, utf8 } from '../names.ts';

export interface ActionNames {
  /** The action's function, `user_signup__action`. */
  readonly action: string;
  /** A function of its own: its body, an operation that only this action uses. */
  readonly helper: (purpose: string) => string;
}

/** Longest name of a helper's purpose, with its separator. */
const ROOM = 24;
const LIMIT = 63;

/** Names in ai_gen. Odd and long ones get a hash, so that two actions never share a function; no operation's function ends like this. */
export const actionNames = (name: string): ActionNames => {
  const plain = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) && utf8(name).length + '__action'.length + ROOM <= LIMIT;
  const tail = plain ? '__action' : `__action_${shortHash(name)}`;
  const base = plain ? name : cut(name, LIMIT - ROOM - tail.length);
  return { action: base + tail, helper: (purpose) => `${base}${tail}__${purpose}` };
};
