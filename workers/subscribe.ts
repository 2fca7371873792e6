import type pg from 'pg';
import type { Logger } from 'pino';
import type { Event } from './delivery.ts';
import { createListener } from './listen.ts';
import { createPool } from './pool.ts';
import { type Found, type Pace, type RhythmState, startRhythm } from './relay/rhythm.ts';
import { BELL_CHANNEL, createBell, createSession, type Session } from './relay/session.ts';
import { Events } from './runner/events.ts';
import { createLog } from './telemetry/log.ts';

/** Keeps how far a listener has come, in a place of your own. */
export interface PositionStore {
  /** @returns undefined where nothing is kept yet */
  load(): Promise<string | undefined>;
  save(position: string): Promise<void>;
}

export interface SubscribeOptions {
  /** The database, as pg takes it; as a login that is a member of ai_worker. */
  readonly connection: pg.ClientConfig;
  /**
   * Under this name the position is kept in ai.listeners, which retention respects, and only one process of a name reads at a time: others stand by and take over. (Not so behind a
   * pooler that shares sessions.)
   */
  readonly name: string;
  /** As in ai.subscriptions. Default: every event. */
  readonly topics?: readonly string[];
  /** Where to begin when nothing is kept: 'now' (default), 'beginning', or the id of the last event that is known already. */
  readonly startAt?: string;
  /**
   * Called with one event after the other, in the order in which they were written, at least once. What it throws is logged, and the same event comes again after a
   * pause; to skip it, catch it.
   * @param signal aborted when the subscription stops
   */
  readonly handle: (event: Event, signal: AbortSignal) => Promise<void> | void;
  /** Default: ai.listeners. */
  readonly store?: PositionStore;
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** How many events are read at once. Default 500. */
  readonly batch?: number;
  /** How long a statement may take, in ms, before its connection is given up. Default 10,000. */
  readonly answerMs?: number;
  readonly pace?: Pace;
  readonly log?: Logger;
}

export interface EventStream {
  /** standby: another process reads under this name. */
  readonly state: RhythmState | 'standby';
  /** Behind the last event that was handled; undefined before the first look. */
  readonly position: string | undefined;
  /** Waits for the event at hand and keeps the position. */
  stop(): Promise<void>;
}

/**
 * Reads the event log: from the kept position on, without gaps, however the connection fares and whoever commits late; woken by the doorbell, by polling where there is none.
 * Needs no relay.
 * @throws nothing: the database being away is waited for
 */
export const subscribe = (options: SubscribeOptions): EventStream => {
  const { connection, name, topics = ['**'], batch = 500, answerMs = 10_000, log = createLog('info') } = options;
  const pool = createPool({ connection, max: 3, applicationName: `pg-ai ${name}`.slice(0, 63), answerMs });
  const session = createSession(pool, 30_000, answerMs);
  const listener = createListener({
    connection,
    notify: (channel, payload) => pool.query('select pg_notify($1, $2)', [channel, payload]),
    log,
  });
  const events = new Events(pool, false);
  const stopping = new AbortController();
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([stopping.signal, options.signal]);
  const store = options.store ?? createDatabaseStore(session, name, topics);
  let position: string | undefined;
  let saved: string | undefined;
  let savedAt = 0;
  let isAlone = false;
  let claimed = 0;

  const save = async (): Promise<void> => {
    if (position === undefined || position === saved) return;
    await store.save(position);
    saved = position;
    savedAt = performance.now();
  };

  /** One process of a name reads at a time, as long as its connection lives. Behind a pooler nobody can tell, and everyone reads. */
  const claim = async (): Promise<boolean> => {
    if (isAlone && claimed === session.generation) return true;
    isAlone = false;
    await session.query('select 1');
    const mine = session.generation;
    const [row] = session.isOwn
      ? await session.query<{ alone: boolean }>(
          `select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('pg_ai.listener ' || $1, 0)) as alone`,
          [name],
        )
      : [{ alone: true }];
    if (row?.alone !== true || mine !== session.generation) return false;
    const kept = await store.load();
    // Where nobody else has read meanwhile, what is known here is further on.
    if (position === undefined || kept !== saved) position = kept ?? (await begin(session, options.startAt ?? 'now'));
    saved = kept;
    await save();
    claimed = mine;
    isAlone = true;
    return true;
  };

  const look = async (): Promise<Found> => {
    if (!(await claim())) return { events: 0, more: false };
    const [read] = await session.query<Read>(READ, [position, topics, batch]);
    if (read === undefined) return { events: 0, more: false };
    if (read.first !== null && read.last !== null) {
      const loaded = await events.load({ ids: read.ids, from: read.first, until: read.last });
      // The server takes a session that says nothing for one that has vanished; a handler may take longer.
      const alive = setInterval(() => session.query('select 1').catch(() => {}), 5000);
      try {
        for (const event of loaded) {
          if (signal.aborted) return { events: 0, more: false };
          await options.handle(event, signal);
          position = `${read.head}${event.id}`;
        }
      } catch (error) {
        await save();
        throw error;
      } finally {
        clearInterval(alive);
      }
    }
    position = read.next;
    // Where nothing concerned it, the position is worth keeping only now and then.
    if (read.ids.length > 0 || performance.now() - savedAt > 10_000) await save();
    return { events: read.looked_at, more: read.unfinished };
  };

  const rhythm = startRhythm({
    look,
    bell: createBell(session, listener),
    pace: { takenMs: 100, ...options.pace },
    log,
  });
  const unlisten = listener.on(BELL_CHANNEL, () => rhythm.wake());
  let ended: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    unlisten();
    await rhythm.stop();
    if (isAlone) await save().catch((error) => log.warn({ err: error }, 'the position could not be kept'));
    session.close();
    await listener.close();
    await pool.end();
  };
  const stopOnce = (): Promise<void> => {
    ended ??= stop();
    return ended;
  };
  if (options.signal?.aborted === true) void stopOnce();
  options.signal?.addEventListener('abort', () => void stopOnce(), { once: true });

  return {
    get state() {
      return rhythm.state !== 'stopped' && rhythm.state !== 'failing' && !isAlone ? 'standby' : rhythm.state;
    },
    get position() {
      return position;
    },
    stop: stopOnce,
  };
};

interface Read {
  readonly ids: string[];
  /** Null where there are none. */
  readonly first: string | null;
  readonly last: string | null;
  readonly next: string;
  readonly head: string;
  readonly looked_at: number;
  readonly unfinished: boolean;
  readonly [column: string]: unknown;
}

const READ = `
  select r.ids::text[] as ids, (select min(t)::text from unnest(r.times) as t) as first, (select max(t)::text from unnest(r.times) as t) as last, r.next, r.head,
    r.looked_at, r.unfinished
  from ai_private.read_events($1, $2, $3) as r`;

const begin = async (session: Session, startAt: string): Promise<string> => {
  if (startAt !== 'now') {
    // Raises where it is none, before it is kept.
    await session.query('select from ai.events_after($1::text, most => 1)', [startAt]);
    return startAt;
  }
  const [row] = await session.query<{ position: string }>('select ai.event_position() as position');
  return row?.position ?? 'beginning';
};

const createDatabaseStore = (session: Session, name: string, topics: readonly string[]): PositionStore => ({
  async load() {
    const [row] = await session.query<{ position: string }>('select position from ai.listeners where name = $1', [
      name,
    ]);
    return row?.position;
  },
  async save(position) {
    await session.query(
      `insert into ai.listeners (name, topics, position) values ($1, $2, $3)
       on conflict (name) do update set topics = excluded.topics, position = excluded.position, moved_at = clock_timestamp()`,
      [name, topics, position],
    );
  },
});
