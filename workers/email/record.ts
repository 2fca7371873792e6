import type { Queryable } from '../delivery.ts';

/** What an event asks for; see ai_private.email_request. */
export interface EmailRequest {
  readonly problem: string | null;
  readonly template: string;
  readonly locale: string;
  readonly subject: string;
  readonly bodyText: string;
  readonly bodyHtml: string | null;
  /** JSON. */
  readonly variables: string;
  readonly recipients: readonly string[];
}

export const readRequest = async (
  db: Queryable,
  settings: Readonly<Record<string, unknown>>,
  event: { readonly id: string; readonly at: Date },
): Promise<EmailRequest> => {
  const { rows } = await db.query<{ [K in keyof EmailRequest]: EmailRequest[K] }>(
    `select r.problem, r.template, r.locale, r.subject, r.body_text as "bodyText", r.body_html as "bodyHtml",
            r.variables::text as variables, r.recipients
       from ai_private.email_request($1::jsonb, $2, $3) as r`,
    [JSON.stringify(settings), event.id, event.at],
  );
  const [request] = rows;
  if (request === undefined) throw new Error('ai_private.email_request gave no row');
  return request;
};

export type EmailState = 'claimed' | 'handed_over' | 'sent' | 'failed' | 'refused' | 'suppressed' | 'in_doubt';

export interface Claim {
  readonly state: EmailState;
  readonly attempt: number;
  readonly at: Date;
  readonly messageId: string;
  readonly doubtful: boolean;
}

/** One mail: an event of a subscription on its way to one recipient. Each step is on disk before the next one begins. */
export interface EmailRecord {
  claim(parts: { template: string; locale: string; messageId: string; inDoubt: 'resend' | 'hold' }): Promise<Claim>;
  /** @returns false where the mail is another worker's by now */
  handOver(attempt: number): Promise<boolean>;
  settle(attempt: number, state: EmailState, response: string, bounced: boolean): Promise<void>;
}

export const recordOf = (db: Queryable, subscription: string, eventId: string, recipient: string): EmailRecord => {
  const key = [subscription, eventId, recipient];
  return {
    async claim({ template, locale, messageId, inDoubt }) {
      const { rows } = await db.query<{ [K in keyof Claim]: Claim[K] }>(
        `select c.state, c.attempt, c.at, c.message_id as "messageId", c.doubtful
           from ai_private.email_claim($1, $2, $3, $4, $5, $6, $7) as c`,
        [...key, template, locale, messageId, inDoubt],
      );
      const [claim] = rows;
      if (claim === undefined) throw new Error('ai_private.email_claim gave no row');
      return claim;
    },
    async handOver(attempt) {
      const { rows } = await db.query<{ mine: boolean }>('select ai_private.email_hand_over($1, $2, $3, $4) as mine', [
        ...key,
        attempt,
      ]);
      return rows[0]?.mine === true;
    },
    async settle(attempt, state, response, bounced) {
      await db.query('select ai_private.email_settle($1, $2, $3, $4, $5, $6, $7)', [
        ...key,
        attempt,
        state,
        response,
        bounced,
      ]);
    },
  };
};
