import { CALL_ERRORS } from './calls.ts';
import { DECLARATION_ERRORS } from './declarations.ts';
import type { ErrorEntry } from './entry.ts';
import { EVENT_ERRORS } from './events.ts';
import { INSTALLATION_ERRORS } from './installation.ts';
import { POLICY_ERRORS } from './policies.ts';
import { PROGRAM_ERRORS } from './programs.ts';

/*
 * Every code that pg_ai raises, once: the texts that people read (in the database, as rows of ai_private.message), and the page docs/errors.md. A test holds
 * this list against the SQL.
 */
export type { ErrorEntry } from './entry.ts';
export { INPUT_ERRORS } from './inputs.ts';
export { TEXTS } from './texts.ts';

/** Errors with a SQLSTATE of their own (class PI). */
export const ERRORS: readonly ErrorEntry[] = [
  ...DECLARATION_ERRORS,
  ...CALL_ERRORS,
  ...POLICY_ERRORS,
  ...PROGRAM_ERRORS,
  ...EVENT_ERRORS,
  ...INSTALLATION_ERRORS,
];
