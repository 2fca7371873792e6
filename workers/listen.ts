import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import pgListen, { type Subscriber } from 'pg-listen';
import type { Logger } from 'pino';

/** Hears NOTIFY on one connection, for as long as it is open, whatever happens to that connection. */
export interface Listener {
  /**
   * Whether notifications arrive at present. False while the connection is away, and always behind a pooler that shares sessions: then whoever
   * waits for a doorbell has to poll.
   */
  readonly works: boolean;
  /**
   * Calls `ring` for each notification on the channel, and without a payload when some may have been missed: after each (re)connection.
   * @returns what stops it
   */
  on(channel: string, ring: (payload: string | undefined) => void): () => void;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly connection: pg.ClientConfig;
  /** Another connection, through the same pooler if there is one, on which to ring our own bell. */
  readonly notify: (channel: string, payload: string) => Promise<unknown>;
  /** How often it is tried whether what is rung is heard; how long a half-open connection can go unnoticed. Default 10 s. */
  readonly heartbeatMs?: number;
  /** How long an answer or an echo may take. Default 5 s. */
  readonly answerMs?: number;
  readonly log: Logger;
}

/**
 * Starts to listen and does not wait for it: a server that is away is tried until it is there. pg-listen alone gives up after 3 s (retryTimeout),
 * stays silent where the connection breaks while it listens anew, and hangs on a half-open connection; nor can it tell a pooler that swallows LISTEN.
 */
export const createListener = (options: ListenerOptions): Listener => {
  const { log, notify, heartbeatMs = 10_000, answerMs = 5_000 } = options;
  const rings = new Map<string, Set<(payload: string | undefined) => void>>();
  const echo = `pg_ai_echo_${randomBytes(9).toString('hex')}`;
  let generation = 0;
  let current: Subscriber | undefined;
  let works = false;
  let closed = false;
  let warned = false;
  let retry: NodeJS.Timeout | undefined;
  let heardEcho: ((payload: string) => void) | undefined;

  const ringAll = (): void => {
    for (const some of rings.values()) for (const ring of some) ring(undefined);
  };

  const start = async (): Promise<void> => {
    const mine = ++generation;
    const again = (why: unknown): void => {
      if (closed || mine !== generation) return;
      generation++;
      works = false;
      log.warn({ err: why }, 'the listening connection is lost; connecting again');
      subscriber.close().catch(() => {});
      retry = setTimeout(() => void start(), 1000);
    };
    const subscriber = pgListen.default(
      {
        ...options.connection,
        // Both also end pg-listen's own check of a connection on which nothing comes back.
        query_timeout: answerMs,
        connectionTimeoutMillis: answerMs,
      },
      {
        retryInterval: (attempt) => Math.min(5000, 100 * 2 ** Math.min(attempt, 6)),
        retryTimeout: Number.POSITIVE_INFINITY,
        paranoidChecking: heartbeatMs,
        parse: (text) => text,
      },
    );
    subscriber.events.on('notification', ({ channel, payload }) => {
      if (mine !== generation) return;
      if (channel === echo) heardEcho?.(String(payload));
      else for (const ring of rings.get(channel) ?? []) ring(payload as string | undefined);
    });
    subscriber.events.on('reconnect', () => {
      works = false;
      // The only way out of its loop.
      if (closed || mine !== generation) throw new Error('closed');
    });
    let first = true;
    subscriber.events.on('connected', () => {
      if (closed || mine !== generation) void subscriber.close().catch(() => {});
      else if (!first) void listening(mine);
    });
    // It has stopped trying by then.
    subscriber.events.on('error', again);
    try {
      await subscriber.connect();
      first = false;
      if (closed || mine !== generation) return void (await subscriber.close());
      current = subscriber;
      await subscriber.listenTo(echo);
      for (const channel of rings.keys()) await subscriber.listenTo(channel);
      await listening(mine);
    } catch (error) {
      again(error);
    }
  };

  const listening = async (mine: number): Promise<void> => {
    works = false;
    await beat(mine);
    // Where nothing is heard, what is to be looked for is looked for once all the same.
    if (mine === generation && !works) ringAll();
  };

  /** Rings and hears whether it rings. */
  const beat = async (mine: number): Promise<void> => {
    const token = randomBytes(6).toString('hex');
    const heard = new Promise<boolean>((done) => {
      const late = setTimeout(() => done(false), answerMs);
      heardEcho = (payload) => {
        if (payload !== token) return;
        clearTimeout(late);
        done(true);
      };
    });
    try {
      await notify(echo, token);
    } catch {
      // Whether the listening connection lives cannot be said just now; it is asked again with the next beat.
      return;
    }
    const before = works;
    const now = await heard;
    if (closed || mine !== generation) return;
    works = now;
    if (works && !before) ringAll();
    if (!works && !warned) {
      warned = true;
      log.warn('LISTEN does not work here (a pooler that shares sessions?): polling instead');
    }
  };

  const heartbeat = setInterval(() => {
    if (current !== undefined) void beat(generation);
  }, heartbeatMs);
  heartbeat.unref();
  void start();

  return {
    get works() {
      return works;
    },
    on(channel, ring) {
      const some = rings.get(channel) ?? new Set();
      rings.set(channel, some);
      some.add(ring);
      // Where it fails, the connection is gone, and all channels are listened to again.
      Promise.resolve(current?.listenTo(channel)).catch(() => {});
      return () => {
        some.delete(ring);
        if (some.size > 0) return;
        rings.delete(channel);
        Promise.resolve(current?.unlisten(channel)).catch(() => {});
      };
    },
    async close() {
      closed = true;
      works = false;
      clearInterval(heartbeat);
      clearTimeout(retry);
      rings.clear();
      // A connection that is half open does not say goodbye.
      await Promise.race([current?.close().catch(() => {}), delay(1000, undefined, { ref: false })]);
    },
  };
};
