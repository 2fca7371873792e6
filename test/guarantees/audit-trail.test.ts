import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { ACCOUNTS, auditRows, lastAudit, NOTES, one, useRole, useTables } from './fixture.ts';

const database = useDatabase();
const teller = useRole(database, ['ai_user']);
const clerk = useRole(database, ['ai_user']);
const owner = useRole(database, ['ai_admin']);
useTables(database, ACCOUNTS + NOTES);

describe('what one mutation leaves in the audit trail', () => {
  test('the row before and after, without protected fields', async () => {
    const last = await lastAudit(database);
    await mutate(database, 'create', 'account', { email: 'a@x', name: 'An', pin: 'secret-1' });
    const id = (await one<{ id: number }>(database, `select id from public.account where email = 'a@x'`)).id;
    await mutate(database, 'update', 'account', { id, name: 'Binh', pin: 'secret-2' });
    await mutate(database, 'upsert', 'account', { email: 'a@x', name: 'Chi', pin: 'secret-3' });
    await mutate(database, 'delete', 'account', { id });
    const rows = await auditRows(database, last);
    const key = { id };
    const state = (name: string, version: number) => ({ id, email: 'a@x', name, balance: 0, version });
    expect(rows.map(({ operation, row_key, old_row, new_row }) => ({ operation, row_key, old_row, new_row }))).toEqual([
      { operation: 'create', row_key: key, old_row: null, new_row: state('An', 1) },
      { operation: 'update', row_key: key, old_row: state('An', 1), new_row: state('Binh', 2) },
      { operation: 'upsert', row_key: key, old_row: state('Binh', 2), new_row: state('Chi', 2) },
      { operation: 'delete', row_key: key, old_row: state('Chi', 2), new_row: null },
    ]);
    expect(rows.map(({ relation }) => relation)).toEqual(Array(4).fill('public.account'));
    expect(JSON.stringify(rows)).not.toContain('secret-');
    expect(JSON.stringify(await database.query('select * from ai.event_log'))).not.toContain('secret-');
  });

  test('an upsert that inserts has no old row', async () => {
    const last = await lastAudit(database);
    await mutate(database, 'upsert', 'account', { email: 'new@x' });
    expect((await auditRows(database, last))[0]?.old_row).toBeNull();
  });

  test('the time and the transaction of the change itself', async () => {
    const client = await database.client();
    await client.query('begin');
    const last = await lastAudit(client);
    await mutate(client, 'create', 'account', { email: 'time@x' });
    const now = await one<{ at: Date; xid: string; xmin: string }>(
      client,
      `select now() as at, pg_current_xact_id()::text as xid from public.account where email = 'time@x'`,
    );
    const row = await one<{ at: Date; xid: string }>(
      client,
      'select at, transaction::text as xid from ai.audit_log where id > $1',
      [last],
    );
    await client.query('commit');
    expect(row).toEqual({ at: now.at, xid: now.xid });
  });

  test('the client address of the session', async () => {
    const client = await database.client();
    const last = await lastAudit(client);
    await mutate(client, 'create', 'account', { email: 'address@x' });
    const { address } = await one<{ address: string | null }>(client, 'select inet_client_addr() as address');
    expect((await auditRows(client, last))[0]?.client_address).toBe(address);
  });

  test('the fingerprint leads to the declaration that was in force', async () => {
    const last = await lastAudit(database);
    await mutate(database, 'create', 'account', { email: 'fingerprint@x' });
    const found = await database.query(
      `select r.qualified_name, r.declaration #> '{table,operations}' ? 'upsert' as declared
         from ai.audit_log a join ai.revision r on r.fingerprint = a.fingerprint and r.state = 'ready'
        where a.id > $1`,
      [last],
    );
    expect(found).toEqual([{ qualified_name: 'public.account', declared: true }]);
  });

  test('operations with their caller’s rights leave the same', async () => {
    const last = await lastAudit(database);
    const client = await database.as(teller);
    const { id } = await mutate(client, 'create', 'note', { body: 'one' });
    await mutate(client, 'update', 'note', { id: id as number, body: 'two' });
    await mutate(client, 'delete', 'note', { id: id as number });
    const rows = await auditRows(database, last);
    expect(rows.map(({ operation, old_row, new_row }) => ({ operation, old_row, new_row }))).toEqual([
      { operation: 'create', old_row: null, new_row: { id, body: 'one' } },
      { operation: 'update', old_row: { id, body: 'one' }, new_row: { id, body: 'two' } },
      { operation: 'delete', old_row: { id, body: 'two' }, new_row: null },
    ]);
    for (const row of rows)
      expect(row).toMatchObject({ relation: 'public.note', row_key: { id }, actor: teller, session_role: teller });
  });

  test.each(['account', 'note'])('a mutation of %s that is rolled back leaves nothing', async (table) => {
    const client = await database.client();
    const last = await lastAudit(client);
    const inputs = table === 'note' ? { body: 'gone' } : { email: 'gone@x' };
    await client.query('begin');
    await mutate(client, 'create', table, inputs);
    expect(await auditRows(client, last)).toHaveLength(1);
    await client.query('rollback');
    expect(await auditRows(client, last)).toEqual([]);
    expect(await client.query('select from ai.event_log where audit_id > $1', [last])).toMatchObject({ rowCount: 0 });
  });

  test('a mutation that is refused leaves nothing, whatever surrounds it goes on', async () => {
    const client = await database.client();
    const last = await lastAudit(client);
    await client.query('begin');
    await mutate(client, 'create', 'account', { email: 'kept@x' });
    await client.query('savepoint s');
    await refusal(mutate(client, 'create', 'account', { email: 'kept@x' }));
    await client.query('rollback to savepoint s');
    await client.query('commit');
    expect((await auditRows(client, last)).map(({ new_row }) => new_row?.email)).toEqual(['kept@x']);
  });
});

describe('who did it', () => {
  const cases: {
    title: string;
    settings: Record<string, string>;
    role?: boolean;
    actor: string | 'login' | 'role';
  }[] = [
    { title: 'the login by itself', settings: {}, actor: 'login' },
    { title: 'the role that was set', settings: {}, role: true, actor: 'role' },
    {
      title: 'the subject of the token that PostgREST passes on',
      settings: { 'request.jwt.claims': '{"sub": "user-7", "role": "web"}' },
      role: true,
      actor: 'user-7',
    },
    { title: 'a token without subject: the role', settings: { 'request.jwt.claims': '{}' }, role: true, actor: 'role' },
    {
      title: 'what the application says, before all',
      settings: { 'pg_ai.actor': 'Lan', 'request.jwt.claims': '{"sub": "user-7"}' },
      role: true,
      actor: 'Lan',
    },
    {
      title: 'empty settings count as none',
      settings: { 'pg_ai.actor': '', 'request.jwt.claims': '' },
      actor: 'login',
    },
  ];
  test.each(cases)('$title', async ({ settings, role, actor }) => {
    await database.query(`grant ${clerk} to ${teller}`);
    const client = await database.as(teller);
    const expected = actor === 'login' ? teller : actor === 'role' ? clerk : actor;
    const last = await lastAudit(database);
    if (role) await client.query(`set role ${clerk}`);
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, false)', [name, value]);
    await mutate(client, 'upsert', 'account', { email: 'who@x' });
    const [created] = (
      await client.query(
        `select ai.generate_mutation('create', 'note', jsonb_build_object('body', gen_random_uuid()::text)) as row`,
      )
    ).rows;
    await client.query(
      `select ai.generate_mutations('upsert', 'account', '[{"email": "who@x"}, {"email": "who2@x"}]'::jsonb)`,
    );
    expect(created).toBeDefined();
    const rows = await auditRows(database, last);
    expect(rows.map(({ relation }) => relation)).toEqual([
      'public.account',
      'public.note',
      'public.account',
      'public.account',
    ]);
    for (const row of rows) expect(row).toMatchObject({ actor: expected, session_role: teller });
  });
});

describe('append-only', () => {
  const statements = [
    'update ai.audit_log set actor = actor',
    'delete from ai.audit_log',
    'truncate ai.audit_log',
    'drop table ai.audit_log',
    'update ai_private.audit_log_rest set actor = actor',
    'delete from ai_private.audit_log_rest',
    'truncate ai_private.audit_log_rest',
    'update ai.event_log set topic = topic',
    'delete from ai.event_log',
    'update ai.audit_seal set root = root',
    'delete from ai.audit_seal',
    'update ai.audit_leaf set digest = digest',
    'delete from ai.audit_leaf',
    'insert into ai.audit_retention (month) values (now())',
    'alter table ai.audit_log disable trigger all',
  ];
  test.each(['ai_user', 'ai_admin', 'ai_worker', 'ai_owner', 'owner'])('for %s', async (role) => {
    await database.query(`alter table public.note owner to ${owner}`);
    const client = await database.as(role === 'owner' ? owner : role);
    for (const statement of statements)
      expect([statement, (await refusal(client.query(statement))).code]).toEqual([statement, '42501']);
  });

  test.each(['ai_user', 'ai_admin', 'ai_worker', 'owner'])('%s may not add rows either', async (role) => {
    const client = await database.as(role === 'owner' ? owner : role);
    for (const statement of [
      `insert into ai.audit_log (relation, operation, actor, fingerprint) values ('public.note', 'create', 'me', 'x')`,
      `insert into ai.event_log (topic, entity, operation, payload) values ('t', 'e', 'create', '{}')`,
      `insert into ai.audit_leaf (audit_id, seal, digest) values (0, 0, '')`,
      `select ai_private.record('public.note', 'create', '{}', 'me', 'x', null, '{}', 1)`,
    ])
      expect([statement, (await refusal(client.query(statement))).code]).toEqual([statement, '42501']);
  });

  test('months that ai.maintain makes are as closed', async () => {
    const months = await database.query<{ name: string }>('select name from ai.maintain() as name');
    expect(months.length).toBeGreaterThan(0);
    const owned = await database.query(
      `select m.relname, r.role
         from pg_class m, unnest(array['ai_user', 'ai_admin', 'ai_worker', 'ai_owner', 'public']) as r (role)
        where m.relnamespace = 'ai_private'::regnamespace and m.relname ~ '^(audit|event)_log_' and m.relkind = 'r'
          and has_table_privilege(r.role, m.oid, 'update, delete, truncate, trigger')`,
    );
    expect(owned).toEqual([]);
  });
});

describe('ai.history', () => {
  test('shows the life of one row: who, when, which fields', async () => {
    const admin = await database.as('ai_admin');
    await database.query(`select set_config('pg_ai.actor', 'Lan', false)`);
    await mutate(database, 'create', 'account', { email: 'life@x', name: 'An', pin: 'secret-9' });
    const { id } = await one<{ id: number }>(database, `select id from public.account where email = 'life@x'`);
    await database.query(`select set_config('pg_ai.actor', 'Minh', false)`);
    await mutate(database, 'update', 'account', { id, balance: 5 });
    await mutate(database, 'update', 'account', { id, pin: 'secret-10' });
    await mutate(database, 'delete', 'account', { id });
    await database.query('reset pg_ai.actor');
    for (const spelling of ['account', 'public.account', '"public"."account"', 'PUBLIC.Account']) {
      await admin.query(`set quote_all_identifiers = ${spelling === 'account' ? 'on' : 'off'}`);
      const rows = (
        await admin.query('select operation, actor, changes from ai.history($1, $2)', [
          spelling,
          JSON.stringify({ id }),
        ])
      ).rows;
      expect(rows).toEqual([
        {
          operation: 'create',
          actor: 'Lan',
          changes: {
            id: { new: id },
            email: { new: 'life@x' },
            name: { new: 'An' },
            balance: { new: 0 },
            version: { new: 1 },
          },
        },
        {
          operation: 'update',
          actor: 'Minh',
          changes: { balance: { old: 0, new: 5 }, version: { old: 1, new: 2 } },
        },
        { operation: 'update', actor: 'Minh', changes: { version: { old: 2, new: 3 } } },
        {
          operation: 'delete',
          actor: 'Minh',
          changes: {
            id: { old: id },
            email: { old: 'life@x' },
            name: { old: 'An' },
            balance: { old: 5 },
            version: { old: 3 },
          },
        },
      ]);
    }
  });

  test('of another row, or of a table that is not there, is empty', async () => {
    for (const [table, key] of [
      ['account', '{"id": 999999}'],
      ['nowhere', '{"id": 1}'],
    ])
      expect(await database.query('select * from ai.history($1, $2)', [table, key])).toEqual([]);
  });

  test('outlives the table', async () => {
    const client = await database.client();
    await client.query('begin');
    const { id } = await mutate(client, 'create', 'note', { body: 'table to be dropped' });
    await client.query('drop table public.note');
    const rows = (await client.query(`select operation from ai.history('public.note', $1)`, [JSON.stringify({ id })]))
      .rows;
    await client.query('rollback');
    expect(rows).toEqual([{ operation: 'create' }]);
  });

  test('is not for callers', async () => {
    const client = await database.as('ai_user');
    expect((await refusal(client.query(`select * from ai.history('account', '{"id": 1}')`))).code).toBe('42501');
  });
});
