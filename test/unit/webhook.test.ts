import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reachOf } from '../../workers/webhook/address.ts';
import { AddressRefused, createAgent } from '../../workers/webhook/connect.ts';
import { post, readRetryAfter } from '../../workers/webhook/post.ts';
import { signedHeaders } from '../../workers/webhook/sign.ts';
import { verifyWebhook, type WebhookVerificationError } from '../../workers/webhook/verify.ts';

describe('which addresses may be connected to', () => {
  test.each([
    [
      'public',
      [
        '1.1.1.1',
        '8.8.8.8',
        '172.15.0.1',
        '172.32.0.1',
        '192.167.255.255',
        '100.63.255.255',
        '100.128.0.1',
        '11.0.0.1',
        '223.255.255.255',
      ],
    ],
    [
      'public',
      ['2606:4700:4700::1111', '2a00:1450:4001:82b::200e', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'],
    ],
    [
      'private',
      [
        '127.0.0.1',
        '127.255.255.254',
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        '198.18.0.1',
      ],
    ],
    [
      'private',
      [
        '::1',
        'fd12:3456::1',
        'fc00::1',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '::ffff:0a00:0001',
        '64:ff9b::a00:1',
        '2002:7f00:1::',
        '::127.0.0.1',
      ],
    ],
    [
      'never',
      [
        '0.0.0.0',
        '0.1.2.3',
        '169.254.169.254',
        '169.254.170.2',
        '100.100.100.200',
        '168.63.129.16',
        '192.0.0.192',
        '224.0.0.1',
        '255.255.255.255',
        '240.0.0.1',
        '203.0.113.9',
      ],
    ],
    [
      'never',
      [
        '::',
        'fe80::1',
        'fe80::1%eth0',
        'ff02::1',
        'fd00:ec2::254',
        '::ffff:169.254.169.254',
        '64:ff9b::a9fe:a9fe',
        '2002:a9fe:a9fe::',
        '2001:db8::1',
        '2001::1',
        'fec0::1',
        '4000::1',
        '64:ff9b:1::1',
      ],
    ],
    ['never', ['', 'localhost', '127.0.0.1.', '127.1', '2130706433']],
  ] as const)('%s: %j', (reach, addresses) => {
    expect(addresses.map((address) => [address, reachOf(address)])).toEqual(
      addresses.map((address) => [address, reach]),
    );
  });
});

describe('connecting', () => {
  let server: Server;
  let port: number;
  let requests = 0;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      requests++;
      response.end('ok');
    });
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const send = (url: string, agent = createAgent(false)) =>
    post({
      agent,
      url,
      headers: {},
      body: '{}',
      timeoutMs: 5000,
      maxResponseBytes: 100,
      signal: new AbortController().signal,
    });

  test.each([
    'http://127.0.0.1:%',
    'http://localhost:%',
    'http://127.1:%',
    'http://2130706433:%',
    'http://0x7f000001:%',
    'http://0177.0.0.1:%',
    'http://[::1]:%',
    'http://[::ffff:127.0.0.1]:%',
    'http://[::ffff:7f00:1]:%',
    'http://0.0.0.0:%',
    'http://[::]:%',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
  ])('%s is refused, and nothing is connected to', async (url) => {
    const before = connections;
    expect((await send(url.replace('%', String(port)))).kind).toBe('refused');
    expect(connections).toBe(before);
  });

  test('where private addresses are allowed, loopback is, and link-local is not', async () => {
    expect(await send(`http://127.0.0.1:${port}`, createAgent(true))).toMatchObject({ kind: 'status', status: 200 });
    expect((await send('http://169.254.169.254', createAgent(true))).kind).toBe('refused');
    expect((await send(`http://[::ffff:169.254.169.254]:${port}`, createAgent(true))).kind).toBe('refused');
  });

  test('a name is judged by what it resolves to, at the moment of connecting, and by all of it', async () => {
    type Address = { address: string; family: number };
    const resolving = (...answers: Address[][]) => {
      const lookup = ((_host: string, _options: unknown, callback: (error: null, addresses: Address[]) => void) =>
        callback(null, answers.shift() ?? [])) as unknown as NonNullable<Parameters<typeof createAgent>[1]>;
      return createAgent(false, lookup);
    };
    const [loopback, open] = [
      { address: '127.0.0.1', family: 4 },
      { address: '203.0.114.1', family: 4 },
    ];
    const before = [requests, connections];
    for (const agent of [
      resolving([loopback]),
      resolving([open, loopback]),
      resolving([{ address: '::ffff:10.0.0.1', family: 6 }]),
    ])
      expect((await send(`http://hooks.example.com:${port}`, agent)).kind).toBe('refused');
    expect([requests, connections]).toEqual(before);
  });

  test('a redirect is an answer, and nobody goes where it leads', async () => {
    const redirecting = createServer((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end(),
    );
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const before = requests;
    const answer = await send(`http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`, createAgent(true));
    redirecting.close();
    expect(answer).toMatchObject({ kind: 'status', status: 302 });
    expect(requests).toBe(before);
  });

  test('the reason tells the address', async () => {
    const answer = await send(`http://localhost:${port}`);
    expect(answer).toMatchObject({
      reason: expect.stringMatching(/^localhost \((127\.0\.0\.1|::1)\) is a private address/),
    });
    expect(new AddressRefused('x').name).toBe('AddressRefused');
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-05T08:00:00Z');
  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 05 Jan 2026 08:01:00 GMT', 60_000],
    ['Mon, 05 Jan 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['-5x', undefined],
  ])('%s', (value, expected) => expect(readRetryAfter(value, now)).toBe(expected));
});

describe('verifying', () => {
  // The example of the Standard Webhooks specification's reference libraries.
  const EXAMPLE = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1614265330 * 1000),
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const headers = signedHeaders([EXAMPLE.secret], EXAMPLE.id, EXAMPLE.at, EXAMPLE.body);
  const received = { headers, body: EXAMPLE.body, secrets: EXAMPLE.secret, now: EXAMPLE.at };
  const reason = (change: Partial<Parameters<typeof verifyWebhook>[0]>): string => {
    try {
      verifyWebhook({ ...received, ...change });
    } catch (error) {
      return (error as WebhookVerificationError).reason;
    }
    return 'verified';
  };

  test('signs as others do', () => expect(headers['webhook-signature']).toBe(EXAMPLE.signature));

  test('takes what is signed, from Node, fetch and frameworks, as text and as bytes', () => {
    const verified = { id: EXAMPLE.id, timestamp: EXAMPLE.at, payload: { test: 2432232314 } };
    expect(verifyWebhook(received)).toEqual(verified);
    expect(verifyWebhook({ ...received, headers: new Headers(headers) })).toEqual(verified);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(verifyWebhook({ ...received, headers: upper, body: Buffer.from(EXAMPLE.body) })).toEqual(verified);
  });

  test('refuses what is not', () => {
    expect(reason({ body: '{"test": 2432232315}' })).toBe('signature');
    expect(reason({ headers: { ...headers, 'webhook-id': 'msg_other' } })).toBe('signature');
    expect(reason({ headers: { ...headers, 'webhook-timestamp': String(1614265331) } })).toBe('signature');
    expect(reason({ secrets: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx' })).toBe('signature');
    expect(reason({ headers: { ...headers, 'webhook-signature': EXAMPLE.signature.replace('v1,', 'v2,') } })).toBe(
      'signature',
    );
    expect(reason({ headers: { ...headers, 'webhook-signature': 'v1,' } })).toBe('signature');
    expect(reason({ headers: { ...headers, 'webhook-signature': `${EXAMPLE.signature}AAAA` } })).toBe('signature');
    for (const name of Object.keys(headers))
      expect(reason({ headers: { ...headers, [name]: undefined } })).toBe('header');
    expect(reason({ headers: { ...headers, 'webhook-timestamp': '1614265330abc' } })).toBe('header');
    expect(reason({ headers: { ...headers, 'webhook-timestamp': '-1' } })).toBe('header');
    expect(reason({ now: new Date(EXAMPLE.at.getTime() + 301_000) })).toBe('timestamp');
    expect(reason({ now: new Date(EXAMPLE.at.getTime() - 301_000) })).toBe('timestamp');
    expect(reason({ now: new Date(EXAMPLE.at.getTime() + 301_000), toleranceSeconds: 302 })).toBe('verified');
  });

  test('a signed body that is no JSON', () => {
    const body = 'hello';
    expect(reason({ body, headers: signedHeaders([EXAMPLE.secret], EXAMPLE.id, EXAMPLE.at, body) })).toBe('body');
  });

  test('while a secret is being changed, either side may be first', () => {
    const other = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const both = signedHeaders([other, EXAMPLE.secret], EXAMPLE.id, EXAMPLE.at, EXAMPLE.body);
    expect(both['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(reason({ headers: both })).toBe('verified');
    expect(reason({ headers: both, secrets: other })).toBe('verified');
    expect(reason({ secrets: [other, EXAMPLE.secret] })).toBe('verified');
    expect(reason({ secrets: [other] })).toBe('signature');
  });

  test('a secret that is none is a mistake of ours, and not of the message', () => {
    expect(() => verifyWebhook({ ...received, secrets: 'whsec_' })).toThrow('whsec_ and base64');
    expect(() => verifyWebhook({ ...received, secrets: [] })).toThrow('no webhook secret');
  });
});
