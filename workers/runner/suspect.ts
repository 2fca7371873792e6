import type { Queryable } from '../delivery.ts';
import type { LoadedEvent } from './events.ts';

/** Those of the events whose delivery has not been recorded as done. */
export const notDone = async (
  database: Queryable,
  subscription: string,
  events: readonly LoadedEvent[],
): Promise<LoadedEvent[]> => {
  const { rows } = await database.query<{ id: string }>(
    `select event_id::text as id from ai_private.delivery_done where subscription = $1 and event_id = any($2::bigint[]) and key = ''`,
    [subscription, events.map(({ id }) => id)],
  );
  const done = new Set(rows.map(({ id }) => id));
  return events.filter(({ id }) => !done.has(id));
};

/** Suspects of a worker are attempted one after the other: of several that ran when it died again, none could be told from the others. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** @returns what says when those before it are over, and what ends this one */
  next(): { readonly begins: Promise<void>; readonly end: () => void } {
    const begins = this.#last;
    const over = Promise.withResolvers<void>();
    this.#last = begins.then(() => over.promise);
    return { begins, end: over.resolve };
  }
}

/**
 * Notes that a delivery which was in a dead worker's hands is about to be started.
 * @returns how often that was done before, and the worker did not come back
 */
export const noteStart = async (database: Queryable, subscription: string, event: LoadedEvent): Promise<number> => {
  const { rows } = await database.query<{ starts: number }>(
    `insert into ai_private.delivery_suspect as s (subscription, event_id) values ($1, $2)
     on conflict (subscription, event_id) do update set starts = s.starts + 1 returning s.starts`,
    [subscription, event.id],
  );
  return (rows[0]?.starts ?? 1) - 1;
};

/** The attempt has ended somehow, and the worker lives. */
export const acquit = (database: Queryable, subscription: string, event: LoadedEvent): Promise<unknown> =>
  database.query('delete from ai_private.delivery_suspect where subscription = $1 and event_id = $2', [
    subscription,
    event.id,
  ]);

/** Makes dead letters of the deliveries. */
export const bury = async (
  database: Queryable,
  subscription: string,
  events: readonly LoadedEvent[],
  attempts: number,
  error: string,
): Promise<void> => {
  await database.query(
    `with no_suspect as (
       delete from ai_private.delivery_suspect where subscription = $1 and event_id = any($2::bigint[])
     )
     insert into ai.dead_letters as d (subscription, event_id, event_at, attempts, error)
     select $1, e.id, e.at, $4, $5 from unnest($2::bigint[], $3::timestamptz[]) as e (id, at)
     on conflict (subscription, event_id) do update set attempts = excluded.attempts, error = excluded.error, at = clock_timestamp()`,
    [subscription, events.map(({ id }) => id), events.map(({ atText }) => atText), attempts, error],
  );
};
