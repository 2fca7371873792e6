import { setTimeout } from 'node:timers/promises';
import { type Delivery, type DeliveryContext, type DeliveryHandler, GiveUp, TryLater } from '../delivery.ts';
import { type Mailbox, parseMailbox } from './address.ts';
import { type EmailConfig, emailConfigFrom } from './config.ts';
import { createFolderPostman } from './folder.ts';
import { composeMessage, messageIdOf } from './message.ts';
import type { Outcome } from './outcome.ts';
import { type EmailRequest, readRequest, recordOf } from './record.ts';
import { createRenderer, type Renderer, readVariables } from './render.ts';
import { createSmtpPostman, type Postman } from './smtp.ts';

export interface EmailDeliveryOptions {
  /** Default: what PG_AI_EMAIL_URL and PG_AI_EMAIL_FROM say. Without either, mails wait until a worker knows where to. */
  readonly config?: EmailConfig | undefined;
}

/** How long a mail waits for a worker that is told where to send it. */
const UNCONFIGURED_MS = 60_000;

/**
 * Sends mails. One event is one mail for each of its recipients; a mail that was accepted is never sent again, whatever is retried or replayed.
 * What is guaranteed when a process or a connection dies is told in docs/email.md.
 */
export const createEmailDelivery = (options: EmailDeliveryOptions = {}): DeliveryHandler => {
  const config = options.config ?? emailConfigFrom(process.env);
  const renderer = createRenderer();
  const postman =
    config === undefined
      ? undefined
      : config.outgoing.kind === 'smtp'
        ? createSmtpPostman(config.outgoing)
        : createFolderPostman(config.outgoing.folder);
  return {
    async deliver(delivery, context) {
      if (config === undefined || postman === undefined)
        throw new TryLater('this worker does not know where to send mails: set PG_AI_EMAIL_URL', UNCONFIGURED_MS);
      const settings = delivery.subscription.settings;
      const request = await readRequest(context.autocommit, settings, delivery.event);
      if (request.problem !== null) throw new GiveUp(request.problem);
      const sender: Sender = {
        postman,
        renderer,
        from: mailboxOf(settings.from, 'from') ?? config.from,
        replyTo: mailboxOf(settings.reply_to, 'reply_to'),
        inDoubt: settings.in_doubt === 'hold' ? 'hold' : 'resend',
      };
      const ends: End[] = [];
      for (const recipient of request.recipients)
        ends.push(await sendOne(sender, delivery, context, request, recipient));
      // What can still go out comes first: the others are settled, and another attempt passes them by.
      const again = ends.find((end) => end.kind === 'again');
      if (again !== undefined) throw new Error(again.reason);
      const never = ends.filter((end) => end.kind === 'never');
      if (never.length > 0) throw new GiveUp(never.map((end) => end.reason).join('; '));
    },
    async close() {
      await postman?.close();
    },
  };
};

interface Sender {
  readonly postman: Postman;
  readonly renderer: Renderer;
  readonly from: Mailbox;
  readonly replyTo: Mailbox | undefined;
  readonly inDoubt: 'resend' | 'hold';
}

/** How it stands with one recipient after an attempt. */
interface End {
  readonly kind: 'done' | 'again' | 'never';
  readonly reason: string;
}
const DONE: End = { kind: 'done', reason: '' };

const sendOne = async (
  sender: Sender,
  delivery: Delivery,
  context: DeliveryContext,
  request: EmailRequest,
  recipient: string,
): Promise<End> => {
  const { event, subscription } = delivery;
  const record = recordOf(context.autocommit, subscription.name, event.id, recipient);
  const claim = await record.claim({
    template: request.template,
    locale: request.locale,
    messageId: messageIdOf(subscription.name, event, recipient, sender.from),
    inDoubt: sender.inDoubt,
  });
  if (claim.state === 'sent' || claim.state === 'suppressed') {
    context.log.info({ recipient, state: claim.state }, 'no mail to send');
    return DONE;
  }
  if (claim.state === 'in_doubt')
    return {
      kind: 'never',
      reason: `nobody knows whether the server took the mail to ${recipient}, and in_doubt is "hold"`,
    };
  if (claim.doubtful)
    context.log.warn(
      { recipient, messageId: claim.messageId },
      'sent again, because nobody knows whether it was taken',
    );

  let message: Awaited<ReturnType<typeof composeMessage>>;
  try {
    message = await composeMessage({
      ...sender.renderer.render(request, readVariables(request.variables)),
      from: sender.from,
      to: { name: '', address: recipient },
      replyTo: sender.replyTo,
      messageId: claim.messageId,
      date: claim.at,
      locale: request.locale,
    });
  } catch (error) {
    // Rendering depends on nothing but template and variables: another attempt would fail alike.
    const reason = `the template ${request.template} (${request.locale}) cannot be rendered: ${error instanceof Error ? error.message : String(error)}`;
    await record.settle(claim.attempt, 'refused', reason, false);
    return { kind: 'never', reason };
  }
  const outcome = await sender.postman.send(message, () => record.handOver(claim.attempt), context.signal);
  const { state, response, bounced, end } = consequence(outcome, recipient);
  if (state !== undefined) await insist(() => record.settle(claim.attempt, state, response, bounced));
  context.log.info({ recipient, messageId: claim.messageId, outcome: outcome.kind, response }, 'mail');
  return end;
};

/** What is known of a mail is worth some patience: a database that is away for a moment must not make it be sent twice. */
const insist = async (work: () => Promise<void>): Promise<void> => {
  for (let pause = 100; ; pause *= 2) {
    try {
      return await work();
    } catch (error) {
      if (pause > 3_000) throw error;
      await setTimeout(pause);
    }
  }
};

interface Consequence {
  /** undefined: the record stays as it is. */
  readonly state: 'sent' | 'failed' | 'refused' | undefined;
  readonly response: string;
  readonly bounced: boolean;
  readonly end: End;
}

const consequence = (outcome: Outcome, recipient: string): Consequence => {
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'sent', response: outcome.response, bounced: false, end: DONE };
    case 'rejected': {
      const reason = `the mail to ${recipient} was refused: ${outcome.response}`;
      return outcome.permanent
        ? { state: 'refused', response: outcome.response, bounced: outcome.mailbox, end: { kind: 'never', reason } }
        : { state: 'failed', response: outcome.response, bounced: false, end: { kind: 'again', reason } };
    }
    case 'unreached':
      return {
        state: 'failed',
        response: outcome.reason,
        bounced: false,
        end: { kind: 'again', reason: `the mail server was not reached: ${outcome.reason}` },
      };
    case 'unknown':
      // The record says handed_over, which is the truth.
      return {
        state: undefined,
        response: outcome.reason,
        bounced: false,
        end: {
          kind: 'again',
          reason: `the mail to ${recipient} was handed over, and no answer came: ${outcome.reason}`,
        },
      };
    case 'overtaken':
      return {
        state: undefined,
        response: '',
        bounced: false,
        end: { kind: 'again', reason: 'another worker sends this mail' },
      };
  }
};

const mailboxOf = (setting: unknown, name: string): Mailbox | undefined => {
  if (setting === undefined) return undefined;
  const mailbox = typeof setting === 'string' ? parseMailbox(setting) : undefined;
  if (mailbox === undefined) throw new GiveUp(`settings.${name} is no address: ${String(setting)}`);
  return mailbox;
};
