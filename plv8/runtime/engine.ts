/** What plv8 and pljs have in common, as far as it is used here. */
interface Engine {
  execute(sql: string): readonly Readonly<Record<string, unknown>>[];
  elog(level: number, message: string): void;
}
declare const plv8: Engine | undefined;
declare const pljs: Engine | undefined;
declare const LOG: number;

export const isPljs = typeof plv8 === 'undefined';
const engine = (isPljs ? pljs : plv8) as Engine;

/** A text as SQL writes it, whatever standard_conforming_strings says. */
const quoted = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/**
 * One value of one row, with texts for $1 to $9. They are written into the statement, because pljs (1.0.5) passes a parameter as null whenever a byte that it
 * forgets to set happens to be an 'n'; and texts, because numbers and dates are converted otherwise in each engine, and text is text in both.
 */
export const askText = (sql: string, parameters: readonly string[]): string | null => {
  const [row] = engine.execute(sql.replace(/\$([1-9])/g, (_, n) => quoted(parameters[n - 1] ?? '')));
  const value = row?.answer;
  return typeof value === 'string' ? value : null;
};

/** A line in the server's log. */
export const log = (message: string): void => engine.elog(LOG, message);
