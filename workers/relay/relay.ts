import type pg from 'pg';
import type { Logger } from 'pino';
import type { Listener } from '../listen.ts';
import { type Broker, lookForBrokers } from './pump.ts';
import { type Found, type Pace, type Rhythm, type RhythmState, startRhythm } from './rhythm.ts';
import { BELL_CHANNEL, createBell, createSession, type Session } from './session.ts';

export interface RelayOptions {
  /** Gives one connection, and a second one where there are brokers, as a member of ai_worker. */
  readonly pool: pg.Pool;
  /** Hears the doorbell; where it does not work, the relay polls. */
  readonly listener: Listener;
  readonly log: Logger;
  /** Where messages of subscriptions with the delivery broker go. Default: nowhere, they wait. */
  readonly broker?: Broker;
  /** The most events that a subscription gets in one transaction. Default 1000. */
  readonly batch?: number;
  readonly pace?: Pace;
  /** How long the server waits for a relay that has vanished until it lets others go on. Default 30,000. */
  readonly goneMs?: number;
  /** Called after each round that handed something on. */
  readonly onRound?: (round: {
    readonly delivery: 'job' | 'notify' | 'broker';
    readonly events: number;
    readonly seconds: number;
  }) => void;
}

export interface Relay {
  readonly state: RhythmState;
  /** Looks at once. */
  wake(): void;
  /** Finishes the round at hand. */
  stop(): Promise<void>;
}

/**
 * Moves events to their subscribers: looks at the log again and again, as often as it is worth it, and sleeps until the doorbell rings where nothing happens.
 * Any number of relays may run. The server being away is no error; it is tried until it is there.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { pool, listener, log, broker, batch = 1000, pace = {}, onRound } = options;
  const rhythms: Rhythm[] = [];
  const sessions: Session[] = [];
  const start = (pick: (session: Session) => () => Promise<Found>): void => {
    const session = createSession(pool, options.goneMs);
    const look = pick(session);
    sessions.push(session);
    rhythms.push(
      startRhythm({
        look: async () => {
          const found = await look();
          // What one has seen concerns the other.
          if (found.events > 0) for (const rhythm of rhythms) if (rhythm.state === 'asleep') rhythm.wake();
          return found;
        },
        bell: createBell(session, listener),
        pace,
        log,
      }),
    );
  };

  start((session) => lookForJobsAndListeners(session, batch, onRound));
  if (broker !== undefined) start((session) => lookForBrokers(session, broker, batch, log, onRound));
  const unlisten = listener.on(BELL_CHANNEL, () => {
    for (const rhythm of rhythms) rhythm.wake();
  });
  const worst: readonly RhythmState[] = ['failing', 'awake', 'asleep', 'stopped'];

  return {
    get state() {
      return worst.find((state) => rhythms.some((rhythm) => rhythm.state === state)) ?? 'stopped';
    },
    wake() {
      for (const rhythm of rhythms) rhythm.wake();
    },
    async stop() {
      unlisten();
      await Promise.all(rhythms.map((rhythm) => rhythm.stop()));
      for (const session of sessions) session.close();
    },
  };
};

interface Round {
  readonly delivery: 'job' | 'notify';
  readonly handed_on: string;
  readonly looked_at: string;
  readonly unfinished: boolean;
}

const JOBS = `select 'job' as delivery, j.* from ai_private.relay_jobs($1) as j`;
const NOTIFICATIONS = `select 'notify' as delivery, n.* from ai_private.relay_notifications($1) as n`;

const lookForJobsAndListeners = (
  session: Session,
  batch: number,
  onRound: RelayOptions['onRound'],
): (() => Promise<Found>) => {
  // Both in one statement and one transaction, until one of them fails: then the other must not wait for it.
  let apart = false;
  return async () => {
    const started = performance.now();
    const rounds: Round[] = [];
    try {
      if (!apart) rounds.push(...(await session.query<Round>(`${JOBS} union all ${NOTIFICATIONS}`, [batch])));
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      apart = true;
    }
    if (apart) {
      const failures: unknown[] = [];
      // One after the other: it is one connection.
      for (const sql of [NOTIFICATIONS, JOBS]) {
        try {
          rounds.push(...(await session.query<Round>(sql, [batch])));
        } catch (error) {
          failures.push(error);
          // The queue of notifications is full. Who asks how full it is makes it look which part nobody needs any more; who adds to it does not.
          if ((error as { code?: string }).code === '54000')
            await session.query('select pg_catalog.pg_notification_queue_usage()');
        }
      }
      if (failures.length === 0) apart = false;
      else if (rounds.every(({ looked_at }) => looked_at === '0')) throw failures[0];
    }
    const seconds = (performance.now() - started) / 1000;
    for (const { delivery, handed_on } of rounds)
      if (handed_on !== '0') onRound?.({ delivery, events: Number(handed_on), seconds });
    return {
      // The same events for many subscriptions are no more events.
      events: Math.max(0, ...rounds.map(({ looked_at }) => Number(looked_at))),
      more: rounds.some(({ unfinished }) => unfinished),
    };
  };
};
