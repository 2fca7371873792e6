import pg from 'pg';
import { declare, type Runner, rowsOf } from './declare.ts';
import type { Row } from './mutation.ts';

type Json = string | object | null;

/** A row of ai.meta_actions; objects are written as JSON. */
export type ActionRow = {
  readonly action_name: string;
  readonly [column: string]: unknown;
};

const JSON_COLUMNS = ['steps', 'input_schema', 'output_schema', 'preconditions', 'post_actions', 'limits'];

const literal = (column: string, value: unknown): string => {
  if (value === null) return 'null';
  if (JSON_COLUMNS.includes(column)) return pg.escapeLiteral(JSON.stringify(value));
  if (Array.isArray(value)) return `array[${value.map((each) => pg.escapeLiteral(String(each))).join(', ')}]::text[]`;
  return pg.escapeLiteral(typeof value === 'object' ? JSON.stringify(value) : String(value));
};

/** The INSERT that registers an action. */
export const insertOf = (action: ActionRow): string =>
  `insert into ai.meta_actions (${Object.keys(action).join(', ')}) values (${Object.entries(action)
    .map(([column, value]) => literal(column, value))
    .join(', ')})`;

/** Registers an action; on servers without JavaScript Node compiles it in the same transaction. */
export const register = (runner: Runner, action: ActionRow): Promise<void> => declare(runner, insertOf(action));

/** Changes columns of a registered action. */
export const amend = (runner: Runner, name: string, changes: Readonly<Record<string, unknown>>): Promise<void> =>
  declare(
    runner,
    `update ai.meta_actions set ${Object.entries(changes)
      .map(([column, value]) => `${column} = ${literal(column, value)}`)
      .join(', ')} where action_name = ${pg.escapeLiteral(name)}`,
  );

const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `ai.execute_action`, its answer as JavaScript reads it. */
export async function execute<T = Row>(
  runner: Runner,
  name: string,
  inputs: Json = {},
  options: Json = {},
): Promise<T> {
  const [row] = await rowsOf<{ answer: string | null }>(
    runner,
    'select ai.execute_action($1, $2::jsonb, $3::jsonb)::text as answer',
    [name, text(inputs), text(options)],
  );
  return JSON.parse(row?.answer ?? 'null') as T;
}

/** `path: reason` of each mistake that a registration was refused with. */
export const mistakes = (detail: Row): string[] =>
  ((detail.errors ?? []) as { path: string; reason: string }[]).map(({ path, reason }) => `${path}: ${reason}`);
