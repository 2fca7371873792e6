/**
 * How sending one message ended.
 * - `accepted`: the server has it
 * - `rejected`: the server said no, for good or for now; `mailbox`: because there is no such mailbox
 * - `unreached`: the server was not reached, or was lost before it could have the message
 * - `unknown`: it was lost after the message was handed over and before it answered
 * - `overtaken`: another worker has taken the mail over; nothing was sent
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly response: string }
  | { readonly kind: 'rejected'; readonly permanent: boolean; readonly mailbox: boolean; readonly response: string }
  | { readonly kind: 'unreached'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'overtaken' };

/** What nodemailer says of a failure. */
export interface SmtpFailure extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/**
 * Enhanced codes (RFC 3463) that speak of the mailbox: bad address, bad system, ambiguous, moved, no null MX, mailbox disabled. Not a full one
 * (5.2.2), not what a filter thinks (5.7).
 */
const MAILBOX = /\b5\.(1\.[1236]|1\.10|2\.1)\b/;

/** It wants a login, another one, or TLS before it (RFC 4954): whoever set up the worker can mend that, and then the mail goes out. */
const WANTS_LOGIN: readonly number[] = [530, 534, 535, 538];

const NOBODY =
  /\b(no such|unknown|invalid|nonexist\w*) (local )?(user|mailbox|recipient|address)|\b(user|mailbox|recipient|address)\b.{0,80}\b(unknown|not found|does(n't| not) exist|disabled)/i;

export const outcomeOf = (failure: SmtpFailure, handedOver: boolean): Outcome => {
  const { responseCode, command = '', message } = failure;
  const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ').slice(0, 500);
  const response = oneLine(failure.response ?? message);
  if (responseCode !== undefined && responseCode >= 400) {
    // A password that is wrong, or a server that is full of itself, says nothing about the mail.
    if (!/^(MAIL FROM|RCPT TO|DATA)/.test(command) || WANTS_LOGIN.includes(responseCode))
      return { kind: 'unreached', reason: oneLine(message) };
    const permanent = responseCode >= 500;
    // Many servers say 550 for all that they dislike: without an enhanced code their words decide.
    const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/.test(response);
    const mailbox = permanent && command === 'RCPT TO' && (enhanced ? MAILBOX : NOBODY).test(response);
    return { kind: 'rejected', permanent, mailbox, response };
  }
  return { kind: handedOver ? 'unknown' : 'unreached', reason: oneLine(message) };
};
