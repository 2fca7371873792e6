import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simpleParser } from 'mailparser';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeliveryHandler, GiveUp, type Queryable, TryLater } from '../../workers/delivery.ts';
import { readOutgoing } from '../../workers/email/config.ts';
import { createEmailDelivery } from '../../workers/email/deliver.ts';
import { attempt, queryable } from '../support/attempt.ts';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

const database = useDatabase();
let role: string;
let worker: pg.Client;
let db: Queryable;
let office: PostOffice;
let handler: DeliveryHandler;

const from = { name: 'The Shop', address: 'shop@example.com' };
const delivering = (url: string) => createEmailDelivery({ config: { outgoing: readOutgoing(url), from } });

beforeAll(async () => {
  role = `${database.name}_worker`;
  await database.query(`create role ${role}; grant ai_worker to ${role}`);
  // What a login that is a member of ai_worker may do is all that sending takes.
  worker = await database.as(role);
  db = queryable(worker);
  await database.query(
    `insert into ai.email_templates (name, locale, subject, body_text, body_html, variables)
     select 'welcome', l.locale, l.hello || ' {{ name }}', l.hello || ', {{ name }}. {{ total }}', '<p>' || l.hello || ', <b>{{ name }}</b></p>',
            '{"name": {"type": "string"}, "total": {"type": "number", "default": 0}}'
       from (values ('en', 'Welcome'), ('vi', 'Chào mừng')) as l (locale, hello)`,
  );
});
beforeEach(async () => {
  office = await openPostOffice();
  handler = delivering(office.url);
});
afterEach(async () => {
  await handler.close?.();
  await office.close();
});
afterAll(async () => {
  await worker.end();
  await database.query(`drop owned by ${role}; drop role ${role}`);
});

const ask = async (recipient: string, variables: unknown = { name: 'Lan' }, locale: string | null = null) => {
  const [row] = await database.query<{ id: string }>('select ai.send_email($1, $2, $3, $4) as id', [
    'welcome',
    recipient,
    JSON.stringify(variables),
    locale,
  ]);
  return row?.id ?? '';
};
const deliver = (eventId: string, subscription = 'ai.email', by = handler, signal?: AbortSignal) =>
  attempt({ db, handler: by, subscription, eventId, ...(signal === undefined ? {} : { signal }) });
const failure = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};
const logged = async (eventId: string) =>
  database.query<{ recipient: string; state: string; attempts: number; response: string | null }>(
    'select recipient, state, attempts, response from ai.email_log where event_id = $1 order by recipient',
    [eventId],
  );
/** A worker's connection that stops before it records that a message is handed over, until it may go on. */
const gated = async () => {
  const client = await database.as(role);
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const recorded = Promise.withResolvers<void>();
  const slow: Queryable = {
    async query(sql, parameters) {
      const held = sql.includes('email_hand_over');
      if (held) {
        reached.resolve();
        await gate.promise;
      }
      const result = await queryable(client).query(sql, parameters);
      if (held) recorded.resolve();
      // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
      return result as any;
    },
  };
  const open = (): Promise<void> => {
    gate.resolve();
    return recorded.promise;
  };
  return { slow, atGate: reached.promise, open };
};
const event = async (payload: unknown, topic = 'public.users.create') => {
  const [row] = await database.query<{ id: string }>(
    `insert into ai.event_log (topic, entity, operation, row_key, payload) values ($1, 'public.users', 'create', '{"id": 1}', $2::jsonb) returning id::text`,
    [topic, typeof payload === 'string' ? payload : JSON.stringify(payload)],
  );
  return row?.id ?? '';
};

describe('a mail that is taken', () => {
  test('comes with its parts, in the reader’s language', async () => {
    const id = await ask('lan@example.com', { name: 'Lan <3', total: 12.5 }, 'vi-VN');
    await deliver(id);
    const [mail] = await office.parsed();
    expect(mail).toMatchObject({
      subject: 'Chào mừng Lan <3',
      text: 'Chào mừng, Lan <3. 12.5',
      html: expect.stringContaining('<p>Chào mừng, <b>Lan &#60;3</b></p>'),
      from: { value: [from] },
      to: { text: 'lan@example.com' },
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@example\.com>$/),
    });
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(await logged(id)).toEqual([
      { recipient: 'lan@example.com', state: 'sent', attempts: 1, response: expect.stringContaining('250') },
    ]);
  });

  test('is never sent again, whatever is retried or replayed', async () => {
    const id = await ask('lan@example.com');
    for (let again = 0; again < 3; again++) await deliver(id);
    expect(office.taken).toHaveLength(1);
    await database.query('delete from ai.email_log where event_id = $1', [id]);
    await deliver(id);
    expect(office.taken).toHaveLength(2);
    expect(office.taken[1]?.toString()).toContain((await office.parsed())[0]?.messageId ?? '-');
  });

  test('is remembered as long as its event could be replayed', async () => {
    const id = await ask('lan@example.com');
    await deliver(id);
    await database.query(
      `insert into ai.email_log (subscription, event_id, recipient, template, locale, message_id, state, changed_at)
       values ('ai.email', 0, 'old@example.com', 'welcome', 'en', '<x@y>', 'sent', now() - interval '1 year')`,
    );
    await database.query(`update ai.email_log set changed_at = now() - interval '1 year' where event_id = $1`, [id]);
    await database.query(`select ai.prune(now() - interval '6 months')`);
    expect(await logged('0')).toEqual([]);
    expect(await logged(id)).toHaveLength(1);
  });

  test('many go over one connection', async () => {
    for (let n = 0; n < 5; n++) await deliver(await ask(`n${n}@example.com`));
    expect(office.taken).toHaveLength(5);
    expect(office.connections()).toBe(1);
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push(await ask(`m${n}@example.com`));
    // one client cannot run two statements at once, so each has its own
    await Promise.all(
      ids.map(async (eventId) =>
        attempt({ db: queryable(await database.as(role)), handler, subscription: 'ai.email', eventId }),
      ),
    );
    expect(office.taken).toHaveLength(17);
    expect(office.connections()).toBeLessThanOrEqual(5);
  });
});

describe('what a subscription says', () => {
  const subscribe = (name: string, settings: unknown) =>
    database.query(
      `insert into ai.subscriptions (name, topics, delivery, settings) values ($1, '{public.users.create}', 'email', $2)`,
      [name, JSON.stringify(settings)],
    );

  test('recipients and variables are taken from the event, digit by digit', async () => {
    await subscribe('welcome-users', {
      template: 'welcome',
      to: '$.payload.email',
      locale: '$.payload.lang',
      variables: { name: '$.payload.profile.name', total: '$.payload.credit' },
      from: 'Sales <sales@example.com>',
      reply_to: 'help@example.com',
    });
    await deliver(
      await event(
        '{"email": "minh@example.com", "lang": "vi", "profile": {"name": "Minh"}, "credit": 100000000000000.10}',
      ),
      'welcome-users',
    );
    const [mail] = await office.parsed();
    expect(mail).toMatchObject({
      text: 'Chào mừng, Minh. 100000000000000.10',
      from: { text: '"Sales" <sales@example.com>' },
      replyTo: { text: 'help@example.com' },
      to: { text: 'minh@example.com' },
    });
  });

  test('the key of the row, too, keeps its digits', async () => {
    await subscribe('by-key', {
      template: 'welcome',
      to: 'lan@example.com',
      variables: { name: '$.topic', total: '$.key.id' },
    });
    await database.query(
      `insert into ai.event_log (topic, entity, operation, row_key, payload) values ('a.b', 'a', 'b', '{"id": 9007199254740993}', '{}')`,
    );
    const [row] = await database.query<{ id: string }>(`select max(id)::text as id from ai.event_log`);
    await deliver(row?.id ?? '', 'by-key');
    expect((await office.parsed())[0]?.text).toContain('a.b. 9007199254740993');
  });

  test('without variables, the payload’s fields of the same names are taken', async () => {
    await subscribe('plain', { template: 'welcome', to: ['anna@example.com', 'binh@example.com'] });
    const id = await event({ name: 'Lan', password_hint: 'x' });
    await deliver(id, 'plain');
    const mails = await office.parsed();
    expect(mails.map(({ subject }) => subject)).toEqual(['Welcome Lan', 'Welcome Lan']);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
    // nobody sees who else got it
    expect(office.taken.map((mail) => mail.includes('anna@example.com') && mail.includes('binh@example.com'))).toEqual([
      false,
      false,
    ]);
  });

  test('where one of two recipients has to wait, only that one is tried again', async () => {
    const id = await event({ name: 'Lan' });
    office.refuse.set('binh@example.com', { at: 'rcpt', code: 450, text: '4.2.1 later' });
    expect((await failure(deliver(id, 'plain'))).message).toContain('later');
    expect((await logged(id)).map(({ state }) => state)).toEqual(['sent', 'failed']);
    office.refuse.clear();
    await deliver(id, 'plain');
    expect((await office.parsed()).map(({ to }) => [to].flat()[0]?.text)).toEqual([
      'anna@example.com',
      'binh@example.com',
    ]);
  });

  test.each([
    [{ name: 'x', email: 'nobody' }, 'not an email address: nobody'],
    [{ name: 'x', email: null }, 'there is no recipient: $.payload.email'],
    [{ name: 'x' }, 'there is no recipient: $.payload.email'],
    [{ name: 'x', email: 'a@b\r\nBcc: c@d' }, 'not an email address'],
    [{ name: 'x', email: ['a@b', 'c'] }, 'not an email address: c'],
    [{ name: 3, email: 'a@b' }, 'the variables of the template welcome are wrong: name must be of type string'],
    [{ email: 'a@b' }, 'name is missing'],
  ])('an event that cannot be sent is given up: %j', async (payload, reason) => {
    await database.query(`delete from ai.subscriptions where name = 'from-payload'`);
    await subscribe('from-payload', { template: 'welcome', to: '$.payload.email' });
    const error = await failure(deliver(await event(payload), 'from-payload'));
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain(reason);
    expect(office.connections()).toBe(0);
  });

  test.each<[unknown, string]>([
    [
      { template: 'welcom', to: 'a@b' },
      'settings.template: there is no email template "welcom"; did you mean "welcome"?',
    ],
    [{ to: 'a@b' }, 'settings.template: it is missing'],
    [{ template: 'welcome' }, 'settings.to: it is missing'],
    [{ template: 'welcome', to: '$.payload[' }, 'settings.to: "$.payload[" is no path into the event'],
    [
      { template: 'welcome', to: 'a@b', variables: { nam: 1 } },
      'settings.variables.nam: the template declares no such variable; did you mean "name"?',
    ],
    [{ template: 'welcome', to: 'a@b', variables: { total: 1 } }, 'settings.variables.name: the template needs it'],
    [{ template: 'welcome', to: 'a@b', variables: { name: '$.(' } }, 'settings.variables.name: "$.(" is no path'],
    [
      { template: 'welcome', to: 'a@b', in_dout: 'hold' },
      'settings.in_dout: unknown key for the delivery email; did you mean "in_doubt"?',
    ],
    [{ in_doubt: 'maybe' }, 'settings.in_doubt: "maybe" is unknown'],
    [[], 'settings: no JSON object'],
  ])('a mistake is refused when it is made: %j', async (settings, reason) => {
    const { code, message } = await refusal(subscribe('wrong', settings));
    expect([code, message]).toEqual(['PI400', expect.stringContaining(reason)]);
  });

  test('the built-in subscription came with the first template, and stays as it was changed', async () => {
    const read = () =>
      database.query(`select topics, delivery, settings, paused from ai.subscriptions where name = 'ai.email'`);
    expect(await read()).toEqual([{ topics: ['ai.email.send'], delivery: 'email', settings: {}, paused: false }]);
    await database.query(`update ai.subscriptions set paused = true where name = 'ai.email'`);
    await database.query(`insert into ai.email_templates (name, subject, body_text) values ('other', 'x', 'y')`);
    expect(await read()).toMatchObject([{ paused: true }]);
    await database.query(`update ai.subscriptions set paused = false where name = 'ai.email'`);
  });
});

describe('a mail that is refused', () => {
  test('for now (4xx) is tried again', async () => {
    const id = await ask('busy@example.com');
    for (const at of ['rcpt', 'data'] as const) {
      office.refuse.set('busy@example.com', { at, code: 451, text: '4.3.0 try again later' });
      const error = await failure(deliver(id));
      expect(error).not.toBeInstanceOf(GiveUp);
      expect(await logged(id)).toMatchObject([
        { state: 'failed', response: expect.stringContaining('try again later') },
      ]);
    }
    office.refuse.clear();
    await deliver(id);
    expect(office.taken).toHaveLength(1);
    expect(await logged(id)).toMatchObject([{ state: 'sent', attempts: 3 }]);
  });

  test('for good (5xx) because there is no such mailbox: given up, and nothing is sent there any more', async () => {
    const id = await ask('Gone@example.com');
    office.refuse.set('Gone@example.com', { at: 'rcpt', code: 550, text: '5.1.1 no such user' });
    const error = await failure(deliver(id));
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain('no such user');
    expect(await logged(id)).toMatchObject([{ state: 'refused' }]);
    expect(await database.query('select address, reason, detail from ai.email_suppressions')).toEqual([
      { address: 'gone@example.com', reason: 'bounce', detail: expect.stringContaining('no such user') },
    ]);
    office.refuse.clear();
    const other = await ask('gone@example.com');
    await deliver(other);
    expect(await logged(other)).toMatchObject([{ state: 'suppressed' }]);
    expect(office.taken).toEqual([]);
    // a dead letter that is retried after the address was let in again is sent
    await database.query(`delete from ai.email_suppressions`);
    await deliver(id);
    await deliver(other);
    expect(office.taken).toHaveLength(2);
  });

  test.each(['rcpt', 'data'] as const)(
    'for good for another reason (at %s): given up, and the address stays',
    async (at) => {
      const id = await ask('spam@example.com');
      office.refuse.set('spam@example.com', { at, code: 550, text: '5.7.1 looks like spam' });
      expect(await failure(deliver(id))).toBeInstanceOf(GiveUp);
      expect(await database.query('select from ai.email_suppressions')).toEqual([]);
    },
  );

  test('an address that is to get none is one, without what was copied along', async () => {
    await database.query(`insert into ai.email_suppressions (address) values (E' Copied@Example.com\\t')`);
    for (const address of ['Lan <lan@example.com>', '@example.com', null])
      expect(
        (await refusal(database.query('insert into ai.email_suppressions (address) values ($1)', [address]))).code,
      ).toBe('PI413');
    expect(await database.query('select address from ai.email_suppressions')).toEqual([
      { address: 'copied@example.com' },
    ]);
    await database.query('delete from ai.email_suppressions');
  });

  test('an address that asked not to be written to', async () => {
    await database.query(
      `insert into ai.email_suppressions (address, reason) values ('No@Example.com', 'unsubscribe')`,
    );
    const id = await ask('No@Example.com');
    await deliver(id);
    expect(office.connections()).toBe(0);
    expect(await logged(id)).toMatchObject([{ state: 'suppressed' }]);
  });

  test('a password that is wrong is nothing that the mail can help', async () => {
    await handler.close?.();
    await office.close();
    office = await openPostOffice({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'u' && password === 'right' ? done(null, { user: 'u' }) : done(new Error('no')),
    });
    const id = await ask('lan@example.com');
    const error = await failure(
      deliver(id, 'ai.email', delivering(`${office.url.replace('//', '//u:wrong@')}?tls=never`)),
    );
    expect(error).not.toBeInstanceOf(GiveUp);
    expect(JSON.stringify([error.message, await logged(id)])).not.toContain('wrong');
    await deliver(id, 'ai.email', delivering(`${office.url.replace('//', '//u:right@')}?tls=never`));
    expect(office.taken).toHaveLength(1);
  });

  test('nor is a server that wants a login where the worker has none', async () => {
    await handler.close?.();
    await office.close();
    office = await openPostOffice({ disabledCommands: ['STARTTLS'], authOptional: false, onAuth: () => {} });
    const id = await ask('lan@example.com');
    const error = await failure(deliver(id, 'ai.email', delivering(`${office.url}?tls=never`)));
    expect(error).not.toBeInstanceOf(GiveUp);
    expect(error.message).toContain('530');
    expect(await logged(id)).toMatchObject([{ state: 'failed' }]);
  });

  test('nothing goes to a server without STARTTLS where a password is involved', async () => {
    const id = await ask('lan@example.com');
    const error = await failure(deliver(id, 'ai.email', delivering(office.url.replace('//', '//u:secret@'))));
    expect(error.message).toMatch(/STARTTLS/);
    expect(office.taken).toEqual([]);
  });

  test('with STARTTLS it does, and a certificate that nobody knows is refused', async () => {
    await handler.close?.();
    await office.close();
    office = await openPostOffice({ disabledCommands: ['AUTH'] });
    const id = await ask('lan@example.com');
    expect((await failure(deliver(id, 'ai.email', delivering(`${office.url}?tls=required`)))).message).toMatch(
      /certificate/i,
    );
    await deliver(id, 'ai.email', delivering(`${office.url}?tls=required&verify=off`));
    expect(office.taken).toHaveLength(1);
  });

  test('a template that cannot be rendered is given up', async () => {
    await database.query(
      `insert into ai.email_templates (name, subject, body_text, variables) values ('odd', 'x', '{{ n | currency: code }}', '{"n": {}, "code": {}}')`,
    );
    const [row] = await database.query<{ id: string }>(
      `select ai.send_email('odd', 'anna@example.com', '{"n": 1, "code": "no such"}') as id`,
    );
    const error = await failure(deliver(row?.id ?? ''));
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.message).toContain('the template odd (en) cannot be rendered');
  });
});

describe('a connection that is lost', () => {
  test('before the server had the whole message: sent again, and it comes once', async () => {
    const id = await ask('lan@example.com');
    office.onData = (_recipient, drop) => drop();
    // the end is not sent before the loss has been noticed
    const { slow, open } = await gated();
    const error = await failure(attempt({ db: slow, handler, subscription: 'ai.email', eventId: id }));
    expect(error).not.toBeInstanceOf(GiveUp);
    await open();
    expect(await logged(id)).toMatchObject([{ state: 'failed' }]);
    office.onData = () => {};
    await deliver(id);
    expect(office.taken).toHaveLength(1);
  });

  test('at RCPT: the record says that nothing was sent', async () => {
    const id = await ask('lan@example.com');
    office.onRecipient = (_recipient, drop) => drop();
    await failure(deliver(id));
    expect(await logged(id)).toMatchObject([{ state: 'failed' }]);
    office.onRecipient = () => {};
    await deliver(id);
    expect(office.taken).toHaveLength(1);
  });

  const takeWithoutAnswer = () => {
    let drops = 1;
    office.onMessage = (_message, _recipient, drop) => {
      if (drops-- > 0) drop();
    };
  };

  test('after it, without an answer: the same message is sent again, byte by byte', async () => {
    const id = await ask('lan@example.com');
    takeWithoutAnswer();
    const error = await failure(deliver(id));
    expect(error.message).toContain('no answer came');
    expect(await logged(id)).toMatchObject([{ state: 'handed_over' }]);
    await deliver(id);
    expect(await logged(id)).toMatchObject([{ state: 'sent' }]);
    const [first, second] = office.taken;
    expect(office.taken).toHaveLength(2);
    expect(second?.equals(first ?? Buffer.from(''))).toBe(true);
  });

  test('the same, where such mails are held', async () => {
    await database.query(`update ai.subscriptions set settings = '{"in_doubt": "hold"}' where name = 'ai.email'`);
    const id = await ask('lan@example.com');
    takeWithoutAnswer();
    await failure(deliver(id));
    for (let again = 0; again < 2; again++) expect(await failure(deliver(id))).toBeInstanceOf(GiveUp);
    expect(await logged(id)).toMatchObject([{ state: 'in_doubt' }]);
    expect(office.taken).toHaveLength(1);
    await database.query(`update ai.subscriptions set settings = '{}' where name = 'ai.email'`);
  });

  test('the attempt’s time is over: the connection is given up, and the next attempt sends', async () => {
    const id = await ask('lan@example.com');
    const time = new AbortController();
    office.onRecipient = () => {
      time.abort(new Error('time is over'));
      return new Promise(() => {});
    };
    expect((await failure(deliver(id, 'ai.email', handler, time.signal))).message).toContain('time is over');
    expect(await logged(id)).toMatchObject([{ state: 'failed' }]);
    office.onRecipient = () => {};
    await deliver(id);
    expect(office.taken).toHaveLength(1);
  });

  test('… and what was about to be recorded comes too late to count', async () => {
    const id = await ask('lan@example.com');
    const time = new AbortController();
    const { slow, atGate, open } = await gated();
    const first = failure(attempt({ db: slow, handler, subscription: 'ai.email', eventId: id, signal: time.signal }));
    await atGate;
    time.abort(new Error('time is over'));
    expect((await first).message).toContain('time is over');
    await open();
    expect(await logged(id)).toMatchObject([{ state: 'failed' }]);
    expect(office.taken).toEqual([]);
  });

  test('no server at all', async () => {
    const id = await ask('lan@example.com');
    const nowhere = delivering('smtp://127.0.0.1:1');
    expect(await failure(deliver(id, 'ai.email', nowhere))).not.toBeInstanceOf(GiveUp);
    expect(await logged(id)).toMatchObject([{ state: 'failed', response: expect.stringContaining('ECONNREFUSED') }]);
  });
});

describe('a worker that is killed', () => {
  const child = (eventId: string) => {
    const script = join(import.meta.dirname, 'send-child.ts');
    const running = spawn(process.execPath, [script, database.url, office.url, 'ai.email', eventId], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { kill: () => running.kill('SIGKILL'), exit: once(running, 'exit') };
  };

  test('between sending and recording: the mail is sent again with the same Message-ID, or held', async () => {
    const id = await ask('lan@example.com');
    const running = child(id);
    office.onMessage = async () => {
      // the server has it, and the sender will never hear of it
      office.onMessage = () => {};
      running.kill();
      await running.exit;
    };
    await running.exit;
    await expect.poll(() => office.taken.length).toBe(1);
    expect(await logged(id)).toMatchObject([{ state: 'handed_over' }]);
    await deliver(id);
    const mails = await office.parsed();
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    await deliver(id);
    expect(office.taken).toHaveLength(2);
  });

  test('before the message was handed over: it is sent once', async () => {
    const id = await ask('lan@example.com');
    const running = child(id);
    office.onRecipient = async () => {
      office.onRecipient = () => {};
      running.kill();
      await running.exit;
    };
    await running.exit;
    expect(await logged(id)).toMatchObject([{ state: 'claimed', attempts: 1 }]);
    await deliver(id);
    expect(office.taken).toHaveLength(1);
  });

  test('or only slow, and overtaken by another one: it keeps the end of its message back', async () => {
    const id = await ask('lan@example.com');
    const { slow, atGate, open } = await gated();
    const first = failure(attempt({ db: slow, handler, subscription: 'ai.email', eventId: id }));
    await atGate;
    await deliver(id);
    await open();
    expect((await first).message).toContain('another worker sends this mail');
    expect(office.taken).toHaveLength(1);
    expect(await logged(id)).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });
});

describe('a folder instead of a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pg-ai-mail-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds each mail as a file that mail programs open; one mail is one file', async () => {
    const id = await ask('lan@example.com', { name: 'Lan' });
    const byFolder = delivering(pathToFileURL(folder).href);
    await deliver(id, 'ai.email', byFolder);
    await database.query('delete from ai.email_log where event_id = $1', [id]);
    await deliver(id, 'ai.email', byFolder);
    const files = readdirSync(folder);
    expect(files).toEqual([expect.stringMatching(/^lan@example\.com [0-9a-f]{12}\.eml$/)]);
    const mail = await simpleParser(readFileSync(join(folder, files[0] ?? '')));
    expect(mail).toMatchObject({ subject: 'Welcome Lan', to: { text: 'lan@example.com' } });
    expect((await logged(id))[0]?.response).toContain(files[0]);
  });
});

test('a worker that does not know where to send leaves mails to others', async () => {
  const id = await ask('lan@example.com');
  const lost = createEmailDelivery({ config: undefined });
  expect(process.env.PG_AI_EMAIL_URL).toBeUndefined();
  expect(await failure(deliver(id, 'ai.email', lost))).toBeInstanceOf(TryLater);
  expect(await logged(id)).toEqual([]);
});
