import type { Logger } from 'pino';
import type { Session } from './session.ts';

/**
 * Subscriptions whose filters take long. A round of the relay serves many, and the server ends it after a time; where it was a filter that took it, that
 * one's subscription is looked after by itself from then on, on a connection of its own, so that it holds up no others.
 */
export interface Apart {
  /** Looks whether there is something to do, in the background. */
  wake(): void;
  stop(): Promise<void>;
}

export interface ApartOptions {
  /** Opens a connection when there is something to do. */
  readonly open: () => Session;
  readonly deliveries: readonly string[];
  /**
   * Takes events of one subscription.
   * @returns whether there were any
   */
  readonly take: (session: Session, subscription: string, delivery: string) => Promise<boolean>;
  /** The most events that are taken at once. */
  readonly batch: number;
  readonly log: Logger;
}

export const createApart = ({ open, deliveries, take, batch, log }: ApartOptions): Apart => {
  let running: Promise<void> | undefined;
  let stopped = false;

  const run = async (): Promise<void> => {
    const session = open();
    try {
      for (let busy = true; busy && !stopped; ) {
        busy = false;
        const due = await session.query<{ subscription: string; delivery: string }>(
          'select * from ai_private.apart($1)',
          [deliveries],
        );
        for (const { subscription, delivery } of due) {
          if (stopped) return;
          try {
            if (await take(session, subscription, delivery)) busy = true;
          } catch (error) {
            if ((await blame(session, error, batch, log)) === undefined) throw error;
            busy = true;
          }
        }
      }
    } catch (error) {
      if (!stopped) log.warn({ err: error }, 'subscriptions with slow filters cannot be looked after; trying again');
    } finally {
      session.close();
    }
  };

  return {
    wake() {
      if (!stopped)
        running ??= run().finally(() => {
          running = undefined;
        });
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
};

/**
 * Whether a failure is that of a filter that was stopped: at the time limit, for want of memory, or at another limit of the server. Its subscription is noted then.
 * @param most how many events a subscription was asked for
 * @returns the subscription's name
 */
export const blame = async (
  session: Session,
  error: unknown,
  most: number,
  log: Logger,
): Promise<string | undefined> => {
  const { code, where, message } = error as { code?: string; where?: string; message?: string };
  if (!/^(57014|53|54)/.test(code ?? '')) return undefined;
  // The server says in which function it was. Names of subscriptions hold no quotes.
  const subscription = /ai_gen\."taker:([^"]+)"\(/.exec(where ?? '')?.[1];
  if (subscription === undefined) return undefined;
  const [row] = await session.query<{ apart: boolean }>('select ai_private.set_apart($1, $2, $3) as apart', [
    subscription,
    message,
    most,
  ]);
  if (row?.apart !== true) return undefined;
  log.warn({ err: error, subscription }, 'the filter of a subscription was stopped; it is looked after by itself');
  return subscription;
};

/** Ended by the server at the time limit. */
export const isStopped = (error: unknown): boolean => (error as { code?: string }).code === '57014';
