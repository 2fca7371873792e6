import pg from 'pg';
import { type Runner, rowsOf } from './declare.ts';

/** A string is JSON text as it stands, for numbers that JavaScript cannot hold. */
type Json = string | object | null;
const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

export type Row = Record<string, unknown>;

/** `ai.generate_mutation`, its answer as the text of the JSON: numbers keep their digits. */
export async function mutateText(
  runner: Runner,
  operation: string,
  table: string,
  inputs: Json,
  options: Json = {},
): Promise<string | null> {
  const [row] = await rowsOf<{ answer: string | null }>(
    runner,
    'select ai.generate_mutation($1, $2, $3::jsonb, $4::jsonb)::text as answer',
    [operation, table, text(inputs), text(options)],
  );
  return row?.answer ?? null;
}

/** `ai.generate_mutation`, its answer as an object; an empty one where fetch finds nothing. */
export async function mutate(
  runner: Runner,
  operation: string,
  table: string,
  inputs: Json,
  options: Json = {},
): Promise<Row> {
  return JSON.parse((await mutateText(runner, operation, table, inputs, options)) ?? '{}') as Row;
}

export type FieldError = {
  readonly field: string | null;
  readonly code: string;
  readonly rule: Row;
  readonly message: string;
  /** The hook whose work the wrong input is. */
  readonly hook?: string;
};

export type Refusal = {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** DETAIL, read as JSON where it is. */
  readonly detail: Row;
  readonly errors: readonly FieldError[];
  /** `field:code` of each error, in order. */
  readonly fields: readonly string[];
  /** Everything that the server said, for tests that something is not in it. */
  readonly everything: string;
};

/** The error that a statement must end in. */
export async function refusal(work: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const detail = readJson(error.detail);
    const errors = (Array.isArray(detail.errors) ? detail.errors : []) as FieldError[];
    return {
      code: error.code ?? '',
      message: error.message,
      hint: error.hint,
      detail,
      errors,
      fields: errors.map((each) => `${each.field}:${each.code}`),
      everything: JSON.stringify([
        error.message,
        error.detail,
        error.hint,
        error.where,
        error.column,
        error.constraint,
      ]),
    };
  }
  throw new Error(`was not refused, but gave ${JSON.stringify(answer)}`);
}

function readJson(detail: string | undefined): Row {
  if (detail === undefined || !detail.startsWith('{')) return {};
  return JSON.parse(detail) as Row;
}
