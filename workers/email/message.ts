import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Mailbox } from './address.ts';
import type { RenderedEmail } from './render.ts';

export interface EmailMessage {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** The whole message, with CRLF. */
  readonly bytes: Buffer;
}

export interface MessageParts extends RenderedEmail {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo: Mailbox | undefined;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  readonly locale: string;
}

/**
 * The Message-ID of a mail: the same in each attempt, and no other mail's. Event ids begin anew in each database, hence the moment.
 * @param at of the event
 */
export const messageIdOf = (
  subscription: string,
  event: { id: string; at: Date },
  recipient: string,
  from: Mailbox,
): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify([subscription, event.id, event.at.toISOString(), recipient.toLowerCase()]))
    .digest('hex')
    .slice(0, 32);
  return `<${hash}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`;
};

/** The same parts make the same bytes, so that what is sent again is the same message. */
export const composeMessage = async (parts: MessageParts): Promise<EmailMessage> => {
  const mail = new MailComposer({
    from: parts.from,
    to: parts.to,
    ...(parts.replyTo === undefined ? {} : { replyTo: parts.replyTo }),
    subject: parts.subject,
    text: parts.text,
    ...(parts.html === undefined ? {} : { html: parts.html }),
    messageId: parts.messageId,
    date: parts.date,
    headers: {
      // so that holiday replies are not sent to it (RFC 3834)
      'Auto-Submitted': 'auto-generated',
      'Content-Language': parts.locale,
    },
    baseBoundary: createHash('sha256').update(parts.messageId).digest('hex').slice(0, 24),
    newline: 'windows',
    // texts are texts: nothing in a template is a path to read
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from, to } = mail.getEnvelope();
  return { envelope: { from: String(from), to }, bytes: await mail.build() };
};
