/** What plv8 and pljs have in common, as far as it is used here. */
interface Engine {
  execute(sql: string, parameters: readonly string[]): readonly Readonly<Record<string, unknown>>[];
  elog(level: number, message: string): void;
}
declare const plv8: Engine | undefined;
declare const pljs: Engine | undefined;
declare const LOG: number;

export const isPljs = typeof plv8 === 'undefined';
const engine = (isPljs ? pljs : plv8) as Engine;

/**
 * One value of one row, with parameters that are texts: a null crashes pljs, numbers and dates are converted otherwise in each engine, and text is
 * text in both.
 */
export const askText = (sql: string, parameters: readonly string[]): string | null => {
  const [row] = engine.execute(sql, parameters);
  const value = row?.answer;
  return typeof value === 'string' ? value : null;
};

/** A line in the server's log. */
export const log = (message: string): void => engine.elog(LOG, message);
