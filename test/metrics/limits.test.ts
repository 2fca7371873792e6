import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { one, pidOf, untilWaiting, useRole } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { metricOf } from './fixture.ts';

const database = useDatabase();
const caller = useRole(database, ['ai_user']);

beforeAll(() =>
  declare(
    database,
    `create table public.owner (id int primary key);
     create table public.item (id int primary key, owner int references public.owner on delete cascade, what text);
     create table public.trace (what text);
     create function public.act() returns trigger language plpgsql security definer as $$
     begin
       if new.what like 'sleep %' then perform pg_catalog.pg_sleep(substr(new.what, 7)::numeric / 1000); end if;
       if new.what like 'write %' then insert into public.trace select 'x' from generate_series(1, substr(new.what, 7)::int); end if;
       if new.what like 'undo %' then
         begin
           insert into public.trace values ('undone');
           raise division_by_zero;
         exception when division_by_zero then null; end;
       end if;
       if new.what like 'clean%' then delete from public.trace; end if;
       return new;
     end $$;
     create trigger act before insert or update on public.item for each row execute function public.act();
     comment on table public.item is '{"operations": {"create": {"required": ["id"], "optional": ["what", "owner"]}, "update": {"optional": ["what"]}, "delete": true, "fetch": true}}';
     comment on table public.owner is '{"operations": {"create": {"required": ["id"]}, "delete": true}}';
     insert into public.owner values (1), (2);
     insert into public.item (id, owner, what) select n, 1, 'of one ' || n from generate_series(1, 9) as n;`,
  ),
);

let policies = 0;
/** Sets the one limit that holds. */
const limit = async (definition: object, about: { relation?: string; operation?: string } = {}): Promise<string> => {
  const name = `limit_${++policies}`;
  const { relation = 'public.item', operation = null as string | null } = about;
  await declare(
    database,
    `delete from ai.policies;
     insert into ai.policies (name, relation, operation, kind, definition)
     values ('${name}', '${relation}', ${operation === null ? 'null' : `'${operation}'`}, 'limit', '${JSON.stringify(definition)}')`,
  );
  return name;
};
let ids = 100;
const item = (what: string) => mutate(database, 'create', 'item', { id: ++ids, what });
const breaches = async () => {
  await database.query('select ai.gather_metrics()');
  return database.query(
    `select relation, operation, limit_name, measured, allowed, at between now() - interval '5 min' and clock_timestamp() as lately from ai.limit_breach order by at, measured`,
  );
};
beforeEach(async () => {
  await breaches();
  await database.query('delete from ai.limit_breach');
});
const rowsNow = async () => (await one<{ n: string }>(database, `select count(*) as n from public.item`)).n;

describe('latency', () => {
  test('a call that took too long is rolled back, and what was measured is known', async () => {
    const policy = await limit({ max_latency: '60 ms' });
    await item('quick');
    const before = await rowsNow();
    const failed = (await metricOf(database, 'public.item', 'create')).errors.PI241 ?? 0;
    const { code, detail, message } = await refusal(item('sleep 90'));
    expect([code, detail]).toEqual([
      'PI241',
      {
        table: 'public.item',
        operation: 'create',
        policy,
        stage: 'limit',
        limit: 'latency',
        allowed: 60,
        measured: expect.any(Number),
      },
    ]);
    expect(detail.measured).toBeGreaterThanOrEqual(90);
    expect(message).toMatch(/^create on public\.item took [0-9.]+ ms, and may take 60 ms$/);
    expect(await rowsNow()).toBe(before);
    const metric = await metricOf(database, 'public.item', 'create');
    expect(metric.errors.PI241).toBe(failed + 1);
    expect(metric.refused).toBeGreaterThan(0);
    expect(await breaches()).toEqual([
      {
        relation: 'public.item',
        operation: 'create',
        limit_name: 'latency',
        measured: expect.any(Number),
        allowed: 60,
        lately: true,
      },
    ]);
    const [{ measured = 0 } = {}] = await database.query<{ measured: number }>('select measured from ai.limit_breach');
    expect(Math.abs(measured - Number(detail.measured))).toBeLessThan(0.01);
  });

  test('no lock is waited for longer than the call may take; the setting is as before afterwards', async () => {
    await limit({ max_latency: '80 ms' });
    const [holder, waiter] = [await database.client(), await database.client()];
    await waiter.query(`set lock_timeout = '20s'`);
    await holder.query('begin');
    await holder.query('select from public.item where id = 1 for update');
    const refused = refusal(mutate(waiter, 'update', 'item', { id: 1, what: 'locked' }));
    expect((await refused).code).toBe('PI241');
    await holder.query('rollback');
    expect((await waiter.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '20s' }]);
    await waiter.query('begin');
    await mutate(waiter, 'update', 'item', { id: 1, what: 'free' });
    expect((await waiter.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '20s' }]);
    await waiter.query('rollback');
    expect(await breaches()).toMatchObject([{ operation: 'update', limit_name: 'latency' }]);
  });

  test('a shorter time-out of the caller stays the caller’s', async () => {
    await limit({ max_latency: '1 h' });
    const [holder, waiter] = [await database.client(), await database.client()];
    await waiter.query(`set lock_timeout = '50ms'`);
    await holder.query('begin');
    await holder.query('select from public.item where id = 1 for update');
    expect((await refusal(mutate(waiter, 'update', 'item', { id: 1, what: 'locked' }))).code).toBe('55P03');
    await waiter.query(`set lock_timeout = 0`);
    const pid = await pidOf(waiter);
    const waiting = mutate(waiter, 'update', 'item', { id: 1, what: 'waited' });
    await untilWaiting(database, pid);
    await holder.query('rollback');
    expect(await waiting).toMatchObject({ what: 'waited' });
  });
});

describe('rows', () => {
  test('those of triggers are counted', async () => {
    const policy = await limit({ max_rows: 5 });
    await item('write 4');
    const { code, detail } = await refusal(item('write 5'));
    expect([code, detail]).toEqual([
      'PI242',
      { table: 'public.item', operation: 'create', policy, stage: 'limit', limit: 'rows', allowed: 5, measured: 6 },
    ]);
    expect(await breaches()).toEqual([
      { relation: 'public.item', operation: 'create', limit_name: 'rows', measured: 6, allowed: 5, lately: true },
    ]);
  });

  test('and those of cascades; what was done before in the transaction is not', async () => {
    await limit({ max_rows: 9 }, { relation: 'public.owner' });
    const client = await database.client();
    await client.query('begin');
    await client.query(`insert into public.trace select 'x' from generate_series(1, 50)`);
    expect(await mutate(client, 'create', 'owner', { id: 3 })).toEqual({ id: 3 });
    const { code, detail } = await refusal(mutate(client, 'delete', 'owner', { id: 1 }));
    expect([code, detail.measured]).toEqual(['PI242', 10]);
    await client.query('rollback');
    await limit({ max_rows: 10 }, { relation: 'public.owner' });
    await client.query('begin');
    expect(await mutate(client, 'delete', 'owner', { id: 1 })).toEqual({ id: 1 });
    await client.query('rollback');
  });

  test('a large number keeps its size', async () => {
    for (const rows of [1_048_576, 1_048_577, 5_000_000_000])
      await database.query(
        `select ai_private.note_breach('', dispatch, 1, $1) from ai.operation where qualified_name = 'public.item' and operation = 'create'`,
        [rows],
      );
    const found = (await breaches()) as { measured: number }[];
    const off = found.map(({ measured }, i) => measured - ([1_048_576, 1_048_577, 5_000_000_000][i] ?? 0));
    expect(off.map((each) => Math.abs(each) < 5000)).toEqual([true, true, true]);
  });
});

describe('statements', () => {
  test('what a trigger does is told from what PostgreSQL has done', async () => {
    const policy = await limit({ statements: ['insert'] }, { operation: 'create' });
    await item('write 2');
    const { code, detail, message } = await refusal(item('clean up'));
    expect([code, detail]).toEqual([
      'PI243',
      {
        table: 'public.item',
        operation: 'create',
        policy,
        stage: 'limit',
        limit: 'statements',
        allowed: ['insert'],
        measured: { 'public.item': { insert: 1 }, 'public.trace': { delete: expect.any(Number) } },
      },
    ]);
    expect(message).toBe('create on public.item did delete, and may do insert only');
    expect(await breaches()).toMatchObject([
      { operation: 'create', limit_name: 'statements', measured: ['insert', 'delete'], allowed: ['insert'] },
    ]);
  });

  test('also what was taken back by a savepoint was done', async () => {
    await limit({ max_rows: 1 }, { operation: 'create' });
    expect((await refusal(item('undo it'))).detail).toMatchObject({ limit: 'rows', measured: 2 });
  });

  test('a fetch that may only read', async () => {
    await limit({ statements: ['select'], max_rows: 0, max_latency: '10 s' }, { operation: 'fetch' });
    expect(await mutate(database, 'fetch', 'item', { id: 2 })).toMatchObject({ id: 2 });
    const client = await database.as(caller);
    expect(await mutate(client, 'fetch', 'item', { id: 2 })).toMatchObject({ id: 2 });
    await client.query('begin read only');
    expect(await mutate(client, 'fetch', 'item', { id: 2 })).toMatchObject({ id: 2 });
  });
});

describe('of several limits the tightest holds', () => {
  test('from the comment, the row for the table and the row for all', async () => {
    await declare(
      database,
      `delete from ai.policies;
       create table public.tight (id int primary key, what text);
       create trigger act before insert on public.tight for each row execute function public.act();
       comment on table public.tight is '{"operations": {"create": {"required": ["id"], "optional": ["what"], "policies": {"limit": {"max_rows": 8}}}}, "policies": {"limit": {"max_rows": 6}}}';
       insert into ai.policies (name, relation, kind, definition) values ('everybody', null, 'limit', '{"max_rows": 7, "statements": ["insert", "update", "delete"]}'),
         ('inserts', 'public.tight', 'limit', '{"statements": ["insert", "delete"]}');`,
    );
    await mutate(database, 'create', 'tight', { id: 1, what: 'write 5' });
    expect((await refusal(mutate(database, 'create', 'tight', { id: 2, what: 'write 6' }))).detail).toMatchObject({
      policy: 'public.tight',
      allowed: 6,
      measured: 7,
    });
    expect((await refusal(item('write 7'))).detail).toMatchObject({ policy: 'everybody', allowed: 7, measured: 8 });
  });

  test('memory is a setting of the function', async () => {
    await limit({ max_memory: '2 MB' });
    const { config } = await one<{ config: string[] }>(
      database,
      `select proconfig as config from pg_proc where oid = 'ai_gen.item__create__json'::regproc`,
    );
    expect(config).toEqual(['search_path=pg_catalog, pg_temp', 'work_mem=2048kB', 'hash_mem_multiplier=1']);
  });

  test('sets of calls are judged call by call', async () => {
    await limit({ max_rows: 3 });
    const { answer } = await one<{ answer: { succeeded: number; errors: { sqlstate: string }[] } }>(
      database,
      `select ai.generate_mutations('create', 'item', '[{"id": 9001, "what": "write 2"}, {"id": 9002, "what": "write 3"}, {"id": 9003}]', '{"on_error": "skip"}') as answer`,
    );
    expect([answer.succeeded, answer.errors.map(({ sqlstate }) => sqlstate)]).toEqual([2, ['PI242']]);
  });
});

describe('telling', () => {
  test('ai.describe and ai.explain_mutation name the limit; an explanation is no breach', async () => {
    const policy = await limit({ max_rows: 1 }, { operation: 'create' });
    const { described, explained } = await one<{
      described: unknown;
      explained: { policies: unknown; refused: unknown };
    }>(
      database,
      `select ai.describe('item', 'create') -> 'policies' as described, ai.explain_mutation('create', 'item', '{"id": 9500, "what": "write 1"}') as explained`,
    );
    const rule = { max_rows: 1 };
    expect(described).toEqual([{ policy, kind: 'limit', stage: 'limit', rule }]);
    expect(explained.policies).toEqual([{ policy, kind: 'limit', stage: 'limit', rule, outcome: 'failed' }]);
    expect(explained.refused).toMatchObject({ sqlstate: 'PI242' });
    expect(await breaches()).toEqual([]);
  });

  test.each([
    ['statements', { statements: ['delete'] }, 'update does update'],
    ['max_rows', { max_rows: 0 }, 'update changes a row'],
    ['watch', { watch: '1 h' }, 'there is no max_error_rate'],
    ['max_latency', { max_latency: 'long' }, 'expected a time with its unit: "200 ms"'],
    ['max_memory', { max_memory: 'lots' }, 'expected a size with its unit, kB, MB or GB: "64 MB"'],
    ['max_error_rate', { max_error_rate: 1.5 }, 'must be less than 1'],
    ['max_error_rate', { max_error_rate: 0 }, 'must be more than 0'],
  ])('%s that cannot hold is refused where it is written', async (key, definition, reason) => {
    await declare(database, 'delete from ai.policies');
    const { code, message } = await refusal(limit(definition, { operation: 'update' }));
    expect([code, message]).toEqual(['PI001', expect.stringContaining(key)]);
    expect(message).toContain(reason);
  });

  test('nobody records a broken limit by hand, and the sixteen last are kept', async () => {
    const client = await database.as(caller);
    for (const sql of [
      `select ai_private.refuse_limit('public.item', 'create', null, 'rows', 'x', 1, 2)`,
      `select ai_private.refuse_statements('public.item', 'create', null, 'x', '{}', '{}')`,
      `select ai_private.note_breach('', 1, 1, 1)`,
      `select * from ai.limit_breach`,
    ])
      expect([sql, (await refusal(client.query(sql))).code]).toEqual([sql, '42501']);
    await limit({ max_rows: 1 });
    const before = (await metricOf(database, 'public.item', 'create')).errors.PI242 ?? 0;
    for (let n = 1; n <= 20; n++) await refusal(item(`write ${n}`));
    expect((await breaches()).map(({ measured }) => measured)).toEqual(Array.from({ length: 16 }, (_, i) => i + 6));
    expect((await metricOf(database, 'public.item', 'create')).errors.PI242).toBe(before + 20);
  });
});
