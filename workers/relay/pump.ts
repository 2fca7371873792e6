import type { Logger } from 'pino';
import type { RelayOptions } from './relay.ts';
import type { Found } from './rhythm.ts';
import type { Session } from './session.ts';

/** A message for a broker: an event. */
export interface BrokerMessage {
  readonly subject: string;
  /** The event's id: by it the broker tells what it has already. */
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
   * @returns for each message undefined, or why it will never be taken
   * @throws where it cannot be reached or answers late; all are sent again then
   */
  publish(messages: readonly BrokerMessage[]): Promise<readonly (Unpublishable | undefined)[]>;
  close(): Promise<void>;
}

interface Taken {
  readonly subscription: string;
  readonly settings: { readonly subject?: string };
  readonly ids: string[];
  readonly times: string[];
  readonly looked_at: number;
  readonly unfinished: boolean;
}

/**
 * Takes events, hands them to the broker and moves the cursors when the broker has them: what is not acknowledged is taken again, by this relay or another.
 */
export const lookForBrokers =
  (
    session: Session,
    broker: Broker,
    batch: number,
    log: Logger,
    onRound: RelayOptions['onRound'],
  ): (() => Promise<Found>) =>
  async () => {
    const started = performance.now();
    let published = 0;
    const found = await session.transaction(async (query) => {
      const taken = await query<Taken>(
        // In text, as numbers and moments lose digits in JavaScript.
        `select t.subscription, t.settings, t.ids::text[] as ids, t.times::text[] as times, t.looked_at, t.unfinished
           from ai_private.take_events('{broker}', $1) as t`,
        [batch],
      );
      for (const one of taken) {
        if (one.ids.length === 0) continue;
        const messages = await query<Message>(MESSAGES, [one.ids, one.times]);
        const outcomes = await broker.publish(
          messages.map(({ id, topic, body, trace }) => ({
            subject: subjectOf(one.settings.subject ?? '{topic}', topic),
            id,
            body,
            headers: {
              'Pg-Ai-Topic': topic,
              'Pg-Ai-Subscription': one.subscription,
              ...(trace === null ? {} : { traceparent: trace }),
            },
          })),
        );
        published += messages.length;
        for (const [i, outcome] of outcomes.entries()) {
          const message = messages[i];
          if (outcome === undefined || message === undefined) continue;
          log.error(
            { err: outcome, subscription: one.subscription, event: message.id },
            'the broker will never take it',
          );
          await query(
            `insert into ai.dead_letters as d (subscription, event_id, event_at, attempts, error) values ($1, $2, $3, 1, $4)
             on conflict (subscription, event_id) do update set attempts = d.attempts + 1, error = excluded.error, at = excluded.at`,
            [one.subscription, message.id, message.at, outcome.message],
          );
        }
      }
      return {
        events: taken.reduce((sum, { looked_at }) => sum + looked_at, 0),
        more: taken.some(({ unfinished }) => unfinished),
      };
    });
    if (published > 0)
      onRound?.({ delivery: 'broker', events: published, seconds: (performance.now() - started) / 1000 });
    return found;
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

/** Labels of a subject have neither spaces nor wildcards, and its dots part it: what a topic quotes is escaped. */
export const subjectOf = (pattern: string, topic: string): string =>
  pattern.replaceAll(
    '{topic}',
    topic
      .replaceAll(/"((?:[^"]|"")*)"/g, (_, quoted: string) => quoted.replaceAll(/[^A-Za-z0-9_-]/gu, escaped))
      .replaceAll(/[*>\s]/g, escaped),
  );

const escaped = (character: string): string => `%${(character.codePointAt(0) ?? 0).toString(16)}`;
