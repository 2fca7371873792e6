import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();
const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const roles = {} as Record<'ai_admin' | 'ai_worker' | 'ai_user', string>;

beforeAll(async () => {
  for (const role of ['ai_admin', 'ai_worker', 'ai_user'] as const) {
    roles[role] = `${database.name}_${role.slice(3)}`;
    await database.query(`create role ${roles[role]}; grant ${role} to ${roles[role]}`);
  }
});
afterAll(async () => {
  const all = Object.values(roles).join(', ');
  await database.query(`drop owned by ${all}; drop role ${all}`);
});

const as = async (role: keyof typeof roles, sql: string, parameters: unknown[] = []) => {
  const client = await database.as(roles[role]);
  try {
    return (await client.query(sql, parameters)).rows;
  } finally {
    await client.end();
  }
};
const insert = (columns: Record<string, unknown>) => {
  const row = { name: 'crm', url: 'https://crm.example.com/hooks', ...columns };
  const names = Object.keys(row);
  return as(
    'ai_admin',
    `insert into ai.webhook_endpoints (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row),
  );
};
const secretsOf = async (name: string) =>
  (await database.query<{ secrets: string[] }>('select secrets from ai.webhook_endpoints where name = $1', [name]))[0]
    ?.secrets ?? [];

describe('an endpoint in order is taken', () => {
  test.each([
    { url: 'https://crm.example.com' },
    { url: 'https://crm.example.com:8443/a/b?c=d&e=f' },
    { url: 'http://10.0.0.1/hook', allow_private: true },
    { url: 'https://[2606:4700::1]/x' },
    { secrets: [SECRET, 'env:CRM_SECRET'] },
    { headers: JSON.stringify({ authorization: 'Bearer x', 'X-Tenant': '1' }) },
  ])('%j', async (columns) => {
    await insert(columns);
    await database.query(`delete from ai.webhook_endpoints`);
  });
});

describe('a mistake is refused, with what to write instead', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ name: 'My CRM' }, 'name: not a name for an endpoint'],
    [{ url: 'crm.example.com' }, 'url: it begins with neither https:// nor http://'],
    [{ url: 'javascript:alert(1)' }, 'url: it begins with neither'],
    [{ url: 'http://crm.example.com' }, 'url: only https goes over public networks'],
    [{ url: 'https://user:secret@crm.example.com' }, 'url: no address of a host'],
    [{ url: 'https://crm.example.com/#x' }, 'url: no address of a host'],
    [{ url: 'https://crm.example.com/a b' }, 'url: no address of a host'],
    [{ url: 'https://' }, 'url: no address of a host'],
    [{ url: 'https://crm.example.com:99999/x' }, 'url: no host, or no port'],
    [{ url: 'https://crm.example.com:x/' }, 'url: no host, or no port'],
    [{ url: 'https://[::1/' }, 'url: no host, or no port'],
    [{ url: 'https://a\\b.example.com' }, 'url: no host, or no port'],
    [{ secrets: ['hunter2'] }, 'secrets: a secret has a wrong form'],
    [{ secrets: [`whsec_${Buffer.alloc(23).toString('base64')}`] }, 'secrets: a secret has a wrong form'],
    [{ secrets: [`whsec_${Buffer.alloc(65).toString('base64')}`] }, 'secrets: a secret has a wrong form'],
    [{ secrets: ['env:1'] }, 'secrets: a secret has a wrong form'],
    [{ secrets: [null] }, 'secrets: a secret has a wrong form'],
    [{ headers: '[]' }, 'headers: no JSON object'],
    [{ headers: '{"a b": "x"}' }, 'headers.a b: no header that can be set'],
    [{ headers: '{"Webhook-Signature": "x"}' }, 'headers.Webhook-Signature: no header that can be set'],
    [{ headers: '{"host": "x"}' }, 'headers.host: no header that can be set'],
    [{ headers: '{"x": "a\\r\\nb: c"}' }, 'headers.x: no text of printable ASCII'],
    [{ headers: '{"x": 1}' }, 'headers.x: no text of printable ASCII'],
    [{ timeout_ms: 0 }, 'timeout_ms: out of range'],
    [{ max_request_bytes: 0 }, 'max_request_bytes: out of range'],
    [{ max_response_bytes: -1 }, 'max_response_bytes: out of range'],
  ])('%j', async (columns, reason) => {
    const { code, message, everything } = await refusal(insert(columns));
    expect([code, message]).toEqual(['PI420', expect.stringContaining(reason)]);
    expect(everything).not.toMatch(/hunter2|user:secret/);
  });

  test('all at once', async () => {
    expect((await refusal(insert({ name: 'A', url: 'x', headers: '[]' }))).message).toContain(
      'the webhook endpoint A has 3 mistake(s)',
    );
  });

  test('nulls, too', async () => {
    expect((await refusal(insert({ name: null, url: null, headers: null, timeout_ms: null }))).message).toBe(
      [
        'the webhook endpoint  has 4 mistake(s):',
        'name: null; it has to be given',
        'url: null; it has to be given',
        'headers: null; leave the column out to take its default',
        'timeout_ms: null; leave the column out to take its default',
      ].join('\n  '),
    );
  });

  test('headers, which may hold tokens, do not go to another host than they were given for', async () => {
    await insert({ url: 'https://crm.example.com/a', headers: '{"authorization": "Bearer t"}' });
    const change = (what: string) => as('ai_admin', `update ai.webhook_endpoints set ${what}`);
    for (const url of ['https://evil.example.com/a', 'https://crm.example.com:8443/a'])
      expect(await refusal(change(`url = '${url}'`))).toMatchObject({
        code: 'PI420',
        message: expect.stringContaining('headers: they would go to another host than they were given for'),
      });
    await change(`url = 'https://CRM.example.com/b'`);
    await change(`url = 'https://other.example.com/a', headers = '{"authorization": "Bearer t2"}'`);
    await database.query('delete from ai.webhook_endpoints');
  });

  test('a subscription to an endpoint that is not there', async () => {
    await insert({});
    const subscribe = (settings: unknown) =>
      as(
        'ai_admin',
        `insert into ai.subscriptions (name, topics, delivery, settings) values ('s', '{**}', 'webhook', $1)`,
        [JSON.stringify(settings)],
      );
    for (const [settings, reason] of [
      [{}, 'settings.endpoint: the delivery webhook needs it'],
      [{ endpoint: 'crn' }, 'settings.endpoint: there is no endpoint "crn"; did you mean "crm"?'],
      [{ endpoint: 'crm', url: 'x' }, 'settings.url: unknown key for the delivery webhook'],
      [[], 'settings: no JSON object'],
    ] as const)
      expect((await refusal(subscribe(settings))).message).toContain(reason);
    await subscribe({ endpoint: 'crm' });
    await database.query('delete from ai.subscriptions; delete from ai.webhook_endpoints');
  });

  test('one in use is neither deleted nor renamed', async () => {
    await insert({});
    await insert({ name: 'other' });
    await database.query(
      `insert into ai.subscriptions (name, topics, delivery, settings)
       select n, '{**}', 'webhook', '{"endpoint": "crm"}' from unnest('{s1,s2}'::text[]) as n`,
    );
    for (const sql of [
      'delete from ai.webhook_endpoints',
      `update ai.webhook_endpoints set name = 'crm2' where name = 'crm'`,
    ])
      expect(await refusal(as('ai_admin', sql))).toMatchObject({
        code: 'PI422',
        message: 'the webhook endpoint crm is in use by the subscription(s) s1, s2',
        hint: expect.stringContaining('set disabled = true'),
      });
    await as('ai_admin', `update ai.webhook_endpoints set disabled = true where name = 'crm'`);
    await as('ai_admin', `delete from ai.webhook_endpoints where name = 'other'`);
    await database.query('delete from ai.subscriptions; delete from ai.webhook_endpoints');
  });
});

describe('secrets', () => {
  test('an older one always retires, also where nobody says when', async () => {
    await insert({});
    await database.query(`select ai.rotate_webhook_secret('crm', null)`);
    expect(await database.query('select retire_at is not null as retires from ai.webhook_endpoints')).toEqual([
      { retires: true },
    ]);
    await database.query('delete from ai.webhook_endpoints');
  });

  test('one is made where none is given: strong, and another one each time', async () => {
    await insert({ name: 'one' });
    await insert({ name: 'two' });
    const [[one = ''], [two = '']] = [await secretsOf('one'), await secretsOf('two')];
    for (const secret of [one, two]) expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    expect(one).not.toBe(two);
    await database.query('delete from ai.webhook_endpoints');
  });

  test('can be read by the worker alone: not by ai_user, and not by ai_admin, who writes them', async () => {
    await insert({ secrets: [SECRET], headers: '{"authorization": "Bearer token"}' });
    for (const sql of [
      'select secrets from ai.webhook_endpoints',
      'select headers from ai.webhook_endpoints',
      'select * from ai.webhook_endpoints',
      'select e::text from ai.webhook_endpoints e',
      'update ai.webhook_endpoints set description = secrets[1]',
      'update ai.webhook_endpoints set disabled = false returning secrets',
      `select from ai.webhook_endpoints where secrets[1] like 'w%'`,
      `insert into ai.webhook_endpoints (name, url) values ('crm', 'https://x.y') on conflict (name) do update set description = ai.webhook_endpoints.secrets[1]`,
      `select * from ai_private.webhook_admit('crm')`,
      'select ai_private.new_webhook_secret()',
    ]) {
      for (const role of ['ai_admin', 'ai_user'] as const)
        expect((await refusal(as(role, sql))).code, `${role}: ${sql}`).toBe('42501');
    }
    expect(await as('ai_admin', 'select name, url, disabled from ai.webhook_endpoints')).toHaveLength(1);
    expect((await refusal(as('ai_user', 'select name from ai.webhook_endpoints'))).code).toBe('42501');
    expect(await as('ai_worker', `select secrets from ai_private.webhook_admit('crm')`)).toEqual([
      { secrets: [SECRET] },
    ]);
    expect((await refusal(as('ai_worker', `update ai.webhook_endpoints set url = 'https://x.y'`))).code).toBe('42501');
    await database.query('delete from ai.webhook_endpoints');
  });

  test('are changed without a gap: both sign until the old one retires', async () => {
    await insert({ secrets: [SECRET] });
    const valid = async () => (await as('ai_worker', `select secrets from ai_private.webhook_admit('crm')`))[0].secrets;
    const [{ secret: second }] = await as('ai_admin', `select ai.rotate_webhook_secret('crm') as secret`);
    expect(await valid()).toEqual([second, SECRET]);
    await database.query(`update ai.webhook_endpoints set retire_at = now()`);
    expect(await valid()).toEqual([second]);
    // what is retired does not come back with the next one
    const [{ secret: third }] = await as('ai_admin', `select ai.rotate_webhook_secret('crm', '1 hour') as secret`);
    expect(await valid()).toEqual([third, second]);
    for (let n = 0; n < 6; n++) await as('ai_admin', `select ai.rotate_webhook_secret('crm')`);
    expect(await valid()).toHaveLength(5);
    await as('ai_admin', `select ai.rotate_webhook_secret('crm', '0')`);
    expect(await valid()).toHaveLength(1);
    const { code, hint } = await refusal(as('ai_admin', `select ai.rotate_webhook_secret('cmr')`));
    expect([code, hint]).toEqual(['PI421', 'There are: crm.']);
    for (const role of ['ai_user', 'ai_worker'] as const)
      expect((await refusal(as(role, `select ai.rotate_webhook_secret('crm')`))).code).toBe('42501');
    await database.query('delete from ai.webhook_endpoints');
  });
});
