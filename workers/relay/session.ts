import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Listener } from '../listen.ts';
import type { Bell } from './rhythm.ts';

/** The channel on which a mutation rings, and the lock by which it sees that somebody sleeps: see ai.event_log. */
export const BELL_CHANNEL = 'pg_ai_events';
const LOCK = `pg_catalog.hashtextextended('pg_ai.doorbell', 0)`;

/** One connection, taken from a pool when it is needed and replaced when it breaks. */
export interface Session {
  /** No pooler stands between: locks and settings of the session are this connection's own. Known after the first statement. */
  readonly isOwn: boolean;
  /** Another number for each connection. */
  readonly generation: number;
  query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** The same, ended by the server where it takes longer than the session's limit. */
  bounded<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Statements of it are bounded. Commits where the work returns, takes back where it throws. */
  transaction<T>(work: (query: Session['query']) => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * @param goneMs how long the server waits for us before it takes us for gone. What a vanished process had locked, others wait for: cursors, and the
 *   bell, for which every mutation would go on ringing.
 * @param limitMs how long a statement may take that is bounded
 */
export const createSession = (pool: pg.Pool, goneMs = 30_000, limitMs = 3000): Session => {
  let client: pg.PoolClient | undefined;
  let isOwn = false;
  let generation = 0;
  const current = async (): Promise<pg.PoolClient> => {
    if (client !== undefined) return client;
    const taken = await pool.connect();
    // It breaks while nothing runs on it: the next statement takes another one.
    taken.on('error', () => drop(taken));
    client = taken;
    generation++;
    const [row] = await on<{ pid: number }>(taken, 'select pg_catalog.pg_backend_pid() as pid');
    // A pooler makes up a process of its own for cancel requests.
    isOwn = row?.pid === (taken as unknown as { processID: number }).processID;
    if (isOwn)
      await on(
        taken,
        `set idle_session_timeout = ${goneMs}; set idle_in_transaction_session_timeout = ${goneMs}; set statement_timeout = ${limitMs}`,
      );
    return taken;
  };
  const drop = (broken: pg.PoolClient): void => {
    if (client !== broken) return;
    client = undefined;
    broken.release(true);
  };
  const on = async <Row extends pg.QueryResultRow>(
    mine: pg.PoolClient,
    sql: string | { readonly name: string; readonly text: string },
    parameters: unknown[] = [],
  ): Promise<Row[]> => {
    try {
      return (await mine.query<Row>(sql, parameters)).rows;
    } catch (error) {
      // Without a SQLSTATE it is the connection; 57P is a server that ends it; 0A000 a plan that an upgrade has made useless to it.
      const { code } = error as { code?: string };
      if (code === undefined || !/^[0-9A-Z]{5}$/.test(code) || /^(57P|08|0A000)/.test(code)) drop(mine);
      throw error;
    }
  };
  const transaction: Session['transaction'] = async (work) => {
    const mine = await current();
    await on(mine, 'begin');
    try {
      await on(
        mine,
        `set local idle_in_transaction_session_timeout = ${goneMs}; set local statement_timeout = ${limitMs}`,
      );
      const result = await work((sql, parameters) => on(mine, sql, parameters));
      await on(mine, 'commit');
      return result;
    } catch (error) {
      if (client === mine) await on(mine, 'rollback').catch(() => {});
      throw error;
    }
  };
  return {
    get isOwn() {
      return isOwn;
    },
    get generation() {
      return generation;
    },
    query: async (sql, parameters) => on(await current(), sql, parameters),
    async bounded(sql, parameters) {
      const mine = await current();
      return isOwn ? on(mine, prepared(sql), parameters) : transaction((query) => query(sql, parameters));
    },
    transaction,
    close() {
      if (client === undefined) return;
      const mine = client;
      client = undefined;
      mine.removeAllListeners('error');
      // Not to be used by others: it may hold the lock.
      mine.release(true);
    },
  };
};

/** What is asked again and again is parsed once by each connection. */
const prepared = (text: string): { readonly name: string; readonly text: string } => ({
  name: `pg_ai ${createHash('md5').update(text).digest('hex')}`,
  text,
});

/** The doorbell of a session; it hangs only where notifications arrive. */
export const createBell = (session: Session, listener: Listener): Bell => {
  let before: string | undefined;
  return {
    async hang() {
      if (!listener.works || !session.isOwn) return 'deaf';
      const [row] = await session.query<{ hangs: boolean }>(`select pg_catalog.pg_try_advisory_lock(${LOCK}) as hangs`);
      if (row?.hangs !== true) return 'taken';
      // Who has looked for the bell before it hung has a lower transaction id than this one.
      const [mark] = await session.query<{ id: string }>('select pg_catalog.pg_current_xact_id()::text as id');
      before = mark?.id;
      return 'hung';
    },
    async isSettled() {
      if (before === undefined) return true;
      const [row] = await session.query<{ settled: boolean }>(
        'select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) > $1::xid8 as settled',
        [before],
      );
      return row?.settled === true;
    },
    async takeDown() {
      before = undefined;
      await session.query(`select pg_catalog.pg_advisory_unlock(${LOCK})`);
    },
  };
};
