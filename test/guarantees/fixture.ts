import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { declare, type Runner, rowsOf } from '../support/declare.ts';

/** A table with a protected field, two unique keys, a rule of the declaration and a CHECK that only the table knows. */
export const ACCOUNTS = `
create table public.account (
  id integer generated always as identity primary key,
  email text not null unique,
  name text,
  balance numeric(12, 2) not null default 0,
  pin text,
  version integer not null default 1,
  constraint never_overdrawn check (balance >= 0)
);
comment on table public.account is '{
  "operations": {
    "create": {"required": ["email"], "optional": ["name", "balance", "pin"]},
    "update": {"optional": ["email", "name", "balance", "pin"], "version": "version"},
    "upsert": {"key": ["email"], "optional": ["name", "balance", "pin"]},
    "delete": {"version": "version"},
    "fetch": true
  },
  "fields": {"pin": {"protected": true}, "name": {"maxLength": 20}}
}';`;

/** The same under the caller's own rights. */
export const NOTES = `
create table public.note (
  id integer generated always as identity primary key,
  body text not null unique,
  check (body <> 'bad')
);
comment on table public.note is '{
  "operations": {
    "create": {"security": "invoker"},
    "update": {"security": "invoker", "optional": ["body"]},
    "delete": {"security": "invoker"}
  }
}';
grant select, insert, update, delete on public.note to ai_user;`;

export function useTables(database: TestDatabase, sql: string): void {
  beforeAll(() => declare(database, sql));
}

let roles = 0;

/** A role of this test file's own, gone after it. The name is there at once, the role inside tests. */
export function useRole(database: TestDatabase, memberOf: readonly string[] = []): string {
  const name = `ai_test_role_${process.pid}_${++roles}_${Date.now().toString(36)}`;
  const role = pg.escapeIdentifier(name);
  beforeAll(async () => {
    await database.query(`create role ${role}`);
    for (const group of memberOf) await database.query(`grant ${group} to ${role}`);
  });
  afterAll(async () => {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  });
  return name;
}

export type AuditRow = {
  readonly id: string;
  readonly relation: string;
  readonly operation: string;
  readonly row_key: Record<string, unknown>;
  readonly actor: string;
  readonly session_role: string;
  readonly client_address: string | null;
  readonly fingerprint: string;
  readonly transaction: string;
  readonly old_row: Record<string, unknown> | null;
  readonly new_row: Record<string, unknown> | null;
};

/** The audit trail after an id, oldest first. */
export const auditRows = (runner: Runner, after: string = '0'): Promise<AuditRow[]> =>
  rowsOf<AuditRow>(runner, 'select *, transaction::text as transaction from ai.audit_log where id > $1 order by id', [
    after,
  ]);

/** The newest audit id that is committed. */
export async function lastAudit(runner: Runner): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(runner, `select coalesce(max(id), 0)::text as id from ai.audit_log`);
  return row?.id ?? '0';
}

export async function one<Row extends pg.QueryResultRow>(
  runner: Runner,
  sql: string,
  params?: unknown[],
): Promise<Row> {
  const [row] = await rowsOf<Row>(runner, sql, params);
  if (row === undefined) throw new Error(`no row: ${sql}`);
  return row;
}

export type Verdict = {
  readonly ok: boolean;
  readonly checked_rows: string;
  readonly sealed_rows: string;
  readonly first_bad: string | null;
  readonly problem: string | null;
  readonly unchecked: string | null;
};

export const verify = (runner: Runner, secret: string | null = null, anchor: string | null = null): Promise<Verdict> =>
  one<Verdict>(runner, 'select * from ai.verify_audit($1, $2)', [secret, anchor]);

export type Seal = { readonly seal: string; readonly sealed_rows: string; readonly root: string };

export const seal = (runner: Runner, secret: string | null = null): Promise<Seal> =>
  one<Seal>(runner, 'select * from ai.seal_audit($1)', [secret]);

/**
 * Waits until everything that is committed now can be sealed: a seal stops at the oldest transaction of the whole cluster that still runs, and
 * other test files have theirs.
 */
export async function settled(runner: Runner): Promise<void> {
  const { xid } = await one<{ xid: string }>(runner, 'select pg_catalog.pg_current_xact_id()::text as xid');
  for (;;) {
    const { past } = await one<{ past: boolean }>(
      runner,
      'select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) > $1::text::xid8 as past',
      [xid],
    );
    if (past) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function sealAll(runner: Runner, secret: string | null = null): Promise<Seal> {
  await settled(runner);
  return seal(runner, secret);
}

/** Does something in a transaction of its own and takes it back. */
export async function takenBack<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

/** Whether a backend waits for a lock; polled until it does. */
export async function untilWaiting(watcher: Runner, pid: number): Promise<void> {
  for (;;) {
    const [row] = await rowsOf<{ waits: boolean }>(
      watcher,
      `select wait_event_type = 'Lock' as waits from pg_catalog.pg_stat_activity where pid = $1`,
      [pid],
    );
    if (row?.waits === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const pidOf = async (client: pg.Client): Promise<number> =>
  (await one<{ pid: number }>(client, 'select pg_catalog.pg_backend_pid() as pid')).pid;
