import { describe, expect, test } from 'vitest';
import { isAddress, parseMailbox } from '../../workers/email/address.ts';
import { emailConfigFrom, readOutgoing } from '../../workers/email/config.ts';
import { composeMessage, messageIdOf } from '../../workers/email/message.ts';
import { outcomeOf } from '../../workers/email/outcome.ts';
import { createRenderer, readVariables } from '../../workers/email/render.ts';

const renderer = createRenderer();
const render = (text: string, variables: string, locale = 'en') =>
  renderer.render({ locale, subject: text, bodyText: text, bodyHtml: text }, readVariables(variables));

describe('rendering', () => {
  test('HTML is escaped, text and subject are not', () => {
    const evil = `<b onclick='x("&")'>`;
    const { subject, text, html } = render('{{ name }}', JSON.stringify({ name: evil }));
    expect([subject, text]).toEqual([evil, evil]);
    expect(html).toBe('&#60;b onclick=&#39;x(&#34;&#38;&#34;)&#39;&#62;');
  });

  test.each([
    ['{{ name | upcase }}', '&#60;A&#62;'],
    ['{{ "<" | append: name }}', '&#60;&#60;a&#62;'],
    ['{{ names | join: "<" }}', '&#60;a&#62;&#60;b'],
    ['{% for n in names %}{{ n }}{% endfor %}', '&#60;a&#62;b'],
    ['{% assign n = name %}{{ n }}', '&#60;a&#62;'],
    ['{{ lines | newline_to_br }}', '&#60;a&#62;<br>\nb'],
    ['{{ lines | newline_to_br | append: "" }}', '&#38;#60;a&#38;#62;&#60;br&#62;\nb'],
    ['{{ name | default: "x" }}', '&#60;a&#62;'],
    ['{{ missing | default: name }}', '&#60;a&#62;'],
    ['{{ name | raw }}', '<a>'],
  ])('%s gives %s in HTML', (template, expected) => {
    const { html } = render(template, JSON.stringify({ name: '<a>', names: ['<a>', 'b'], lines: '<a>\nb' }));
    expect(html).toBe(expected);
  });

  test('a subject is one line, whatever stands in the variables', () => {
    const { subject } = render(
      'Hello {{ name }}',
      JSON.stringify({ name: 'Lan\r\nBcc: all@example.com\u2028x\u0000' }),
    );
    expect(subject).toBe('Hello Lan Bcc: all@example.com x');
  });

  test('numbers keep their digits', () => {
    const { text } = render(
      '{{ price }} {{ big }} {{ n }} {{ price | currency: "EUR" }} {{ big | number }} {{ n | number: 2 }}',
      '{"price": 12.50, "big": 9007199254740993.10, "n": 3}',
    );
    expect(text).toBe('12.50 9007199254740993.10 3 €12.50 9,007,199,254,740,993.1 3.00');
  });

  test('money and dates as the reader writes them', () => {
    const { text } = render(
      '{{ n | currency: "VND" }} {{ d | date: "%A" }}',
      '{"n": 1234567, "d": "2026-01-05T08:00:00Z"}',
      'vi',
    );
    expect(text.replace(/\u00a0/g, ' ')).toBe('1.234.567 ₫ Thứ Hai');
  });

  test('what is no template reaches nothing: no prototypes, no files, no endless loops', () => {
    expect(render('{{ name.constructor }}{{ name.__proto__ }}', '{"name": {"a": 1}}').text).toBe('');
    expect(() => render('{% include "/etc/passwd" %}', '{}')).toThrow(/include/);
    expect(() => render('{{ name | shout }}', '{"name": 1}')).toThrow(/shout/);
    const loop = `${'{% for a in l %}'.repeat(6)}x${'{% endfor %}'.repeat(6)}`;
    expect(() => render(loop, JSON.stringify({ l: Array.from({ length: 100 }, () => 1) }))).toThrow(/limit exceeded/);
  });
});

describe('addresses', () => {
  test.each([
    ['lan@example.com', { name: '', address: 'lan@example.com' }],
    ['Lan Nguyễn <lan@example.com>', { name: 'Lan Nguyễn', address: 'lan@example.com' }],
    ['"Shop, the" <lan@example.com>', { name: 'Shop, the', address: 'lan@example.com' }],
    ['a@b, c@d', undefined],
    ['Lan <a@b>, <c@d>', undefined],
    ['Lan\r\nBcc: x <a@b>', undefined],
    ['a@b\r\nRCPT TO:<c@d>', undefined],
    ['a@b>\r\nRCPT TO:<c@d', undefined],
    ['a b@c', undefined],
    ['nobody', undefined],
    ['', undefined],
  ])('%j', (text, expected) => expect(parseMailbox(text)).toEqual(expected));

  test('a very long one is none', () => expect(isAddress(`${'a'.repeat(60)}@${'b'.repeat(200)}`)).toBe(false));
});

describe('messages', () => {
  const from = { name: 'Shop', address: 'shop@example.com' };
  const event = { id: '7', at: new Date('2026-01-05T08:00:00Z') };
  const parts = {
    from,
    to: { name: '', address: 'lan@example.com' },
    replyTo: undefined,
    subject: 'Chào Lan',
    text: 'Xin chào',
    html: '<p>Xin chào</p>',
    messageId: messageIdOf('s', event, 'lan@example.com', from),
    date: event.at,
    locale: 'vi',
  };

  test('the same mail is the same bytes, in every attempt', async () => {
    const [first, second] = [await composeMessage(parts), await composeMessage({ ...parts })];
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(first.envelope).toEqual({ from: 'shop@example.com', to: ['lan@example.com'] });
  });

  test('a Message-ID is stable, and another one for another event, subscription, recipient or moment', () => {
    const id = messageIdOf('s', event, 'lan@example.com', from);
    expect(id).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(messageIdOf('s', { ...event }, 'Lan@Example.com', from)).toBe(id);
    const others = [
      messageIdOf('t', event, 'lan@example.com', from),
      messageIdOf('s', { ...event, id: '8' }, 'lan@example.com', from),
      messageIdOf('s', event, 'minh@example.com', from),
      messageIdOf('s', { ...event, at: new Date('2026-01-05T08:00:01Z') }, 'lan@example.com', from),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });
});

describe('where mails go', () => {
  const smtp = { kind: 'smtp', secure: false, verify: true, user: undefined, password: undefined, connections: 5 };
  test.each([
    ['smtp://localhost', { ...smtp, host: 'localhost', port: 587, startTls: 'offered' }],
    ['smtp://mail.example.com', { ...smtp, host: 'mail.example.com', port: 587, startTls: 'required' }],
    [
      'smtp://u:p%40ss@127.0.0.1:25',
      { ...smtp, host: '127.0.0.1', port: 25, startTls: 'required', user: 'u', password: 'p@ss' },
    ],
    [
      'smtps://mail.example.com?verify=off&connections=2',
      {
        ...smtp,
        host: 'mail.example.com',
        port: 465,
        secure: true,
        startTls: 'required',
        verify: false,
        connections: 2,
      },
    ],
    ['smtp://[::1]:2525?tls=never', { ...smtp, host: '::1', port: 2525, startTls: 'never' }],
    ['file:///tmp/mails%20here', { kind: 'folder', folder: '/tmp/mails here' }],
  ])('%s', (url, expected) => expect(readOutgoing(url)).toEqual(expected));

  test.each([
    ['mail.example.com', 'no URL'],
    ['https://u:secret@mail.example.com', 'begins with https://'],
    ['smtp://u:secret@mail.example.com?tsl=never', 'no option "tsl"'],
    ['smtp://u:secret@mail.example.com?tls=maybe', 'tls=maybe'],
    ['smtp://u:secret@mail.example.com?connections=none', 'connections is a number'],
  ])('%s is refused, without its password', (url, reason) => {
    expect(() => readOutgoing(url)).toThrow(reason);
    try {
      readOutgoing(url);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });

  test('a server needs a sender; a folder does without', () => {
    expect(emailConfigFrom({})).toBeUndefined();
    expect(() => emailConfigFrom({ PG_AI_EMAIL_URL: 'smtp://localhost' })).toThrow('PG_AI_EMAIL_FROM');
    expect(emailConfigFrom({ PG_AI_EMAIL_URL: 'file:///x' })?.from.address).toBe('pg_ai@localhost');
  });
});

describe('what a failure of SMTP means', () => {
  const failure = (command: string, response: string) =>
    Object.assign(new Error(response), { command, response, responseCode: Number(response.slice(0, 3)) });
  test.each([
    ['RCPT TO', '550 5.1.1 no such user', false, { kind: 'rejected', permanent: true, mailbox: true }],
    ['RCPT TO', '550 no such user', false, { kind: 'rejected', permanent: true, mailbox: true }],
    [
      'RCPT TO',
      "551 The recipient <a@b> doesn't exist here",
      false,
      { kind: 'rejected', permanent: true, mailbox: true },
    ],
    ['RCPT TO', '550 rejected by a list', false, { kind: 'rejected', permanent: true, mailbox: false }],
    ['RCPT TO', '550 5.7.1 blocked', false, { kind: 'rejected', permanent: true, mailbox: false }],
    ['RCPT TO', '552 5.2.2 mailbox full', false, { kind: 'rejected', permanent: true, mailbox: false }],
    ['RCPT TO', '554 not here', false, { kind: 'rejected', permanent: true, mailbox: false }],
    ['RCPT TO', '450 4.2.1 greylisted', false, { kind: 'rejected', permanent: false, mailbox: false }],
    ['MAIL FROM', '550 5.1.8 sender unknown', false, { kind: 'rejected', permanent: true, mailbox: false }],
    ['DATA', '554 5.6.0 spam', true, { kind: 'rejected', permanent: true, mailbox: false }],
    ['DATA', '451 4.3.0 try again', true, { kind: 'rejected', permanent: false, mailbox: false }],
    ['AUTH PLAIN', '535 5.7.8 wrong password', false, { kind: 'unreached' }],
    ['CONN', '421 too many', false, { kind: 'unreached' }],
  ])('%s answered by %s', (command, response, handedOver, expected) => {
    expect(outcomeOf(failure(command, response), handedOver)).toMatchObject(expected);
  });
  test('a lost connection means something else before and after the message was handed over', () => {
    expect(outcomeOf(new Error('closed'), false).kind).toBe('unreached');
    expect(outcomeOf(new Error('closed'), true).kind).toBe('unknown');
  });
});
