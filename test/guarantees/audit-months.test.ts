import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { ACCOUNTS, one, pidOf, sealAll, takenBack, untilWaiting, verify } from './fixture.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
  await declare(database, ACCOUNTS);
});
afterEach(() => database.drop());

/** Names of months as partitions bear them: 0 is the current one. */
const month = async (offset: number) =>
  (
    await one<{ name: string }>(
      database,
      `select to_char(date_trunc('month', now(), 'UTC') at time zone 'UTC' + make_interval(months => $1), 'YYYY_MM') as name`,
      [offset],
    )
  ).name;

/** A mutation as if it had been made so many months ago, on the month's first moment, or that much later. */
async function longAgo(email: string, months: number, later = '0'): Promise<void> {
  await mutate(database, 'create', 'account', { email });
  for (const log of ['audit_log', 'event_log'])
    await database.query(
      `update ai.${log} set at = (date_trunc('month', now(), 'UTC') at time zone 'UTC' - make_interval(months => $1)) at time zone 'UTC' + $2::interval
        where id = (select max(id) from ai.${log})`,
      [months, later],
    );
}

const maintain = async (ahead = 2) =>
  (await database.query<{ name: string }>('select name from ai.maintain($1) as name', [ahead])).map(({ name }) => name);
const prune = async (months: number) =>
  (
    await database.query<{ name: string }>(
      `select name from ai.prune((date_trunc('month', now(), 'UTC') at time zone 'UTC' - make_interval(months => $1)) at time zone 'UTC') as name`,
      [months],
    )
  ).map(({ name }) => name);
const where = async (log = 'audit_log') =>
  (
    await database.query<{ place: string }>(`select tableoid::regclass::text as place from ai.${log} order by at, id`)
  ).map(({ place }) => place.replace('ai_private.', ''));

describe('ai.maintain', () => {
  test('makes the months at hand and ahead, and moves what is older into months of its own', async () => {
    await longAgo('a', 3);
    await longAgo('b', 3, '27 days');
    await longAgo('c', 1);
    await mutate(database, 'create', 'account', { email: 'now' });
    expect(await where()).toEqual(Array(4).fill('audit_log_rest'));
    const contents = async () => ({
      audit: await database.query('select * from ai.audit_log order by id'),
      events: await database.query('select * from ai.event_log order by id'),
    });
    const before = await contents();
    const months = [await month(-3), await month(-1), await month(0), await month(1), await month(2)];
    const made = ['audit_log', 'event_log'].flatMap((log) => months.map((name) => `${log}_${name}`));
    expect(await maintain()).toEqual(made);
    expect(await contents()).toEqual(before);
    for (const log of ['audit_log', 'event_log'])
      expect(await where(log)).toEqual([months[0], months[0], months[1], months[2]].map((name) => `${log}_${name}`));
    await mutate(database, 'create', 'account', { email: 'afterwards' });
    expect((await where()).at(-1)).toBe(`audit_log_${months[2]}`);
  });

  test('again has nothing to do', async () => {
    await maintain();
    expect(await maintain()).toEqual([]);
    expect(await maintain(3)).toEqual([`audit_log_${await month(3)}`, `event_log_${await month(3)}`]);
  });

  test('gives months the keys and indexes of the rest', async () => {
    await maintain(0);
    const shapes = await database.query<{ shape: string }>(
      `select distinct (select string_agg(regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', ''), ';' order by pg_get_indexdef(i.indexrelid, 0, true) collate "C")
           from pg_index i where i.indrelid = p.inhrelid)
         || (select string_agg(a.attname || a.attnotnull || coalesce(pg_get_expr(d.adbin, d.adrelid), ''), ';' order by a.attnum)
           from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = p.inhrelid and a.attnum > 0) as shape
         from pg_inherits p where p.inhparent in ('ai.audit_log'::regclass, 'ai.event_log'::regclass)`,
    );
    expect(shapes).toHaveLength(2);
  });

  test('does not break seals, whenever they were made', async () => {
    await longAgo('a', 2);
    await sealAll(database);
    await longAgo('b', 1);
    await maintain();
    expect((await verify(database)).ok).toBe(true);
    await sealAll(database);
    await longAgo('c', 2);
    await sealAll(database);
    const seals = await database.query('select row_count from ai.audit_seal order by seal');
    expect(seals).toEqual([{ row_count: 1 }, { row_count: 1 }, { row_count: 1 }]);
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '3' });
  });

  test('one seal covers one month', async () => {
    for (const months of [2, 1, 2, 0]) await longAgo(`m${months} ${Math.random()}`, months);
    expect(await sealAll(database)).toMatchObject({ seal: '3', sealed_rows: '4' });
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '4' });
  });

  test('waits for a writer and takes its rows along', async () => {
    const [writer, keeper] = [await database.client(), await database.client()];
    await writer.query('begin');
    await mutate(writer, 'create', 'account', { email: 'being written' });
    const pid = await pidOf(keeper);
    const waiting = keeper.query('select ai.maintain(0)');
    await untilWaiting(database, pid);
    await mutate(writer, 'create', 'account', { email: 'and more' });
    await writer.query('commit');
    await waiting;
    expect(await where()).toEqual(Array(2).fill(`audit_log_${await month(0)}`));
    expect((await verify(database)).ok).toBe(true);
  });

  test('two at once make each month once', async () => {
    const [writer, one, two] = [await database.client(), await database.client(), await database.client()];
    await writer.query('begin');
    await mutate(writer, 'create', 'account', { email: 'holds both up' });
    const pids = [await pidOf(one), await pidOf(two)];
    const made = [one, two].map((client) => client.query('select ai.maintain(1) as name'));
    for (const pid of pids) await untilWaiting(database, pid);
    await writer.query('commit');
    expect((await Promise.all(made)).map(({ rowCount }) => rowCount).toSorted()).toEqual([0, 4]);
  });

  test.each(['SQL, DMY', 'German', 'Postgres, MDY'])('means UTC months in any session (%s)', async (style) => {
    await longAgo('first', 1, '0');
    await longAgo('last', 2, '27 days 23:59:59');
    await database.query(`set datestyle = '${style}'; set timezone = 'Asia/Kolkata'`);
    await maintain();
    expect(await prune(1)).toEqual([`audit_log_${await month(-2)}`, `event_log_${await month(-2)}`]);
    await database.query('reset datestyle; reset timezone');
    expect(await where()).toEqual([`audit_log_${await month(-1)}`]);
    expect((await verify(database)).ok).toBe(true);
  });
});

describe('ai.prune', () => {
  test('drops whole months with their events, and verification knows', async () => {
    for (const months of [4, 3, 2]) await longAgo(`${months}`, months);
    await sealAll(database);
    await longAgo('4, not sealed', 4);
    await mutate(database, 'create', 'account', { email: 'now' }, { idempotency_key: 'kept' });
    await maintain();
    const gone = [await month(-4), await month(-3)];
    expect(await prune(2)).toEqual(['audit_log', 'event_log'].flatMap((log) => gone.map((name) => `${log}_${name}`)));
    expect(await where()).toEqual([`audit_log_${await month(-2)}`, `audit_log_${await month(0)}`]);
    expect(await verify(database)).toMatchObject({ ok: true, checked_rows: '2' });
    expect(
      await database.query(
        `select to_char(month at time zone 'UTC', 'YYYY_MM') as month from ai.audit_retention order by 1`,
      ),
    ).toEqual([{ month: await month(-4) }, { month: await month(-3) }]);
    expect(await prune(2)).toEqual([]);
    await sealAll(database);
    expect((await verify(database)).ok).toBe(true);
    expect(await database.query('select key from ai_private.idempotency')).toEqual([{ key: 'kept' }]);
  });

  test('keeps a month of which a part lies after the moment', async () => {
    await longAgo('a', 2);
    await maintain();
    await database.query(
      `select ai.prune((date_trunc('month', now(), 'UTC') at time zone 'UTC' - interval '1 month') at time zone 'UTC' - interval '1 microsecond')`,
    );
    expect(await where()).toHaveLength(1);
  });

  test('is no leave to delete from other months', async () => {
    for (const months of [2, 1]) await longAgo(`${months}`, months);
    await sealAll(database);
    await maintain();
    await prune(1);
    const client = await database.client();
    const verdict = await takenBack(client, async () => {
      await client.query('delete from ai.audit_log; delete from ai.event_log');
      return verify(client);
    });
    expect(verdict).toMatchObject({ ok: false, problem: 'deleted' });
  });

  test('a month that was dropped without it is missed', async () => {
    await longAgo('a', 2);
    await sealAll(database);
    await maintain();
    await database.query(`drop table ai_private.audit_log_${await month(-2)}, ai_private.event_log_${await month(-2)}`);
    expect(await verify(database)).toMatchObject({ ok: false, problem: 'deleted' });
  });

  test('is for who installed pg_ai, as ai.maintain is', async () => {
    for (const role of ['ai_user', 'ai_admin', 'ai_worker', 'ai_owner']) {
      const client = await database.as(role);
      expect((await refusal(client.query('select ai.prune(now())'))).code).toBe('42501');
      expect((await refusal(client.query('select ai.maintain()'))).code).toBe('42501');
    }
  });
});
