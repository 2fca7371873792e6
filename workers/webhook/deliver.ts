import { createHash } from 'node:crypto';
import { type DeliveryHandler, type Event, GiveUp, type Queryable, TryLater } from '../delivery.ts';
import { createAgent } from './connect.ts';
import { type Answer, post } from './post.ts';
import { signedHeaders } from './sign.ts';

export interface WebhookDeliveryOptions {
  /** Where secrets of the form env:NAME are. Default: process.env. */
  readonly environment?: NodeJS.ProcessEnv;
  /** `never`: no private addresses, whatever endpoints allow. Default: what PG_AI_WEBHOOK_PRIVATE says, else `endpoint`. */
  readonly privateAddresses?: 'endpoint' | 'never';
}

/** How long a delivery waits for a worker that knows the endpoint's secret. */
const UNCONFIGURED_MS = 60_000;

/**
 * Posts events to their endpoints, signed by the Standard Webhooks convention. At least once: a receiver tells repetitions by webhook-id, which is the same in each
 * attempt.
 */
export const createWebhookDelivery = (options: WebhookDeliveryOptions = {}): DeliveryHandler => {
  const environment = options.environment ?? process.env;
  const never = (options.privateAddresses ?? environment.PG_AI_WEBHOOK_PRIVATE ?? 'endpoint') === 'never';
  // Two, so that a connection to a private address is never used again for an endpoint that does not allow those.
  const agents = { open: createAgent(false), private: createAgent(true) };
  return {
    async deliver({ event, subscription }, context) {
      const name = String(subscription.settings.endpoint ?? '');
      const endpoint = await admit(context.autocommit, name);
      if (endpoint === undefined) throw new GiveUp(`there is no webhook endpoint "${name}"`);
      if (endpoint.disabledReason !== null)
        throw new GiveUp(`the webhook endpoint ${name} is disabled: ${endpoint.disabledReason}`);
      if (endpoint.verdict === 'wait')
        throw new TryLater(`the circuit of the webhook endpoint ${name} is open`, spread(endpoint.waitMs));

      const body = bodyOf(event);
      const size = Buffer.byteLength(body);
      if (size > endpoint.maxRequestBytes)
        throw new GiveUp(
          `the event has ${size} bytes, and the webhook endpoint ${name} takes ${endpoint.maxRequestBytes}`,
        );
      const secrets = endpoint.secrets.map((secret) =>
        secret.startsWith('env:') ? environment[secret.slice(4)] : secret,
      );
      const missing = endpoint.secrets.find((_, index) => secrets[index] === undefined);
      if (missing !== undefined)
        throw new TryLater(
          `this worker does not know the secret ${missing} of the webhook endpoint ${name}`,
          UNCONFIGURED_MS,
        );

      const id = webhookIdOf(subscription.name, event);
      const { traceparent } = context.trace;
      const answer = await post({
        agent: endpoint.allowPrivate && !never ? agents.private : agents.open,
        url: endpoint.url,
        headers: {
          ...endpoint.headers,
          ...signedHeaders(secrets as string[], id, new Date(), body),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
        body,
        // A little before the attempt's own end, so that it is the endpoint's fault and not the worker's.
        timeoutMs: Math.max(1, Math.min(endpoint.timeoutMs, context.deadline.getTime() - Date.now() - 250)),
        maxResponseBytes: endpoint.maxResponseBytes,
        signal: context.signal,
      });
      const outcome = consequence(answer, name);
      context.log.info({ endpoint: name, webhookId: id, answer }, 'webhook');
      // An endpoint that does well costs no write.
      if (outcome.report !== 'answered' || endpoint.verdict === 'probe' || endpoint.failures > 0)
        await report(context.autocommit, name, outcome);
      if (outcome.error !== undefined) throw outcome.error;
    },
    async close() {
      await Promise.all([agents.open.close(), agents.private.close()]);
    },
  };
};

/** What a message is known by, in each attempt; no dot may stand in it, because the signature puts dots around it. */
export const webhookIdOf = (subscription: string, event: { readonly id: string; readonly at: Date }): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([subscription, event.id, event.at.toISOString()]))
    .digest('hex')
    .slice(0, 32)}`;

/** The body that Standard Webhooks recommends, and what else tells of the event. The payload stays digit by digit what PostgreSQL printed. */
export const bodyOf = (event: Event): string => {
  const { id, at, topic, entity, operation, action } = event;
  const about = {
    type: topic,
    timestamp: at.toISOString(),
    id,
    entity,
    operation,
    ...(action === null ? {} : { action }),
  };
  return `${JSON.stringify(about).slice(0, -1)},"data":${event.payloadText}}`;
};

/** Those that wait for the same moment do not all come at it. */
const spread = (waitMs: number): number => Math.ceil(waitMs * (1 + Math.random() * 0.2));

interface Outcome {
  readonly report: 'answered' | 'failed' | 'paused' | 'gone';
  readonly detail: string;
  readonly pauseMs: number;
  readonly error: Error | undefined;
}

const consequence = (answer: Answer, name: string): Outcome => {
  const told = (report: Outcome['report'], detail: string, error?: Error, pauseMs = 0): Outcome => ({
    report,
    detail,
    pauseMs,
    error,
  });
  if (answer.kind === 'refused') return told('failed', answer.reason, new GiveUp(answer.reason));
  if (answer.kind === 'failed') {
    const reason = `the webhook endpoint ${name} was not reached: ${answer.reason}`;
    return told('failed', answer.reason, new Error(reason));
  }
  const { status, retryAfterMs } = answer;
  const said = `answered ${status}`;
  if (status >= 200 && status < 300) return told('answered', said);
  const error = new Error(
    `the webhook endpoint ${name} ${said}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`,
  );
  if (status === 410) return told('gone', `${said} (gone)`, new GiveUp(`${error.message} (gone): it is disabled`));
  if ((status === 429 || status === 503) && retryAfterMs !== undefined)
    return told('paused', said, error, retryAfterMs);
  // Too many requests, or broken: going on would make it worse. Any other refusal is about this message.
  return told(status === 429 || status >= 500 ? 'failed' : 'answered', said, error);
};

interface Endpoint {
  readonly verdict: 'go' | 'probe' | 'wait';
  readonly waitMs: number;
  readonly failures: number;
  readonly url: string;
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly allowPrivate: boolean;
  readonly disabledReason: string | null;
}

const admit = async (db: Queryable, name: string): Promise<Endpoint | undefined> => {
  const { rows } = await db.query<{ [K in keyof Endpoint]: Endpoint[K] }>(
    `select a.verdict, a.wait_ms as "waitMs", a.failures, a.url, a.secrets, a.headers, a.timeout_ms as "timeoutMs",
            a.max_request_bytes as "maxRequestBytes", a.max_response_bytes as "maxResponseBytes", a.allow_private as "allowPrivate",
            a.disabled_reason as "disabledReason"
       from ai_private.webhook_admit($1) as a`,
    [name],
  );
  return rows[0];
};

const report = async (db: Queryable, name: string, outcome: Outcome): Promise<void> => {
  await db.query('select ai_private.webhook_report($1, $2, $3, $4)', [
    name,
    outcome.report,
    outcome.detail,
    outcome.pauseMs,
  ]);
};
