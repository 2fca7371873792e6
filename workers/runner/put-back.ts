import type { JobHelpers } from 'graphile-worker';
import type { Queryable } from '../delivery.ts';
import type { LoadedEvent } from './events.ts';
import { type JobPayload, writePayload } from './job.ts';

/**
 * How a job goes back to the queue: as a new job of the same key, while the one that is running ends as if it had succeeded. graphile-worker's own way
 * back knows one backoff for all, and passes over a job of an ordered queue.
 */
export interface PutBack {
  readonly database: Queryable;
  readonly helpers: JobHelpers;
  readonly payload: JobPayload;
  readonly events: readonly LoadedEvent[];
  readonly ordered: boolean;
  /** Attempts that have failed, this one included if it did. */
  readonly failures: number;
  readonly delayMs: number;
}

/** What may be tried any number of times as far as graphile-worker is concerned: the runner counts by itself. */
const UNLIMITED = 32_767;

/** Puts the delivery back as it is. A batch whose attempt has failed goes back event by event, so that a bad one does not hold up the others. */
// Only while the job is locked by this worker. Of one that was freed meanwhile graphile-worker would make the new one, under the same id, and the end of this
// attempt would delete it.
export const putBack = async (job: PutBack & { readonly split: boolean }): Promise<boolean> => {
  const { database, helpers, payload, events, ordered, failures, delayMs, split } = job;
  const parts: { readonly payload: JobPayload; readonly key: string | null }[] =
    split && events.length > 1
      ? events.map(({ id, atText }) => ({
          payload: { ...payload, ids: [id], from: atText, until: atText, failures, held: ordered },
          key: `${payload.subscription}:${id}`,
        }))
      : [{ payload: { ...payload, failures, held: ordered }, key: helpers.job.key }];
  // Where the order counts, each part gets a time of its own; and a held row, before which no later event of the same row may go.
  const { rows } = await database.query<{ mine: boolean }>(
    `with mine as materialized (
       select j.id from graphile_worker._private_jobs j where j.id = $11 and j.locked_by = $12 for update
     ), held as (
       insert into ai_private.delivery_held (subscription, entity, row_key, event_id, until)
       select $1, h.entity, h.row_key, h.event_id, clock_timestamp() + $2 * interval '1 ms'
       from unnest($3::text[], $4::text[], $5::bigint[]) as h (entity, row_key, event_id)
       where exists (select from mine)
       on conflict (subscription, entity, row_key, event_id) do update set until = excluded.until
     )
     select exists (select from mine) as mine, (select count(*) from mine cross join lateral graphile_worker.add_jobs(array(
       select row($6, p.payload, $7, clock_timestamp() + $2 * interval '1 ms' + (p.n - 1) * interval '1 us', ${UNLIMITED}, p.key, $8, null)::graphile_worker.job_spec
       from unnest($9::json[], $10::text[]) with ordinality as p (payload, key, n)
       order by p.n))) as added`,
    [
      payload.subscription,
      delayMs,
      ordered ? events.map(({ entity }) => entity) : [],
      ordered ? events.map(({ keyText }) => keyText) : [],
      ordered ? events.map(({ id }) => id) : [],
      helpers.job.task_identifier,
      payload.queue,
      helpers.job.priority,
      parts.map((part) => JSON.stringify(writePayload(part.payload))),
      parts.map(({ key }) => key),
      helpers.job.id,
      helpers.job.locked_by,
    ],
  );
  return rows[0]?.mine === true;
};

/** Later events of the same row need not wait for these any more. */
export const letGo = (database: Queryable, subscription: string, events: readonly LoadedEvent[]): Promise<unknown> =>
  database.query('delete from ai_private.delivery_held where subscription = $1 and event_id = any($2::bigint[])', [
    subscription,
    events.map(({ id }) => id),
  ]);

/** Until when earlier events of the same rows are held; undefined where there are none. */
export const heldUntil = async (
  database: Queryable,
  subscription: string,
  events: readonly LoadedEvent[],
): Promise<Date | undefined> => {
  const { rows } = await database.query<{ until: Date | null }>(
    `select max(h.until) as until
     from unnest($2::text[], $3::text[], $4::bigint[]) as e (entity, row_key, event_id)
     join ai_private.delivery_held h on h.subscription = $1 and h.entity = e.entity and h.row_key = e.row_key and h.event_id < e.event_id
     where h.event_id <> all ($4)`,
    [
      subscription,
      events.map(({ entity }) => entity),
      events.map(({ keyText }) => keyText),
      events.map(({ id }) => id),
    ],
  );
  return rows[0]?.until ?? undefined;
};
