import { isPljs } from './engine.ts';
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
    return String(value);
  } catch {
    return 'an error without a message';
  }
};

/** Codes that mean success or a warning, and those of pg_ai that are not for hooks, are nobody's to raise. */
const mayBeRaised = (code: unknown): code is string =>
  typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^0[0-3]|^PI[^3]/.test(code);

/** Of whatever was thrown: message, code and place. `skipped` characters stand before the code in its first line. */
export const failureOf = (thrown: unknown, code: string, skipped: number): Failure => {
  // pljs throws null where there is no memory left for an error.
  if (thrown === null && isPljs) return { code: '53200', message: 'out of memory' };
  if (typeof thrown !== 'object' || thrown === null) return { code: 'PI301', message: text(thrown) };
  const error = thrown as Readonly<Record<string, unknown>>;
  const name = text(error.name);
  const message = error.message === undefined ? text(thrown) : text(error.message);
  const own = name === 'Error' || thrown instanceof Refusal || mayBeRaised(error.code);
  return {
    code: mayBeRaised(error.code) ? error.code : message === 'out of memory' ? '53200' : 'PI301',
    message: own || name === 'undefined' ? message : `${name}: ${message}`,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(own ? {} : { error: name }),
    ...place(error.stack, code, skipped),
  };
};
