import pg from 'pg';

/** What the process exits with; `pg-ai --help` documents them. */
export const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** An error that the user can do something about: it is shown without a stack. */
export class CliError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;
  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCode.failed;
  }
}

/** The command line itself is wrong. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { exitCode: exitCode.usage, ...(hint === undefined ? {} : { hint }) });
}

export type ErrorReport = {
  readonly message: string;
  /** SQLSTATE, where PostgreSQL raised it. */
  readonly code?: string;
  /** DETAIL, parsed where it is JSON. */
  readonly detail?: unknown;
  readonly hint?: string;
};

/** What there is to say about an error, for people and for --json alike. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof CliError) {
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  if (error instanceof pg.DatabaseError) {
    return {
      message: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(error.detail === undefined ? {} : { detail: parsed(error.detail) }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail);
  } catch {
    return detail;
  }
}
