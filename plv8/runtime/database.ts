import { cancel, check } from './call.ts';
import { askText } from './engine.ts';
import { parse, stringify, untext } from './exact.ts';

/** An error of the database, as a hook may catch it. */
export class DatabaseError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  readonly detail: unknown;
  readonly hint: string | undefined;
  readonly constraint: string | undefined;
  constructor(error: Readonly<Record<string, string | undefined>>) {
    super(error.message);
    Object.defineProperty(this, 'name', { value: 'DatabaseError' });
    this.code = error.code ?? 'XX000';
    this.detail = error.detail;
    this.hint = error.hint;
    this.constraint = error.constraint;
  }
}
Object.freeze(DatabaseError);
Object.freeze(DatabaseError.prototype);

const QUERY = 'select ai_private.javascript_query($1, $2) as answer';

/**
 * One SELECT, INSERT, UPDATE, DELETE or MERGE with parameters $1, $2, …, which take the types that the statement gives them.
 * @returns the rows as objects; none where the statement returns none
 */
const query = (sql: string, parameters: readonly unknown[] = []): unknown => {
  check();
  if (typeof sql !== 'string' || !Array.isArray(parameters))
    throw new TypeError('db.query(sql, [parameters]) takes a text and an array');
  const wrong = untext(sql);
  if (wrong !== undefined) throw new TypeError(`PostgreSQL has no text with ${wrong} (the statement)`);
  const values = stringify(parameters.map((value) => (value === undefined ? null : value)));
  const answer = parse(askText(QUERY, [sql, values]) ?? '{}') as { rows?: unknown; error?: Record<string, string> };
  check();
  if (answer.error !== undefined)
    throw answer.error.code === '57014' ? cancel(answer.error.message ?? '') : new DatabaseError(answer.error);
  return answer.rows;
};

export const db = Object.freeze({ query });
