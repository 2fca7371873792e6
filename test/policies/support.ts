import type pg from 'pg';
import { rowsOf } from '../support/declare.ts';
import type { Row } from '../support/mutation.ts';

const text = (value: unknown): string => JSON.stringify(value).replaceAll("'", "''");

/** A row of ai.policies, as SQL. */
export const policy = (
  name: string,
  table: string | null,
  kind: string,
  definition: unknown,
  operation?: string,
): string =>
  `insert into ai.policies (name, relation, operation, kind, definition) values ('${name}',
     ${table === null ? 'null' : `'${table}'`}, ${operation === undefined ? 'null' : `'${operation}'`}, '${kind}', '${text(definition)}');`;

export const comment = (table: string, declaration: object): string =>
  `comment on table ${table} is '${text(declaration)}';`;

/** Every operation, with all that it may take. */
export const EVERY = {
  create: { optional: '*' },
  update: { optional: '*' },
  upsert: { optional: '*' },
  delete: true,
  fetch: true,
};

export const actAs = (client: pg.Client, actor: string) =>
  client.query(`select set_config('pg_ai.actor', $1, false)`, [actor]);

export const bulk = async (
  client: { query: pg.Client['query'] } | Parameters<typeof rowsOf>[0],
  operation: string,
  table: string,
  inputs: readonly Row[],
  options: Row = {},
): Promise<Row> => {
  const [row] = await rowsOf<{ answer: Row }>(
    client as Parameters<typeof rowsOf>[0],
    'select ai.generate_mutations($1, $2, $3, $4) as answer',
    [operation, table, JSON.stringify(inputs), JSON.stringify(options)],
  );
  return row?.answer ?? {};
};
