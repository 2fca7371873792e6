import type pg from 'pg';
import type { Logger } from 'pino';
import type { Listener } from '../listen.ts';
import type { EventText } from '../runner/events.ts';
import { type Apart, blame, createApart, isStopped } from './apart.ts';
import { type Broker, lookForBrokers } from './pump.ts';
import { type Found, type Pace, type Rhythm, type RhythmState, startRhythm } from './rhythm.ts';
import { BELL_CHANNEL, createBell, createSession, type Session } from './session.ts';

export interface RelayOptions {
  /** Gives one connection, a second one where there are brokers, and another one while filters of subscriptions take long, as a member of ai_worker. */
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
  /**
   * How long a round may take, in ms. Where a filter is what takes longer, its subscription is looked after by itself from then on; else fewer
   * events are taken at once. Default 3000.
   */
  readonly roundMs?: number;
  /** The most events that a round returns itself, for somebody here who does their jobs. Asked before each round. Default: none. */
  readonly tell?: () => number;
  /** Called after each round that handed something on. */
  readonly onRound?: (round: {
    readonly delivery: 'job' | 'notify' | 'broker';
    readonly events: number;
    readonly seconds: number;
    /** Of those that became jobs, where they are no more than were wanted. */
    readonly told?: readonly EventText[];
  }) => void;
}

export interface Relay {
  readonly state: RhythmState;
  /** Why it is failing. */
  readonly problem: string | undefined;
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
  const open = (): Session => createSession(pool, options.goneMs, options.roundMs);
  const rhythms: Rhythm[] = [];
  const sessions: Session[] = [];
  const start = (pick: (session: Session) => () => Promise<Found>): void => {
    const session = open();
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

  const apart = createApart({
    open,
    deliveries: ['job', 'email', 'webhook', 'notify', ...(broker === undefined ? [] : ['broker'])],
    async take(session, subscription, delivery) {
      if (delivery === 'broker' && broker !== undefined)
        return (await lookForBrokers(session, broker, batch, log, onRound, subscription)()).events > 0;
      const [round] = await (delivery === 'notify'
        ? session.bounded<Round>(NOTIFICATIONS, [batch, subscription])
        : session.bounded<Round>(JOBS, [batch, subscription, 0]));
      if (round !== undefined && round.handed_on !== '0')
        onRound?.({ delivery: round.delivery, events: Number(round.handed_on), seconds: 0 });
      return round !== undefined && round.looked_at !== '0';
    },
    batch,
    log,
  });
  start((session) => lookForJobsAndListeners(session, apart, options));
  if (broker !== undefined) start((session) => lookForBrokers(session, broker, batch, log, onRound));
  const unlisten = listener.on(BELL_CHANNEL, () => {
    for (const rhythm of rhythms) rhythm.wake();
  });
  const worst: readonly RhythmState[] = ['failing', 'awake', 'asleep', 'stopped'];

  return {
    get state() {
      return worst.find((state) => rhythms.some((rhythm) => rhythm.state === state)) ?? 'stopped';
    },
    get problem() {
      return rhythms.find(({ state }) => state === 'failing')?.problem;
    },
    wake() {
      for (const rhythm of rhythms) rhythm.wake();
    },
    async stop() {
      unlisten();
      await Promise.all([apart.stop(), ...rhythms.map((rhythm) => rhythm.stop())]);
      for (const session of sessions) session.close();
    },
  };
};

interface Round {
  readonly delivery: 'job' | 'notify';
  readonly handed_on: string;
  readonly looked_at: string;
  readonly unfinished: boolean;
  readonly told: readonly EventText[];
}

// Where nobody wants the one or the other, it is not looked for.
const JOBS = `select 'job' as delivery, j.handed_on, j.looked_at, j.unfinished, j.told from ai_private.relay_jobs($1, $2, $3) as j
  where exists (select from ai.subscriptions s where s.delivery in ('job', 'email', 'webhook'))`;
const NOTIFICATIONS = `select 'notify' as delivery, n.handed_on, n.looked_at, n.unfinished, '[]'::json as told from ai_private.relay_notifications($1, $2) as n
  where exists (select from ai.subscriptions s where s.delivery = 'notify')`;

/** How often it is asked whether subscriptions are to be looked after by themselves. */
const APART_MS = 1000;

const lookForJobsAndListeners = (
  session: Session,
  apart: Apart,
  { batch = 1000, log, tell = () => 0, onRound }: RelayOptions,
): (() => Promise<Found>) => {
  // Both in one statement and one transaction, until one of them fails: then the other must not wait for it.
  let split = false;
  let size = batch;
  let askedAt = Number.NEGATIVE_INFINITY;
  const round = async (sql: string): Promise<Round[]> => {
    const rounds = await session.bounded<Round>(sql, [size, null, ...(sql === NOTIFICATIONS ? [] : [tell()])]);
    size = Math.min(batch, size * 2);
    return rounds;
  };
  /** @returns whether the rest can go on at once */
  const isMended = async (error: unknown): Promise<boolean> => {
    if ((await blame(session, error, size, log)) !== undefined) {
      apart.wake();
      return true;
    }
    // No filter took that long; a slow server does, for as many events.
    if (!isStopped(error) || size === 1) return false;
    size = Math.max(1, Math.floor(size / 4));
    return true;
  };
  return async () => {
    const started = performance.now();
    if (started - askedAt > APART_MS) {
      askedAt = started;
      const [row] = await session.query<{ some: boolean }>('select ai_private.some_apart() as some');
      if (row?.some === true) apart.wake();
    }
    const rounds: Round[] = [];
    try {
      if (!split) rounds.push(...(await round(`${JOBS} union all ${NOTIFICATIONS}`)));
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      if (await isMended(error)) return { events: 0, more: true };
      split = true;
    }
    if (split) {
      const failures: unknown[] = [];
      // One after the other: it is one connection.
      for (const sql of [NOTIFICATIONS, JOBS]) {
        try {
          rounds.push(...(await round(sql)));
        } catch (error) {
          failures.push(error);
          if (await isMended(error)) continue;
          // The queue of notifications is full. Who asks how full it is makes it look which part nobody needs any more; who adds to it does not.
          if ((error as { code?: string }).code === '54000')
            await session.query('select pg_catalog.pg_notification_queue_usage()');
        }
      }
      if (failures.length === 0) split = false;
      else if (rounds.every(({ looked_at }) => looked_at === '0')) throw failures[0];
    }
    const seconds = (performance.now() - started) / 1000;
    for (const { delivery, handed_on, told } of rounds)
      if (handed_on !== '0') onRound?.({ delivery, events: Number(handed_on), seconds, told });
    return {
      // The same events for many subscriptions are no more events.
      events: Math.max(0, ...rounds.map(({ looked_at }) => Number(looked_at))),
      more: rounds.some(({ unfinished }) => unfinished),
    };
  };
};
