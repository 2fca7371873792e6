import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simpleParser } from 'mailparser';
import { pino } from 'pino';
import { dotFolder } from '../../../src/project.ts';
import type { DeliveryHandler } from '../../../workers/delivery.ts';
import { readOutgoing } from '../../../workers/email/config.ts';
import { createEmailDelivery } from '../../../workers/email/deliver.ts';
import { createPool } from '../../../workers/pool.ts';
import { prepareQueue } from '../../../workers/runner/queue.ts';
import { createWebhookDelivery } from '../../../workers/webhook/deliver.ts';
import { verifyWebhook, WebhookVerificationError } from '../../../workers/webhook/verify.ts';
import { startWorker } from '../../../workers/worker.ts';
import { type Play, type Row, readJson, Surprise } from '../play.ts';
import { type Hook, openHookReceiver, openMailServer } from '../receivers.ts';
import * as screen from '../screen.ts';

/** Mails that are written as files stay when the demo ends, so that they can be opened. */
export const MAIL_FOLDER = join(dotFolder(), 'demo-mail');

const TEMPLATES = `insert into ai.email_templates
  (name, locale, variables, subject, body_text, body_html)
values
  ('welcome', 'en', '{"name": {"type": "string"}}', 'Welcome, {{ name }}',
   'Good to have you here, {{ name }}.',
   '<p>Good to have you here, <b>{{ name }}</b>.</p>'),
  ('welcome', 'vi', '{"name": {"type": "string"}}', 'Chào mừng {{ name }}',
   'Rất vui được gặp bạn, {{ name }}.',
   '<p>Rất vui được gặp bạn, <b>{{ name }}</b>.</p>')`;

const SUBSCRIPTIONS = `insert into ai.subscriptions (name, topics, delivery, settings) values
  ('welcome', '{shop.customers.create}', 'email',
   '{"template": "welcome", "to": "$.payload.email",
     "locale": "$.payload.preferences.language"}'),
  ('welcome-file', '{shop.customers.create}', 'email',
   '{"template": "welcome", "to": "$.payload.email",
     "locale": "$.payload.preferences.language"}'),
  ('crm', '{shop.customers.*}', 'webhook', '{"endpoint": "crm"}'),
  ('signups', '{shop.customers.create}', 'notify', '{"channel": "shop_signups"}')`;

const SIGNUP = `select ai.generate_mutation('create', 'shop.customers', '{
  "email": "anna@example.com",
  "name": "Trần <Anna>",
  "preferences": { "language": "vi", "newsletter": true }
}')`;

/** What has come, and when. */
interface Arrival {
  readonly at: number;
  readonly by: string;
  readonly what: string;
}

/** A signup, and all that it brings about: nothing of it before the commit, each of it once. */
export const actAfterCommit = async (play: Play): Promise<void> => {
  const { stage } = play;
  const owner = await stage.as('shop_owner');
  const tell = async (sql: string): Promise<Row> => {
    screen.statement('shop_owner', sql);
    return ((await owner.query(sql)).rows[0] ?? {}) as Row;
  };

  screen.say('Mails are templates in rows. One with a mistake is refused, like every other declaration:');
  await play.refused(
    'shop_owner',
    `insert into ai.email_templates (name, subject, body_text, variables) values
  ('welcome', 'Welcome, {{ nmae }}', 'Hello {{ name | upcas }}',
   '{"name": {"type": "string"}}')`,
    { code: 'PI410' },
  );
  await tell(TEMPLATES);

  const mails = await openMailServer();
  const hooks = await openHookReceiver();
  stage.whenClosing(async () => {
    await mails.close();
    await hooks.close();
  });
  screen.say('Another system wants to know of customers. Its secret is shown once, and signs each message:');
  await tell(`insert into ai.webhook_endpoints (name, url, allow_private)
values ('crm', '${hooks.url}', true)`);
  const secret = String((await tell(`select ai.rotate_webhook_secret('crm') as secret`)).secret);
  screen.answer(`${secret.slice(0, 14)}…`);
  screen.say(
    'Who is told of what, and how, are rows as well. The second mail goes into a folder, as it does while developing:',
  );
  await tell(SUBSCRIPTIONS);

  rmSync(MAIL_FOLDER, { recursive: true, force: true });
  const stopWorker = await startShopWorker(play, mails.url);
  stage.whenClosing(stopWorker);

  const service = await stage.as('shop_clerk');
  await service.query('listen shop_signups');
  const heard = Promise.withResolvers<string>();
  service.on('notification', ({ payload }) => heard.resolve(payload ?? ''));

  screen.say('A worker runs, a service listens, and somebody signs up:');
  const customer = await play.call('shop_clerk', SIGNUP, ['id', 'email', 'name']);
  const committed = performance.now();
  const arrived = async <T>(by: string, coming: Promise<T>, tellOf: (got: T) => string): Promise<Arrival> => {
    const got = await inTime(coming, by);
    return { at: performance.now() - committed, by, what: tellOf(got) };
  };
  const arrivals = await Promise.all([
    arrived('LISTEN', heard.promise, (payload) => showNotification(play, payload, customer)),
    arrived('webhook', hooks.hook, (hook) => showHook(play, hook, secret, customer)),
    arrived('SMTP', mails.mail, (mail) => showMail(play, mail.subject ?? '', [mail.to].flat()[0]?.text ?? '')),
    arrived('.eml', fileOfMail(), (file) => relative(process.cwd(), file)),
  ]);
  await showTimeline(play, customer, arrivals);
  await checkFile(play);
  await stopWorker();
};

/** A worker in this process, as a member of ai_worker and nothing else. Its mails go to the server, but those of one subscription into a folder. */
const startShopWorker = async (play: Play, mailServer: string): Promise<() => Promise<void>> => {
  const log = pino({ level: 'silent' });
  // The job queue is made by a role that may create schemas (`pg-ai worker --prepare`).
  const pool = createPool({ connection: play.stage.connection(), max: 1, applicationName: 'demo' });
  await prepareQueue(pool, log);
  await pool.end();

  const from = { name: 'The Shop', address: 'shop@shop.example' };
  const server = createEmailDelivery({ config: { outgoing: readOutgoing(mailServer), from } });
  const folder = createEmailDelivery({ config: { outgoing: readOutgoing(pathToFileURL(MAIL_FOLDER).href), from } });
  const email: DeliveryHandler = {
    deliver: (delivery, context) =>
      (delivery.subscription.name === 'welcome-file' ? folder : server).deliver(delivery, context),
    close: async () => {
      await server.close?.();
      await folder.close?.();
    },
  };
  const worker = await startWorker({
    connection: play.stage.connection('shop_worker'),
    handlers: [],
    deliveries: { email, webhook: createWebhookDelivery() },
    log,
  });
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= worker.stop());
};

const inTime = async <T>(coming: Promise<T>, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Surprise(`${what}: nothing has come within 30 seconds`)), 30_000);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** The file, as soon as it is there. */
const fileOfMail = async (): Promise<string> => {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    try {
      const name = readdirSync(MAIL_FOLDER).find((file) => file.endsWith('.eml'));
      if (name !== undefined) return join(MAIL_FOLDER, name);
    } catch {
      // the folder is not there yet
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return new Promise(() => {});
};

const showNotification = (play: Play, payload: string, customer: Row): string => {
  const { topic, key } = readJson(payload) as { topic?: unknown; key?: unknown };
  play.expect('the service hears of the signup', [topic, key], ['shop.customers.create', { id: customer.id }]);
  return `a service hears: ${payload}`;
};

const showHook = (play: Play, hook: Hook, secret: string, customer: Row): string => {
  const verified = verifyWebhook<{ type: string; data: Row }>({ ...hook, secrets: secret });
  play.expect(
    'the webhook tells of the signup',
    [verified.payload.type, verified.payload.data.id],
    ['shop.customers.create', customer.id],
  );
  let reason: string | undefined;
  try {
    verifyWebhook({ ...hook, body: hook.body.replace('anna@', 'eve@'), secrets: secret });
  } catch (error) {
    if (error instanceof WebhookVerificationError) reason = error.reason;
  }
  play.expect('one that was tampered with is found out', reason, 'signature');
  return `${verified.id}: the signature holds; with another address in the body it does not`;
};

const showMail = (play: Play, subject: string, to: string): string => {
  play.expect('the mail', [subject, to], ['Chào mừng Trần <Anna>', 'anna@example.com']);
  return `to ${to}: ${subject}`;
};

const checkFile = async (play: Play): Promise<void> => {
  const mail = await simpleParser(readFileSync(await fileOfMail()));
  play.expect('HTML is escaped', String(mail.html).includes('<b>Trần &#60;Anna&#62;</b>'), true);
  const sent = await play.ask<{ subscription: string; state: string }>(
    'select subscription, state from ai.email_log order by subscription',
  );
  play.expect('each mail is sent once', sent, [
    { subscription: 'welcome', state: 'sent' },
    { subscription: 'welcome-file', state: 'sent' },
  ]);
};

const showTimeline = async (play: Play, customer: Row, arrivals: readonly Arrival[]): Promise<void> => {
  const [records] = await play.ask<{ audit: string; event: string; actor: string; one: boolean }>(
    `select a.id::text as audit, e.id::text as event, a.actor, a.transaction = e.transaction as one
       from ai.audit_log a join ai.event_log e on e.audit_id = a.id
      where a.relation = 'shop.customers' and a.row_key = jsonb_build_object('id', $1::text)`,
    [customer.id],
  );
  play.expect('row, audit and event are of one transaction', records?.one, true);
  const late = [...arrivals].sort((a, b) => a.at - b.at);
  screen.say('What came of it; milliseconds after the commit:');
  screen.table(
    ['ms', 'what', ''],
    [
      ['', 'row', `a customer, ${customer.id}`],
      ['', 'audit', `no. ${records?.audit}: create, by ${records?.actor}`],
      ['', 'event', `no. ${records?.event}: shop.customers.create`],
      ['0', 'commit', 'all three, or none'],
      ...late.map(({ at, by, what }) => [at.toFixed(0), by, what]),
    ],
  );
};
