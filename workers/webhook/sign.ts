import { createHmac } from 'node:crypto';

/** The key in a secret of the form whsec_<base64>; the prefix may be missing. @throws Error where there is none */
export const keyOf = (secret: string): Buffer => {
  const base64 = secret.startsWith('whsec_') ? secret.slice(6) : secret;
  const key = Buffer.from(base64, 'base64');
  if (key.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new Error('a webhook secret is whsec_ and base64');
  return key;
};

/** The signature of Standard Webhooks, version 1: HMAC-SHA-256 over id, timestamp and body. */
export const signatureOf = (key: Buffer, id: string, timestamp: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();

/** The headers of one message: signed with each secret, so that a receiver who knows one of them can verify it. */
export const signedHeaders = (
  secrets: readonly string[],
  id: string,
  at: Date,
  body: string | Uint8Array,
): Record<string, string> => {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${signatureOf(keyOf(secret), id, timestamp, body).toString('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};
