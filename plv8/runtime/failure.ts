import { hasThrown } from './call.ts';
import { DatabaseError } from './database.ts';
import { isPljs } from './engine.ts';
import { storable, stringify } from './exact.ts';
import { originOf } from './source-map.ts';

/** What a hook throws to refuse: a code of its own, a message for people, and anything that JSON can hold for programs. */
export class Refusal extends Error {
  readonly code: string;
  readonly detail: unknown;
  constructor(code: string, message: string, detail?: unknown) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'Refusal' });
    this.code = code;
    this.detail = detail;
  }
}
Object.freeze(Refusal);
Object.freeze(Refusal.prototype);

/** What SQL raises. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
  /** The kind of error, where it is not the hook's own word. */
  readonly error?: string;
  /** The place in the file that the code was built from, or in the code. */
  readonly source?: string;
  readonly line?: number;
}

/** How stacks name the code of programs: by the name that it was given, or as pljs names whatever is evaluated. */
export const SOURCE = 'pg_ai_program';
const FRAME = new RegExp(`(?:${SOURCE}|<input>):([0-9]+)(?::([0-9]+))?`);

const place = (stack: unknown, code: string, skipped: number): Pick<Failure, 'source' | 'line'> => {
  const [, line, column] = FRAME.exec(String(stack)) ?? [];
  if (line === undefined) return {};
  const at = { line: Number(line), column: Number(column ?? 1) - (line === '1' ? skipped : 0) };
  return originOf(code, at) ?? { line: at.line };
};

const text = (value: unknown): string => {
  try {
    return storable(String(value));
  } catch {
    return 'an error without a message';
  }
};

/** Codes that mean success or a warning, and those of pg_ai that are not for hooks, are nobody's to raise. */
const mayBeRaised = (code: unknown): code is string =>
  typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^0[0-3]|^PI[^3]/.test(code);

const messageOf = (message: string, name: string): string => (message === '' ? `${name} without a message` : message);

/** Of whatever was thrown: message, code and place. `skipped` characters stand before the code in its first line. Runs code of the program: getters, toString. */
const failureOf = (thrown: unknown, program: string, skipped: number): Failure => {
  // pljs throws null where there is no memory left for an error.
  if (thrown === null && isPljs && !hasThrown()) return { code: '53200', message: 'out of memory' };
  if (typeof thrown !== 'object' || thrown === null)
    return { code: 'PI301', message: messageOf(text(thrown), 'an empty text') };
  const error = thrown as Readonly<Record<string, unknown>>;
  const { code, detail } = error;
  const name = text(error.name);
  const given = error.message;
  const message = given === undefined ? text(thrown) : text(given);
  const own = name === 'Error' || thrown instanceof Refusal || mayBeRaised(code);
  return {
    code: mayBeRaised(code) ? code : message === 'out of memory' ? '53200' : 'PI301',
    message:
      own || name === 'undefined' || message === ''
        ? messageOf(message, name === 'undefined' ? 'an object' : name)
        : `${name}: ${message}`,
    ...(detail === undefined ? {} : { detail }),
    ...(own ? {} : { error: name }),
    ...place(error.stack, program, skipped),
  };
};

const reasonOf = (error: unknown): string => {
  try {
    return text((error as Error).message);
  } catch {
    return 'it cannot be read';
  }
};

/** {"refuse": …} of whatever was thrown, as JSON. What cannot be described is a refusal, too. */
export const refusalOf = (thrown: unknown, program: string, skipped: number): string => {
  let failure: Failure = { code: 'PI301', message: 'an error that cannot be described was thrown' };
  try {
    failure = failureOf(thrown, program, skipped);
    return stringify({ refuse: failure });
  } catch (error) {
    const { detail, ...plain } = failure;
    return stringify({
      refuse: { ...plain, ...(detail === undefined ? {} : { detail: `no JSON: ${reasonOf(error)}` }) },
    });
  }
};

/** {"raised": …} of an error of the database, as JSON. @returns undefined where it is none, or no longer one */
export const raisedOf = (thrown: unknown, program: string, skipped: number): string | undefined => {
  try {
    if (!(thrown instanceof DatabaseError)) return undefined;
    const { code, message, detail, hint, constraint, stack } = thrown;
    if (!/^(?!0[0-3])[0-9A-Z]{5}$/.test(code)) return undefined;
    return stringify({ raised: { code, message, detail, hint, constraint, ...place(stack, program, skipped) } });
  } catch {
    return undefined;
  }
};
