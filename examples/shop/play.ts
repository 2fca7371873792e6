import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import * as screen from './screen.ts';
import type { Problem, Role, Stage } from './stage.ts';

/** Something came out other than the demo says it does. */
export class Surprise extends Error {}

export type Row = Readonly<Record<string, unknown>>;

/** A row as JSON. Numbers with a point stay the digits they are: a price is 12.50, not 12.5. */
export const readJson = (text: string): Row => {
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source?.includes('.') ? context.source : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Row;
};

export interface Play {
  readonly stage: Stage;
  readonly counted: { calls: number; refusals: number; checks: number };
  /** What was called and done, by operation: the audit trail must agree. */
  readonly done: Map<string, number>;
  /** @throws Surprise where the two differ */
  expect(what: string, actual: unknown, expected: unknown): void;
  /** Shows a call of an operation, makes it and shows the row (or some of its fields). `changes`: whether it leaves anything behind. */
  call(who: Role, sql: string, fields?: readonly string[], changes?: boolean): Promise<Row>;
  /** Shows a statement that must be refused, and the refusal. */
  refused(who: Role, sql: string, expected: Expected, options?: { readonly show?: boolean }): Promise<screen.Refusal>;
  /** An operation without showing it. */
  quietly(who: Role, operation: string, table: string, inputs: Row, options?: Row): Promise<Row | undefined>;
  /** Many rows at once, by one call. */
  bulk(who: Role, operation: string, table: string, inputs: readonly Row[]): Promise<readonly Row[]>;
  /** Rows of a query of the demo's own, by the superuser. */
  ask<T extends pg.QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<T[]>;
}

export interface Expected {
  readonly code: string;
  /** `field code` of each error in DETAIL, in their order. */
  readonly errors?: readonly string[];
}

export const createPlay = (stage: Stage): Play => {
  const counted = { calls: 0, refusals: 0, checks: 0 };
  const done = new Map<string, number>();
  const expect = (what: string, actual: unknown, expected: unknown): void => {
    counted.checks++;
    if (isDeepStrictEqual(actual, expected)) return;
    throw new Surprise(`${what}\n    expected ${JSON.stringify(expected)}\n    got      ${JSON.stringify(actual)}`);
  };
  const count = (operation: string): void => {
    counted.calls++;
    if (operation !== 'fetch') done.set(operation, (done.get(operation) ?? 0) + 1);
  };
  const operationIn = (sql: string): string =>
    /generate_mutation\(\s*(?:operation => )?'(\w+)'/.exec(sql)?.[1] ??
    /ai_gen\.\w+__(\w+)\(/.exec(sql)?.[1] ??
    'fetch';

  return {
    stage,
    counted,
    done,
    expect,
    async call(who, sql, fields, changes = true) {
      screen.statement(who, sql);
      const client = await stage.as(who);
      const { rows } = await client.query<Record<string, string | null>>(sql);
      const value = Object.values(rows[0] ?? {})[0] ?? null;
      count(changes ? operationIn(sql) : 'fetch');
      if (value === null) {
        screen.answer('null');
        return {};
      }
      const row = readJson(value);
      screen.record(row, fields);
      return row;
    },
    async refused(who, sql, expected, { show = true } = {}) {
      if (show) screen.statement(who, sql);
      const client = await stage.as(who);
      const refusal = await refusalOf(client.query(sql), sql);
      if (show) screen.refusal(refusal);
      counted.refusals++;
      expect(`the code of: ${sql}`, refusal.code, expected.code);
      if (expected.errors !== undefined) {
        expect(
          `the errors of: ${sql}`,
          refusal.errors.map((e) => `${e.field ?? 'inputs'} ${e.code}`),
          expected.errors,
        );
      }
      return refusal;
    },
    async quietly(who, operation, table, inputs, options = {}) {
      const client = await stage.as(who);
      const { rows } = await client.query<{ row: string | null }>(
        'select ai.generate_mutation($1, $2, $3, $4) as row',
        [operation, table, inputs, options],
      );
      count(operation);
      const text = rows[0]?.row ?? null;
      return text === null ? undefined : readJson(text);
    },
    async bulk(who, operation, table, inputs) {
      const client = await stage.as(who);
      const { rows } = await client.query<{ answers: string }>('select ai.generate_mutations($1, $2, $3) as answers', [
        operation,
        table,
        JSON.stringify(inputs),
      ]);
      counted.calls++;
      done.set(operation, (done.get(operation) ?? 0) + inputs.length);
      return readJson(rows[0]?.answers ?? '[]') as unknown as readonly Row[];
    },
    async ask<T extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []) {
      return (await stage.admin.query<T>(sql, [...params])).rows;
    },
  };
};

/** About a call, or about a row that declares something. */
type Told = screen.FieldError | Problem;

const ofProblem = ({ path, reason, suggestion }: Problem): screen.FieldError => ({
  field: path,
  code: '',
  message: suggestion === undefined ? reason : `${reason}; ${suggestion}`,
});

/** The error that a statement must end in, taken apart. */
export const refusalOf = async (work: Promise<unknown>, what: string): Promise<screen.Refusal> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const detail = error.detail?.startsWith('{') ? (JSON.parse(error.detail) as { errors?: Told[] }) : {};
    const errors = (detail.errors ?? []).map((told) => ('path' in told ? ofProblem(told) : told));
    return { code: error.code ?? '', message: error.message, hint: error.hint, errors };
  }
  throw new Surprise(`nothing refused: ${what}`);
};
