import { inCall, tick } from './call.ts';
import { DatabaseError, db } from './database.ts';
import { askText, log } from './engine.ts';
import { parse, storable, stringify } from './exact.ts';
import { Refusal, raisedOf, refusalOf, SOURCE } from './failure.ts';
import { guardLoops, TICK } from './guard.ts';
import { harden } from './harden.ts';

/*
 * What runs the JavaScript of hooks and actions inside the database. A program is a text; it is evaluated once in a session, in a closure of its own, and called
 * with one object. Everything goes in and out as JSON text, which both engines hand over unchanged.
 */

type Program = (ctx: unknown) => unknown;
interface Loaded {
  readonly run: Program;
  readonly code: string;
}

/** Begins what `pg-ai hook build` writes: code that defines pgAiModule, whose default export is the hook. */
const MODULE = '/* pg-ai module */';
const HEAD = `(function (db, Refusal, DatabaseError, console, ${TICK}, plv8, pljs) { "use strict"; `;
const BODY = `${HEAD}return function (ctx) {`;

/** How names of the programs of actions begin. */
const ACTION = 'action.';

/** On one line before the code, so that lines are those of the code. */
const headOf = (code: string): string => (code.startsWith(MODULE) ? HEAD : BODY);
const wrapped = (code: string): string =>
  `${headOf(code)}${code}${code.startsWith(MODULE) ? '\nreturn pgAiModule.default; })' : '\n}; })'}\n//# sourceURL=${SOURCE}`;

// biome-ignore lint/security/noGlobalEval: evaluating the code of hooks is what this is for. Indirect: it sees globals, and nothing of this file.
const evaluate = globalThis.eval;

const printed = (values: readonly unknown[]): void =>
  log(storable(values.map((value) => (typeof value === 'string' ? value : stringify(value ?? null))).join(' ')));
const write = (...values: unknown[]): void => printed(values);
const console = Object.freeze({ log: write, info: write, warn: write, error: write, debug: write });

/** Freezing what belongs to everybody would surprise a caller whose session uses JavaScript for its own ends, so it is done for ai_owner alone. */
if (askText('select current_user::pg_catalog.text as answer', []) === 'ai_owner') harden();

const loaded = new Map<string, Loaded>();

const read = (name: string): string => {
  const code = askText('select ai_private.program_code($1) as answer', [name]);
  if (code === null)
    throw Object.assign(new Error('the code has been replaced since this transaction began'), { code: '40001' });
  return code;
};

const load = (name: string, code: string): Loaded => {
  const make = evaluate(wrapped(code)) as (...given: unknown[]) => Program;
  const run = make(db, Refusal, DatabaseError, console, tick);
  if (typeof run !== 'function') throw new TypeError('the module has no default export that is a function');
  const program = { run, code };
  loaded.set(name, program);
  return program;
};

const frozen = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) Object.freeze(part);
  }
  return value;
};

/**
 * Runs a program with an object.
 * @param limit milliseconds
 * @returns its answer as JSON, '' for none, or {"refuse": …} when it threw. Actions may answer that, too: what they threw comes after a "!"
 */
export const run = (name: string, input: string, limit: number): string => {
  // Known before it is evaluated: what a module does by itself may throw, too.
  let code = '';
  const told = (thrown: unknown): string => {
    const skipped = headOf(code).length;
    return name.startsWith(ACTION)
      ? `!${raisedOf(thrown, code, skipped) ?? refusalOf(thrown, code, skipped)}`
      : refusalOf(thrown, code, skipped);
  };
  try {
    return inCall(limit, () => {
      try {
        const known = loaded.get(name);
        code = known?.code ?? read(name);
        const program = known ?? load(name, code);
        const answer = program.run(frozen(parse(input)));
        if (answer === undefined || answer === null) return '';
        if (typeof (answer as { then?: unknown }).then === 'function')
          throw new TypeError('what runs in the database cannot be async: nothing would wait for it');
        return stringify(answer);
      } catch (thrown) {
        // Here, because what was thrown may have code of its own (getters, toJSON), and that code takes of the call's time.
        return told(thrown);
      }
    });
  } catch (stopped) {
    return told(stopped);
  }
};

/** The code as it is kept: with guarded loops, where they can be. Throws a SyntaxError where it is none. */
export const prepare = (code: string): string => {
  evaluate(wrapped(code));
  // Where something else is called `throw`, loops alone.
  for (const throws of [true, false]) {
    const guarded = guardLoops(code, throws);
    if (guarded === undefined) return code;
    try {
      evaluate(wrapped(guarded));
      return guarded;
    } catch {}
  }
  return code;
};
