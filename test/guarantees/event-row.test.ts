import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, type Row } from '../support/mutation.ts';
import { ACCOUNTS, auditRows, lastAudit, NOTES, useTables } from './fixture.ts';

const database = useDatabase();
useTables(database, ACCOUNTS + NOTES);

type EventRow = {
  id: string;
  topic: string;
  entity: string;
  operation: string;
  row_key: Row;
  actor: string;
  payload: Row;
  trace_id: string | null;
  audit_id: string;
  xid: string;
  at: Date;
};

const events = (after: string) =>
  database.query<EventRow>('select *, transaction::text as xid from ai.event_log where audit_id > $1 order by id', [
    after,
  ]);

test('each mutation writes one event that tells the row as it is now, and after a delete as it was', async () => {
  const last = await lastAudit(database);
  const created = await mutate(database, 'create', 'account', { email: 'e@x', pin: 's3cret' });
  const id = created.id as number;
  const updated = await mutate(database, 'update', 'account', { id, name: 'An', pin: 's3cret' });
  const upserted = await mutate(database, 'upsert', 'account', { email: 'e@x', name: 'Binh' });
  await mutate(database, 'fetch', 'account', { id });
  const deleted = await mutate(database, 'delete', 'account', { id });
  const found = await events(last);
  expect(
    found.map(({ topic, entity, operation, row_key, payload }) => ({ topic, entity, operation, row_key, payload })),
  ).toEqual(
    Object.entries({ create: created, update: updated, upsert: upserted, delete: deleted }).map(
      ([operation, payload]) => ({
        topic: `public.account.${operation}`,
        entity: 'public.account',
        operation,
        row_key: { id },
        payload,
      }),
    ),
  );
  expect(JSON.stringify(found)).not.toMatch(/s3cret|"pin"/);
});

test.each(['account', 'note'])(
  'the event of %s goes with its audit row: same transaction, time, actor and key',
  async (table) => {
    const last = await lastAudit(database);
    await database.query('begin');
    for (const n of [1, 2])
      await mutate(database, 'create', table, table === 'note' ? { body: `b${n}` } : { email: `linked${n}@x` });
    await database.query(`select ai.generate_mutations('create', $1, $2::jsonb)`, [
      table,
      JSON.stringify([3, 4].map((n) => (table === 'note' ? { body: `b${n}` } : { email: `linked${n}@x` }))),
    ]);
    await database.query('commit');
    const found = await events(last);
    const audit = await auditRows(database, last);
    expect(found).toHaveLength(4);
    expect(
      found.map(({ audit_id, xid, actor, row_key, payload }) => ({ audit_id, xid, actor, row_key, payload })),
    ).toEqual(
      audit.map(({ id, transaction, actor, row_key, new_row }) => ({
        audit_id: id,
        xid: transaction,
        actor,
        row_key,
        payload: new_row,
      })),
    );
    expect(new Set(found.map(({ xid }) => xid)).size).toBe(1);
    expect(new Set(found.map(({ at }) => at.getTime())).size).toBe(1);
    expect(found.map(({ id }) => BigInt(id))).toEqual(
      found.map(({ id }) => BigInt(id)).toSorted((a, b) => (a < b ? -1 : 1)),
    );
  },
);

test('the trace id is that of the session’s setting', async () => {
  const last = await lastAudit(database);
  const client = await database.client();
  await mutate(client, 'create', 'account', { email: 'untraced@x' });
  await client.query(`select set_config('pg_ai.trace_id', '4bf92f3577b34da6', false)`);
  await mutate(client, 'create', 'account', { email: 'traced@x' });
  await mutate(client, 'create', 'note', { body: 'traced' });
  await client.query(`select ai.generate_mutations('create', 'account', '[{"email": "t1@x"}, {"email": "t2@x"}]')`);
  await client.query(`select set_config('pg_ai.trace_id', '', false)`);
  await mutate(client, 'create', 'account', { email: 'untraced again@x' });
  const trace = '4bf92f3577b34da6';
  expect((await events(last)).map(({ trace_id }) => trace_id)).toEqual([null, trace, trace, trace, trace, null]);
});

test('a call that is refused, rolled back or rehearsed writes none', async () => {
  const last = await lastAudit(database);
  const client = await database.client();
  await mutate(client, 'create', 'account', {}).catch(() => {});
  await mutate(client, 'create', 'account', { email: 'dry@x' }, { dry_run: true });
  await client.query('begin');
  await mutate(client, 'create', 'account', { email: 'back@x' });
  await client.query('rollback');
  expect(await events(last)).toEqual([]);
});

test('an answer that is given again writes no second one', async () => {
  const last = await lastAudit(database);
  for (let again = 0; again < 2; again++)
    await mutate(database, 'create', 'account', { email: 'once@x' }, { idempotency_key: 'once' });
  expect(await events(last)).toHaveLength(1);
});
