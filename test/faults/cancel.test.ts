import type pg from 'pg';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

/** A call that is interrupted has not happened: the row, its audit row and its event are all there or none of them is. */
const database = useDatabase();

beforeAll(async () => {
  await database.query('create table done (id int primary key, name text, tags text[])');
  await declare(
    database,
    `comment on table done is '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "upsert": {"optional": "*"}, "delete": true}}'`,
  );
});
beforeEach(() => database.query('truncate done, ai.audit_log, ai.event_log'));

/** What the audit trail and the events say is in the table, against what is. */
const agree = async () => {
  const [row] = await database.query(`
    with last as (
      select distinct on (a.row_key) a.row_key, a.new_row, e.payload, a.operation
      from ai.audit_log a full join ai.event_log e on e.audit_id = a.id
      order by a.row_key, a.id desc
    )
    select (select count(*)::int from ai.audit_log a full join ai.event_log e on e.audit_id = a.id where a.id is null or e.id is null) as alone,
      (select count(*)::int from last l full join done d on l.row_key = jsonb_build_object('id', d.id)
        where to_jsonb(d) is distinct from l.new_row or l.operation <> 'delete' and l.new_row is distinct from l.payload) as different`);
  expect(row).toEqual({ alone: 0, different: 0 });
};

/** Short and long waits in turn, so that interruptions fall at every point of a call. */
const pause = (step: number) => new Promise((resolve) => setTimeout(resolve, (step * 7) % 23));

test('cancelled at any point', async () => {
  const [worker, canceller] = [await database.client(), await database.client()];
  const pid = (await worker.query('select pg_backend_pid() as pid')).rows[0].pid;
  let finished = false;
  const outcomes = { done: 0, cancelled: 0 };
  const work = (async () => {
    for (let i = 0; i < 20_000 && (outcomes.cancelled < 25 || outcomes.done < 200); i++) {
      // Now single calls, now many rows at once, now several calls in a transaction.
      const many = i % 10 === 0;
      const sql = many
        ? `select ai.generate_mutations('upsert', 'done', (select jsonb_agg(jsonb_build_object('id', n, 'name', 'round ${i}')) from generate_series(1, 1500) n))`
        : `select ai.generate_mutation('upsert', 'done', '{"id": ${i % 50}, "name": "call ${i}", "tags": ["a"]}'), ai.generate_mutation('upsert', 'done', '{"id": ${(i % 50) + 50}}')`;
      try {
        await worker.query(sql);
        outcomes.done++;
      } catch (error) {
        expect(error).toMatchObject({ code: '57014' });
        outcomes.cancelled++;
      }
    }
    finished = true;
  })();
  for (let step = 0; !finished; step++) {
    await canceller.query('select pg_cancel_backend($1)', [pid]);
    await pause(step);
  }
  await work;
  expect(outcomes.cancelled).toBeGreaterThanOrEqual(25);
  expect(outcomes.done).toBeGreaterThanOrEqual(200);
  await agree();
  await worker.end();
  await canceller.end();
});

test('timed out at any point', async () => {
  const worker = await database.client();
  let [done, late] = [0, 0];
  for (let i = 0; i < 400 && (late < 20 || done < 20); i++) {
    // A timeout of 1 ms is in force until the next one is set, and may hit that as well.
    const timeout = `set statement_timeout = ${1 + ((i * 13) % 120)}`;
    while (!(await worker.query(timeout).catch((error: pg.DatabaseError) => expect(error.code).toBe('57014'))));
    const rows = `(select jsonb_agg(jsonb_build_object('id', n, 'name', 'round ${i}')) from generate_series(1, 800) n)`;
    const outcome = await worker
      .query(
        i % 2 === 0
          ? `select ai.generate_mutations('upsert', 'done', ${rows})`
          : `select ai.generate_mutation('upsert', 'done', value) from jsonb_array_elements(${rows})`,
      )
      .then(
        () => 'done',
        (error: pg.DatabaseError) => error.code,
      );
    expect(['done', '57014']).toContain(outcome);
    if (outcome === 'done') done++;
    else late++;
  }
  expect(late).toBeGreaterThan(0);
  await agree();
  await worker.end();
});

test('a connection that is gone takes its open transaction with it', async () => {
  const [worker, other] = [await database.client(), await database.client()];
  const pid = (await worker.query('select pg_backend_pid() as pid')).rows[0].pid;
  await worker.query('begin');
  await worker.query(`select ai.generate_mutation('create', 'done', '{"id": 1}')`);
  await other.query('select pg_terminate_backend($1, 10000)', [pid]);
  expect(await database.query('select * from done')).toEqual([]);
  await agree();
  await other.query(`select ai.generate_mutation('create', 'done', '{"id": 1}')`);
  await agree();
  await other.end();
});
