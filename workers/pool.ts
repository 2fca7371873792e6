import type { Socket } from 'node:net';
import pg from 'pg';

export interface PoolOptions {
  readonly connection: pg.ClientConfig;
  readonly max: number;
  readonly applicationName: string;
  /** A statement that takes longer costs its connection: nothing else ends one that is half open. Undefined: no limit. */
  readonly answerMs?: number;
  /**
   * Called when a statement or a connection fails. Whoever waits for it then waits for ever: for users that make a mess of errors, and are given up with the
   * pool (discard).
   */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * A pool whose connections cannot hang. A connection of which the other side has vanished without a word accepts statements and never answers;
 * pg's own query_timeout fails the statement but leaves the connection in the pool.
 */
export const createPool = ({ connection, max, applicationName, answerMs, onFailure }: PoolOptions): pg.Pool => {
  const Client = answerMs === undefined ? pg.Client : watchedClient(answerMs);
  const pool = new pg.Pool({
    ...connection,
    max,
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: answerMs ?? 10_000,
    idleTimeoutMillis: 60_000,
    Client: onFailure === undefined ? Client : hushedClient(Client, onFailure),
  });
  if (onFailure !== undefined) {
    const connect = pool.connect.bind(pool) as (callback?: unknown) => Promise<pg.PoolClient>;
    pool.connect = ((callback?: unknown) =>
      callback === undefined ? hush(connect(), onFailure) : connect(callback)) as typeof pool.connect;
  }
  // A connection that breaks while it idles is replaced; whoever needs the next one hears whether that works.
  pool.on('error', () => {});
  const open = new Set<pg.PoolClient>();
  connections.set(pool, open);
  // One that breaks in somebody's hands fails their next statement; without a listener it would end the process.
  pool.on('connect', (client) => {
    open.add(client);
    client.on('error', () => {});
  });
  pool.on('remove', (client) => open.delete(client));
  return pool;
};

const connections = new WeakMap<pg.Pool, Set<pg.PoolClient>>();

/** Ends a pool without waiting for anybody: whatever runs on its connections fails. */
export const discard = (pool: pg.Pool): void => {
  // Those that idle say goodbye; one that is in somebody's hands may be half open.
  const open = [...(connections.get(pool) ?? [])];
  pool.end().catch(() => {});
  setTimeout(() => {
    for (const client of open) cut(client, 'the pool is given up');
  }, 100);
};

/** Cuts the connection: what runs on it fails at once, and the pool lets go of it. */
export const cut = (client: pg.ClientBase, why: string): void => {
  // The driver has no public way to its socket.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.destroy(new Error(why));
};

const watchedClient = (answerMs: number): typeof pg.Client => {
  class WatchedClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: query() is overloaded many times over; all that matters is how it says that it is done
    override query(...args: any[]): any {
      let late: NodeJS.Timeout | undefined;
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        args[args.length - 1] = (...result: unknown[]) => {
          clearTimeout(late);
          callback(...result);
        };
      }
      // biome-ignore lint/suspicious/noExplicitAny: likewise
      const answer = (super.query as any)(...args);
      if (typeof callback === 'function' || answer instanceof Promise)
        late = setTimeout(() => cut(this, `no answer from the server within ${answerMs} ms`), answerMs);
      return answer instanceof Promise ? answer.finally(() => clearTimeout(late)) : answer;
    }
  }
  return WatchedClient as typeof pg.Client;
};

const hush = <T>(answer: Promise<T>, onFailure: (error: unknown) => void): Promise<T> =>
  answer.catch((error) => {
    onFailure(error);
    return new Promise<never>(() => {});
  });

const hushedClient = (Base: typeof pg.Client, onFailure: (error: unknown) => void): typeof pg.Client => {
  class HushedClient extends Base {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    override query(...args: any[]): any {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      const answer = (super.query as any)(...args);
      return answer instanceof Promise ? hush(answer, onFailure) : answer;
    }
  }
  return HushedClient as typeof pg.Client;
};
