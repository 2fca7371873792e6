import type { Logger } from 'pino';
import { blame } from './apart.ts';
import type { RelayOptions } from './relay.ts';
import type { Found } from './rhythm.ts';
import type { Session } from './session.ts';

/** A message for a broker: an event. */
export interface BrokerMessage {
  readonly subject: string;
  /** `<subscription>:<event id>`: by it the broker tells what it has already. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message that this broker will never take: it becomes a dead letter. */
export class Unpublishable extends Error {
  override readonly name = 'Unpublishable';
}

/** Where events go on to. */
export interface Broker {
  /**
   * Settles when the broker has them safely; what it has already, it leaves out.
   * @param lanes messages of one lane have to arrive in order
   * @returns for each message of each lane undefined, or why it will never be taken
   * @throws where it cannot be reached or answers late; all are sent again then
   */
  publish(lanes: readonly (readonly BrokerMessage[])[]): Promise<readonly (readonly (Unpublishable | undefined)[])[]>;
  close(): Promise<void>;
}

interface Taken {
  readonly subscription: string;
  readonly settings: { readonly subject?: string };
  readonly ids: string[];
  readonly times: string[];
  readonly queues: (number | null)[];
  readonly looked_at: number;
  readonly unfinished: boolean;
}

/**
 * Takes events of one subscription, hands them to the broker and moves the cursor when the broker has them: what is not acknowledged is taken again, by this relay or
 * another, after a pause in which the other subscriptions have their turn.
 * @param only of this subscription, which is looked after by itself
 */
export const lookForBrokers =
  (
    session: Session,
    broker: Broker,
    batch: number,
    log: Logger,
    onRound: RelayOptions['onRound'],
    only?: string,
  ): (() => Promise<Found>) =>
  async () => {
    const started = performance.now();
    let current: string | undefined;
    let published = 0;
    try {
      const found = await session.transaction(async (query) => {
        // Ids and moments as text: they lose digits in JavaScript.
        const [taken] = await query<Taken>(
          `select t.subscription, t.settings, t.ids::text[] as ids, t.times::text[] as times, t.queues, t.looked_at, t.unfinished
             from ai_private.take_events('{broker}', $1, 1, $2) as t`,
          [batch, only ?? null],
        );
        if (taken === undefined) return { events: 0, more: false };
        current = taken.subscription;
        published = taken.ids.length;
        if (published > 0) await publish(query, broker, taken, log);
        // Another one may have waited.
        return { events: taken.looked_at, more: true };
      });
      if (published > 0)
        onRound?.({ delivery: 'broker', events: published, seconds: (performance.now() - started) / 1000 });
      return found;
    } catch (error) {
      if (current === undefined) {
        if (only === undefined && (await blame(session, error, batch, log)) !== undefined)
          return { events: 0, more: true };
        throw error;
      }
      const message = error instanceof Error ? error.message : String(error);
      await session.query('select ai_private.put_off($1, $2)', [current, message]);
      log.warn({ err: error, subscription: current }, 'the broker has not taken all; trying again after a pause');
      return { events: 0, more: true };
    }
  };

const publish = async (query: Session['query'], broker: Broker, taken: Taken, log: Logger): Promise<void> => {
  const events = await query<Message>(MESSAGES, [taken.ids, taken.times]);
  const queues = new Map(taken.ids.map((id, i) => [id, taken.queues[i] ?? null]));
  const lanes = new Map<unknown, Message[]>();
  for (const event of events) {
    // Without an order each is a lane of its own.
    const lane = queues.get(event.id) ?? event;
    lanes.set(lane, [...(lanes.get(lane) ?? []), event]);
  }
  const outcomes = await broker.publish(
    [...lanes.values()].map((lane) =>
      lane.map(({ id, topic, body, trace }) => ({
        subject: subjectOf(taken.settings.subject ?? '{topic}', topic),
        id: `${taken.subscription}:${id}`,
        body,
        headers: {
          'Pg-Ai-Topic': topic,
          'Pg-Ai-Subscription': taken.subscription,
          ...(trace === null ? {} : { traceparent: trace }),
        },
      })),
    ),
  );
  for (const [i, lane] of [...lanes.values()].entries()) {
    for (const [j, event] of lane.entries()) {
      const refused = outcomes[i]?.[j];
      if (refused === undefined) continue;
      log.error({ err: refused, subscription: taken.subscription, event: event.id }, 'the broker will never take it');
      await query(
        `insert into ai.dead_letters as d (subscription, event_id, event_at, attempts, error) values ($1, $2, $3, 1, $4)
         on conflict (subscription, event_id) do update set attempts = d.attempts + 1, error = excluded.error, at = excluded.at`,
        [taken.subscription, event.id, event.at, refused.message],
      );
    }
  }
};

interface Message {
  readonly id: string;
  readonly at: string;
  readonly topic: string;
  readonly trace: string | null;
  readonly body: string;
}

const MESSAGES = `
  select e.id::text as id, e.at::text as at, e.topic,
    case when e.trace_id ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' then e.trace_id end as trace,
    jsonb_build_object('id', e.id::text, 'at', e.at, 'topic', e.topic, 'entity', e.entity, 'operation', e.operation, 'action', e.action, 'key', e.row_key,
      'actor', e.actor, 'payload', e.payload, 'trace_id', e.trace_id)::text as body
  from unnest($1::bigint[], $2::timestamptz[]) with ordinality as w (id, at, position)
  join ai.event_log e on e.id = w.id and e.at = w.at
  order by w.position`;

/**
 * Labels of a subject have neither spaces nor wildcards, and its dots part it: what a topic quotes is escaped. So is a beginning that makes it one of the server's
 * own: what is published to $JS.API.… commands it.
 */
export const subjectOf = (pattern: string, topic: string): string =>
  pattern
    .replaceAll('{topic}', () =>
      topic
        .replaceAll(/"((?:[^"]|"")*)"/g, (_, quoted: string) => quoted.replaceAll(/[^A-Za-z0-9_-]/gu, escaped))
        .replaceAll(/[*>\s]/g, escaped),
    )
    .replace(/^[$]|^_(?=INBOX[.])/, escaped);

const escaped = (character: string): string => `%${(character.codePointAt(0) ?? 0).toString(16)}`;
