import { timingSafeEqual } from 'node:crypto';
import { keyOf, signatureOf } from './sign.ts';

export type WebhookRefusal = 'header' | 'timestamp' | 'signature' | 'body';

/** The message is not what it should be. `reason`: a header is missing or malformed, it is too old or from the future, nobody we know signed it, its body is no JSON. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly reason: WebhookRefusal;
  constructor(reason: WebhookRefusal, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface ReceivedWebhook {
  /** As Node's http, fetch or a framework gives them; names in any case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, before anything has parsed it: one changed byte makes another signature. */
  readonly body: string | Uint8Array;
  /** whsec_…; several while a secret is being changed. */
  readonly secrets: string | readonly string[];
  /** How far the sender's clock may be off, and how late a message may come, in seconds. Default 300. */
  readonly toleranceSeconds?: number;
  /** Default: now. */
  readonly now?: Date;
}

export interface VerifiedWebhook<Payload = unknown> {
  /** The same in each attempt: keep it, and do nothing for one that was there. */
  readonly id: string;
  readonly timestamp: Date;
  readonly payload: Payload;
}

/**
 * Verifies a webhook by the Standard Webhooks convention (webhook-id, webhook-timestamp, webhook-signature). How long it takes tells nothing about the signature.
 * @returns id, moment of sending and the parsed body
 * @throws WebhookVerificationError; answer it with 400 or 401 and nothing else. Error where a secret is malformed
 */
export const verifyWebhook = <Payload = unknown>(received: ReceivedWebhook): VerifiedWebhook<Payload> => {
  const id = header(received.headers, 'webhook-id');
  const timestamp = header(received.headers, 'webhook-timestamp');
  const signatures = header(received.headers, 'webhook-signature');
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookVerificationError('header', 'webhook-timestamp is no number of seconds');

  const sent = Number(timestamp) * 1000;
  const tolerance = (received.toleranceSeconds ?? 300) * 1000;
  const now = (received.now ?? new Date()).getTime();
  if (sent < now - tolerance) throw new WebhookVerificationError('timestamp', 'the message is too old');
  if (sent > now + tolerance) throw new WebhookVerificationError('timestamp', 'the message comes from the future');

  const secrets = typeof received.secrets === 'string' ? [received.secrets] : received.secrets;
  if (secrets.length === 0) throw new Error('no webhook secret was given');
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3)));
  let matches = 0;
  for (const secret of secrets) {
    const expected = Buffer.from(signatureOf(keyOf(secret), id, timestamp, received.body).toString('base64'));
    // all of them, whatever has matched
    for (const signature of given)
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) matches++;
  }
  if (matches === 0) throw new WebhookVerificationError('signature', 'no signature matches');

  const text = typeof received.body === 'string' ? received.body : Buffer.from(received.body).toString('utf8');
  try {
    return { id, timestamp: new Date(sent), payload: JSON.parse(text) as Payload };
  } catch {
    throw new WebhookVerificationError('body', 'the body is no JSON');
  }
};

const header = (headers: ReceivedWebhook['headers'], name: string): string => {
  let value: string | readonly string[] | null | undefined;
  if (headers instanceof Headers) value = headers.get(name);
  else value = headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name];
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError('header', `${name} is missing`);
  return value;
};
