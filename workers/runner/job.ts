import type { Wanted } from './events.ts';

/** What the relay puts into a job, and what the runner adds when it puts one back. */
export interface JobPayload extends Wanted {
  readonly subscription: string;
  /** Attempts that have failed so far. */
  readonly failures: number;
  /** Later events of the same row wait for this one: see ai_private.delivery_held. */
  readonly held: boolean;
  /** The queue whose jobs run one after the other; null where the order does not count. */
  readonly queue: string | null;
}

type Raw = {
  readonly subscription?: unknown;
  readonly event?: unknown;
  readonly at?: unknown;
  readonly events?: unknown;
  readonly from?: unknown;
  readonly until?: unknown;
  readonly attempt?: unknown;
  readonly held?: unknown;
  readonly queue?: unknown;
};

/** @returns undefined where it is none of the relay's */
export const readPayload = (payload: unknown): JobPayload | undefined => {
  const { subscription, event, at, events, from, until, attempt, held, queue } = (payload ?? {}) as Raw;
  if (typeof subscription !== 'string') return undefined;
  const rest = {
    failures: typeof attempt === 'number' ? attempt : 0,
    held: held === true,
    queue: typeof queue === 'string' ? queue : null,
  };
  if (typeof event === 'string' && typeof at === 'string')
    return { subscription, ids: [event], from: at, until: at, ...rest };
  if (Array.isArray(events) && typeof from === 'string' && typeof until === 'string')
    return { subscription, ids: events.map(String), from, until, ...rest };
  return undefined;
};

/** The same as the relay writes it. */
export const writePayload = ({
  subscription,
  ids,
  from,
  until,
  failures,
  held,
  queue,
}: JobPayload): Record<string, unknown> => ({
  subscription,
  ...(ids.length === 1 && from === until ? { event: ids[0], at: from } : { events: ids, from, until }),
  ...(failures === 0 ? {} : { attempt: failures }),
  ...(held ? { held } : {}),
  ...(queue === null ? {} : { queue }),
});
