import type { Database } from './database.ts';
import type { Side } from './interleave.ts';

/** The table bench.account, and how each operation is called on it: by hand, by name and by its typed function. */

export const BASELINES = ['create', 'update', 'upsert', 'delete', 'delete-guarded', 'fetch', 'bulk-create'].map(
  (name) => `baseline/${name}.sql`,
);

export const OPERATIONS = ['create', 'update', 'upsert', 'delete', 'fetch'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** Rows that are there to be updated and fetched: ids 1 to ROWS. */
export const ROWS = 20_000;

export const fill = async (database: Database): Promise<void> => {
  await database.admin.query('truncate bench.account, ai.audit_log, ai.event_log restart identity');
  await database.admin.query(
    `insert into bench.account (email, name, age, balance) select 'row' || i || '@example.com', 'Row ' || i, i % 90, i from generate_series(1, ${ROWS}) as i`,
  );
  await database.admin.query('vacuum (analyze) bench.account');
  await database.admin.query('checkpoint');
};

/** Spreads calls over the rows without a random number, so that every run does the same. */
const someRow = (n: number): number => ((n * 7919) % ROWS) + 1;

/** Half of the upserts find their row. */
const upsertEmail = (n: number): string => (n % 2 === 0 ? `row${someRow(n)}@example.com` : `new${n}@example.org`);

/** Deletes find rows with ids beyond all others, made before each turn. */
const doomed = (n: number): number => 1_000_000_000 + n;

const inputsOf = (operation: OperationName, n: number): Record<string, unknown> => {
  switch (operation) {
    case 'create':
      return { email: `user${n}@example.com`, name: `User ${n}`, age: n % 90, balance: 12.5 };
    case 'update':
      return { id: someRow(n), name: `Row ${n}`, age: n % 90, balance: 12.5 };
    case 'upsert':
      return { email: upsertEmail(n), name: `User ${n}`, age: n % 90, balance: 12.5 };
    case 'delete':
      return { id: doomed(n) };
    case 'fetch':
      return { id: someRow(n) };
  }
};

/** The same inputs as arguments; PostgreSQL learns their types from the function. */
const argumentsOf = (operation: OperationName, n: number): Record<string, string> =>
  Object.fromEntries(Object.entries(inputsOf(operation, n)).map(([name, value]) => [name, String(value)]));

const TYPES: Readonly<Record<string, string>> = {
  id: 'bigint',
  email: 'text',
  name: 'text',
  age: 'integer',
  balance: 'numeric',
};

const typedCall = (name: string, operation: OperationName, prefix: string): string =>
  `select ${name}(${Object.keys(argumentsOf(operation, 0))
    .map((argument, i) => `${prefix}${argument} => $${i + 1}::${TYPES[argument]}`)
    .join(', ')})`;

/** What has to be there before a turn of deletes. */
const prepareFor = (database: Database, operation: OperationName): Pick<Side, 'prepare'> =>
  operation !== 'delete'
    ? {}
    : {
        prepare: async (from, count) => {
          await database.admin.query(
            `insert into bench.account (id, email, name) overriding system value
             select 1000000000 + i, 'doomed' || i || '@example.com', 'Doomed' from generate_series($1::bigint, $2::bigint) as i`,
            [from, from + count - 1],
          );
        },
      };

export const byHand = (database: Database, operation: OperationName): Side => ({
  name: 'by hand',
  sql: `select bench.${operation}_account($1::jsonb)`,
  parameters: (n) => [JSON.stringify(inputsOf(operation, n))],
  ...prepareFor(database, operation),
});

/** With an exception block: the floor of what tells and counts errors. */
export const guardedByHand = (database: Database, operation: 'delete'): Side => ({
  ...byHand(database, operation),
  name: 'by hand, with an exception block',
  sql: `select bench.${operation}_account_guarded($1::jsonb)`,
});

export const typedByHand = (database: Database, operation: OperationName): Side => ({
  name: 'typed by hand',
  sql: typedCall(`bench.${operation}_account`, operation, 'p_'),
  parameters: (n) => Object.values(argumentsOf(operation, n)),
  ...prepareFor(database, operation),
});

export const generateMutation = (database: Database, operation: OperationName, bar?: number): Side => ({
  name: 'ai.generate_mutation',
  sql: `select ai.generate_mutation('${operation}', 'bench.account', $1::jsonb)`,
  parameters: (n) => [JSON.stringify(inputsOf(operation, n))],
  ...(bar === undefined ? {} : { bar }),
  ...prepareFor(database, operation),
});

export const jsonFunction = (database: Database, operation: OperationName, bar?: number): Side => ({
  name: 'JSON function',
  sql: `select ai_gen.bench__account__${operation}__json($1::jsonb)`,
  parameters: (n) => [JSON.stringify(inputsOf(operation, n))],
  ...(bar === undefined ? {} : { bar }),
  ...prepareFor(database, operation),
});

export const typedFunction = (database: Database, operation: OperationName, bar?: number): Side => ({
  name: 'typed function',
  sql: typedCall(`ai_gen.bench__account__${operation}`, operation, ''),
  parameters: (n) => Object.values(argumentsOf(operation, n)),
  ...(bar === undefined ? {} : { bar }),
  ...prepareFor(database, operation),
});
