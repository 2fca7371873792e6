import type { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { examine } from '../../src/install/checks.ts';
import { compileTables } from '../../src/install/compile-host.ts';
import { findInstallation } from '../../src/install/installed.ts';
import { difference, introspect } from '../../src/install/manifest.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type DumpFormat, dump, dumpTools, restore } from '../support/pg-dump.ts';
import { shop } from './shop.ts';

const server = inject('server');
export const tools = dumpTools(server.version, server.binDir);
export const noTools = `there is no pg_dump of PostgreSQL ${server.version} or newer here: install its client package`;

const rows = async (client: Client, sql: string): Promise<unknown[]> => (await client.query(sql)).rows;

const create = (email: string): string =>
  `select ai.generate_mutation('create', 'shop.users', '{"email": "${email}"}') ->> 'email' as email`;

/** Mails and webhooks, with what their triggers add. */
const afterCommit = `
  insert into ai.email_templates (name, subject, body_text) values ('hello', 'Hello', 'Hello');
  insert into ai.email_suppressions (address) values ('no@example.org');
  insert into ai.webhook_endpoints (name, url) values ('crm', 'https://crm.example.org');
  insert into ai.subscriptions (name, topics, delivery, settings) values ('crm', '{shop.**}', 'webhook', '{"endpoint": "crm"}');
  insert into ai.listeners (name, position) values ('service', ai.event_position());
  select ai_private.webhook_report('crm', 'failed', 'answered 500', 0);
  select ai.send_email('hello', 'lan@example.org')`;

/** Actions with what they are made of: functions of their own, hooks, policies; JavaScript where there is a language for it. */
const actions = (role: string, javascript: boolean): string => `
  insert into ai.meta_actions (action_name, steps, input_schema, preconditions, roles) values ('join in',
    '[{"create": "shop.users", "values": {"email": "$email"}, "as": "user"}, {"return": {"email": "$user.email", "phone": "+84901234567"}}]',
    '{"properties": {"email": {"type": "string"}}, "required": ["email"]}', '[":email <> ''no''"]', '{${role}}');
  insert into ai.hooks (name, action, phase, language, code, condition) values
    ('tidy', 'join in', 'pre', 'sql', $$ select jsonb_build_object('inputs', jsonb_build_object('email', lower(ctx #>> '{inputs,email}'))) $$, 'actor is not null');
  insert into ai.policies (name, action, kind, definition) values
    ('shown', 'join in', 'data', '{"fields": {"phone": {"mask": "phone"}}}'), ('few', 'join in', 'rate_limit', '{"limit": "2/day"}');
  ${
    javascript
      ? `insert into ai.meta_actions (action_name, language, code_template, roles) values ('js', 'javascript', 'return { one: 9007199254740993n };', '{${role}}');
         insert into ai.hooks (name, action, phase, language, code) values ('more', 'js', 'post', 'javascript', 'return { result: { of: ctx.action } }');`
      : ''
  }`;

/** What has to hold of a database that was dumped and restored, however pg_ai came into it. */
export function keptByDump(format: DumpFormat, putPgAi: (client: Client) => Promise<unknown>, can = true): void {
  let from: TestDatabase;
  let to: TestDatabase;
  let before: Client;
  let after: Client;
  let role: string;

  beforeAll(async () => {
    if (tools === undefined || !can) return;
    from = await createDatabase({ installed: false });
    to = await createDatabase({ installed: false });
    role = `${from.name}_caller`;
    before = await from.client();
    await before.query(`create role ${role}`);
    await putPgAi(before);
    await before.query(shop(role));
    await before.query(actions(role, server.javascript !== 'none'));
    await compileTables(before);
    await before.query(create('one@example.org'));
    await before.query(afterCommit);
    await before.query(`select ai.add_encryption_key('pii', 'a secret that is long enough for a key')`);
    await before.query('select ai.maintain()');
    await before.query(create('two@example.org'));
    restore(tools, to.url, format, dump(tools, from.url, format));
    after = await to.client();
  });
  afterAll(async () => {
    if (tools === undefined || !can) return;
    for (const database of [from, to]) {
      await database.query(`drop owned by ${role}`);
    }
    await before.query(`drop role ${role}`);
    await from.drop();
    await to.drop();
  });

  test.each([
    ...['ai.declaration', 'ai.operation', 'ai.revision', 'ai.audit_log', 'ai.event_log', 'ai.subscriptions'],
    ...['ai.email_templates', 'ai.email_suppressions', 'ai.webhook_endpoints', 'ai.webhook_circuits'],
    ...['ai.listeners', 'ai_private.subscription_cursor', 'ai.meta_actions', 'ai.action', 'ai.hooks', 'ai.policies'],
  ])('%s is the same', async (table) => {
    const sql = `select to_jsonb(t) as row from ${table} as t order by to_jsonb(t)::text`;
    const kept = await rows(before, sql);
    expect(kept.length).toBeGreaterThan(0);
    expect(await rows(after, sql)).toEqual(kept);
  });

  test('generated functions belong to ai_owner, with the same grants and bodies', async () => {
    const sql = `
      select p.oid::regprocedure::text as name, p.proowner::regrole::text as owner, p.proacl::text as grants, p.prosrc as body, obj_description(p.oid) as comment
      from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace order by name`;
    const kept = await rows(before, sql);
    expect(kept).toContainEqual(expect.objectContaining({ owner: 'ai_owner' }));
    expect(await rows(after, sql)).toEqual(kept);
  });

  test('compiling again finds nothing changed', async () => {
    const outcomes = await compileTables(after);
    expect(outcomes.map(({ table, outcome }) => [table, outcome])).toEqual([
      ['shop.orders', 'unchanged'],
      ['shop.users', 'unchanged'],
      ['action join in', 'unchanged'],
      ...(server.javascript === 'none' ? [] : [['action js', 'unchanged']]),
    ]);
  });

  test('operations work right away, for those who could call them', async () => {
    const caller = await to.as(role);
    expect(await rows(caller, create('three@example.org'))).toEqual([{ email: 'three@example.org' }]);
    await expect(rows(caller, create('three@example.org'))).rejects.toMatchObject({ code: '23505' });
    await expect(
      rows(caller, `select ai.generate_mutation('delete', 'shop.orders', '{"id": 1}')`),
    ).rejects.toMatchObject({ code: '42501' });
    await caller.end();
  });

  test('subscriptions go on where they were', async () => {
    const sql = `select t.subscription, t.ids from ai_private.take_events('{webhook}', 100) as t`;
    const taken = await rows(before, sql);
    expect(taken).toEqual([{ subscription: 'crm', ids: [expect.any(String)] }]);
    expect(await rows(after, sql)).toEqual([
      { subscription: 'crm', ids: [...(taken[0] as { ids: string[] }).ids, expect.any(String)] },
    ]);
  });

  test('keys of encrypted columns are only in dumps of a pg_ai that is no extension', async () => {
    const installed = await findInstallation(before);
    expect(await rows(after, 'select name from ai.encryption_keys')).toEqual(
      installed?.as === 'extension' ? [] : [{ name: 'pii' }],
    );
  });

  test('actions work right away, with their hooks and policies', async () => {
    const caller = await to.as(role);
    const join = (email: string): Promise<unknown[]> =>
      rows(caller, `select ai.execute_action('join in', '{"email": "${email}"}') as answer`);
    for (const email of ['Four@example.org', 'five@example.org'])
      expect(await join(email)).toEqual([{ answer: { email: email.toLowerCase(), phone: '+84***567' } }]);
    await expect(join('six@example.org')).rejects.toMatchObject({ code: 'PI210' });
    await expect(rows(caller, `select ai.execute_action('join in', '{}')`)).rejects.toMatchObject({ code: 'PI210' });
    expect(
      await rows(after, `select action, count(*)::int from ai.audit_log where action is not null group by action`),
    ).toEqual([{ action: 'join in', count: 2 }]);
    if (server.javascript !== 'none')
      expect(await rows(caller, `select ai.execute_action('js')::text as answer`)).toEqual([
        { answer: '{"of": "js", "one": 9007199254740993}' },
      ]);
    await caller.end();
  });

  test('a changed action takes effect as before', async () => {
    await after.query(
      `update ai.meta_actions set preconditions = '["false"]' where action_name = 'join in'; delete from ai.policies where action = 'join in'`,
    );
    await compileTables(after);
    await expect(rows(after, `select ai.execute_action('join in', '{"email": "x@y.z"}')`)).rejects.toMatchObject({
      code: 'PI310',
    });
  });

  test('a changed declaration takes effect as before', async () => {
    await after.query(`comment on table shop.orders is '{"operations": {"fetch": true}}'`);
    await compileTables(after);
    expect(await rows(after, `select operation from ai.operation where qualified_name = 'shop.orders'`)).toEqual([
      { operation: 'fetch' },
    ]);
  });

  test('doctor finds nothing wrong', async () => {
    const installed = await findInstallation(after);
    if (installed === undefined) throw new Error('pg_ai is not there');
    expect(installed).toEqual(await findInstallation(before));
    const findings = await examine(after, installed);
    // Objects are compared with where they came from, not with the manifest, which has a test of its own.
    expect(findings.filter(({ level, about }) => level === 'problem' && about !== 'objects')).toEqual([]);
    expect(difference(await introspect(before), await introspect(after))).toEqual({ missing: [], extra: [] });
  });
}
