import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { ACCOUNTS, NOTES, one, settled, useRole, useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { added, metricOf, metrics } from './fixture.ts';

const database = useDatabase();
useTables(database, ACCOUNTS);
useTables(database, NOTES);
const caller = useRole(database, ['ai_user']);
const stranger = useRole(database);

const create = (email: string, more: object = {}) => mutate(database, 'create', 'account', { email, ...more });
const inAccounts = (work: () => Promise<unknown>, operation = 'create') =>
  added(database, 'public.account', operation, work);

describe('calls that succeed', () => {
  test('are counted with how long they took', async () => {
    for (let i = 0; i < 12; i++) await create(`timed${i}@x`);
    const metric = await metricOf(database, 'public.account', 'create');
    expect(metric).toMatchObject({
      calls: 12,
      succeeded: 12,
      failed: 0,
      errors: {},
      refused: 0,
      rows: 12,
      action: null,
    });
    const counted = Object.values(metric.latency).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(12);
    const [p50, p95, p99, max] = [metric.p50_ms, metric.p95_ms, metric.p99_ms, metric.max_ms] as number[];
    expect(p50).toBeGreaterThan(0);
    expect([p50, p95, p99, max]).toEqual([p50, p95, p99, max].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test('are as slow as they were: each call by itself, also where one statement makes many', async () => {
    await declare(
      database,
      `create table public.slow (id int primary key, ms int not null);
       create function public.sleep() returns trigger language plpgsql as
         $$ begin perform pg_catalog.pg_sleep(new.ms / 1000.0); return new; end $$;
       create trigger sleep before insert on public.slow for each row execute function public.sleep();
       comment on table public.slow is '{"operations": {"create": {"required": ["id", "ms"]}}}';`,
    );
    const started = performance.now();
    await database.query(
      `select ai.generate_mutation('create', 'slow', jsonb_build_object('id', i, 'ms', 20)) from generate_series(1, 10) as i`,
    );
    const whole = performance.now() - started;
    const metric = await metricOf(database, 'public.slow', 'create');
    expect(metric.p50_ms).toBeGreaterThanOrEqual(18);
    expect(metric.max_ms).toBeGreaterThanOrEqual(20);
    expect((metric.mean_ms ?? Infinity) * 10).toBeLessThanOrEqual(whole);
  });

  test('with the rights of the caller, too', async () => {
    const client = await database.as(caller);
    const { succeeded } = await added(database, 'public.note', 'create', () =>
      mutate(client, 'create', 'note', { body: 'mine' }),
    );
    expect(succeeded).toBe(1);
    expect((await metricOf(database, 'public.note', 'create')).p50_ms).toBeGreaterThan(0);
  });

  test('in sets: each row, without a time', async () => {
    const before = await metricOf(database, 'public.account', 'create');
    const { succeeded, errors } = await inAccounts(() =>
      database.query(`select ai.generate_mutations('create', 'account',
        '[{"email": "set1@x"}, {"email": "set2@x"}, {"email": "set3@x", "balance": -1}, {"email": 7}]', '{"on_error": "skip"}')`),
    );
    expect({ succeeded, errors }).toEqual({ succeeded: 2, errors: { PI100: 2 } });
    const after = await metricOf(database, 'public.account', 'create');
    expect(Object.keys(after.latency).length).toBeGreaterThanOrEqual(Object.keys(before.latency).length);
  });

  test('are not counted when their transaction is rolled back', async () => {
    const client = await database.client();
    const { succeeded } = await inAccounts(async () => {
      await client.query('begin');
      await mutate(client, 'create', 'account', { email: 'gone@x' });
      await client.query('rollback');
    });
    expect(succeeded).toBe(0);
  });

  test('are not counted where nothing was done: a dry run, an explanation, an answer that was kept', async () => {
    const counted = await inAccounts(async () => {
      await mutate(database, 'create', 'account', { email: 'dry@x' }, { dry_run: true });
      await database.query(`select ai.explain_mutation('create', 'account', '{"email": "dry@x"}')`);
      for (let i = 0; i < 3; i++)
        await mutate(database, 'create', 'account', { email: 'kept@x' }, { idempotency_key: 'kept' });
    });
    expect(counted).toEqual({ succeeded: 1, errors: {} });
  });
});

describe('calls that fail are counted by their code, though everything is rolled back', () => {
  const failing: [title: string, code: string, operation: string, sql: string][] = [
    ['inputs', 'PI100', 'create', `select ai.generate_mutation('create', 'account', '{"email": 1}')`],
    [
      'options',
      'PI102',
      'create',
      `select ai.generate_mutation('create', 'account', '{"email": "o@x"}', '{"dry": 1}')`,
    ],
    ['no row', 'PI103', 'update', `select ai.generate_mutation('update', 'account', '{"id": 0, "name": "x"}')`],
    [
      'a stale version',
      'PI104',
      'update',
      `select ai.generate_mutation('update', 'account', '{"id": 1, "name": "x"}', '{"expected_version": 99}')`,
    ],
    ['a unique key', '23505', 'create', `select ai.generate_mutation('create', 'account', '{"email": "taken@x"}')`],
    [
      'a unique key, with an idempotency key',
      '23505',
      'create',
      `select ai.generate_mutation('create', 'account', '{"email": "taken@x"}', '{"idempotency_key": "t"}')`,
    ],
    [
      'an idempotency key that was used',
      'PI106',
      'create',
      `select ai.generate_mutation('create', 'account', '{"email": "other@x"}', '{"idempotency_key": "kept"}')`,
    ],
    ['inputs of a fetch', 'PI100', 'fetch', `select ai.generate_mutation('fetch', 'account', '{"id": "x"}')`],
  ];
  test.each(failing)('%s: %s', async (_, code, operation, sql) => {
    await mutate(database, 'upsert', 'account', { email: 'taken@x' });
    const { errors } = await inAccounts(async () => {
      expect((await refusal(database.query(sql))).code).toBe(code);
    }, operation);
    expect(errors).toEqual({ [code]: 1 });
  });

  test('what a trigger raises, a time-out, a cancelled statement', async () => {
    await declare(
      database,
      `create table public.trap (id int primary key, what text);
       create function public.spring() returns trigger language plpgsql as $$ begin
         if new.what = 'raise' then raise exception using errcode = 'XY123', message = 'sprung';
         elsif new.what = 'assert' then assert false;
         else perform pg_catalog.pg_sleep(20); end if;
         return new;
       end $$;
       create trigger spring after insert on public.trap for each row execute function public.spring();
       comment on table public.trap is '{"operations": {"create": {"required": ["id", "what"]}}}';`,
    );
    const client = await database.client();
    const { errors } = await added(database, 'public.trap', 'create', async () => {
      for (const what of ['raise', 'raise', 'assert', 'sleep']) {
        if (what === 'sleep') await client.query(`set statement_timeout = '50ms'`);
        await refusal(mutate(client, 'create', 'trap', { id: 1, what }));
      }
    });
    expect(errors).toEqual({ XY123: 2, P0004: 1, '57014': 1 });
  });

  test('what is caught by the caller, once', async () => {
    const { errors } = await inAccounts(() =>
      database.query(`do $$ begin
        perform ai.generate_mutation('create', 'account', '{"email": "taken@x"}');
      exception when unique_violation then null; end $$`),
    );
    expect(errors).toEqual({ '23505': 1 });
  });

  test('who may not call, and a table that declares nothing', async () => {
    await declare(
      database,
      `create table public.closed (id int primary key);
       comment on table public.closed is '{"operations": {"create": {"required": ["id"], "roles": ["ai_admin"]}}}'`,
    );
    const client = await database.as(caller);
    const { errors } = await added(database, 'public.closed', 'create', async () => {
      expect((await refusal(mutate(client, 'create', 'closed', { id: 1 }))).code).toBe('42501');
    });
    expect(errors).toEqual({ '42501': 1 });
    expect(await metricOf(database, 'public.closed', 'create')).toMatchObject({ refused: 1, failed: 1, calls: 1 });
    const nowhere = await added(database, null, null, async () => {
      expect((await refusal(mutate(client, 'create', 'nowhere', { id: 1 }))).code).toBe('PI101');
    });
    expect(nowhere.errors).toEqual({ PI101: 1 });
  });

  test('is not asked for: explanations, dry runs and descriptions that fail', async () => {
    const all = async () => (await metrics(database)).map(({ failed }) => failed);
    const before = await all();
    await refusal(mutate(database, 'create', 'account', { email: 'taken@x' }, { dry_run: true }));
    await database.query(`select ai.explain_mutation('create', 'account', '{"email": "taken@x"}')`);
    await refusal(database.query(`select ai.explain_mutation('create', 'nowhere', '{}')`));
    await refusal(database.query(`select ai.describe('nowhere')`));
    expect(await all()).toEqual(before);
  });

  test('nor in a read-only transaction, where the error stays what it is', async () => {
    const { errors } = await inAccounts(async () => {
      const client = await database.client();
      await client.query('begin read only');
      expect((await refusal(mutate(client, 'fetch', 'account', { id: 'x' }))).code).toBe('PI100');
      await client.query('rollback');
    }, 'fetch');
    expect(errors).toEqual({});
  });

  test('by eight sessions at once, none is lost', async () => {
    const sessions: pg.Client[] = [];
    for (let i = 0; i < 8; i++) sessions.push(await database.client());
    const { errors } = await inAccounts(() =>
      Promise.all(
        sessions.map(async (session, n) => {
          for (let i = 0; i < 25; i++) {
            await refusal(mutate(session, 'create', 'account', n % 2 === 0 ? { email: 'taken@x' } : {}));
            if (n === 0 && i % 5 === 0) await database.query('select ai.gather_metrics()');
          }
        }),
      ),
    );
    // Whose error it was may be unknown where the others held its cell for too long; that there was one never is.
    const other = (await metrics(database)).find(({ relation }) => relation === null)?.errors.other ?? 0;
    expect((errors['23505'] ?? 0) + (errors.PI100 ?? 0) + other).toBe(200);
  });
});

describe('gathering', () => {
  test('changes nothing of what is told', async () => {
    await settled(database);
    const before = await metrics(database);
    expect((await one<{ n: string }>(database, 'select ai.gather_metrics() as n')).n).not.toBeNull();
    expect(await metrics(database)).toEqual(before);
    expect(await one(database, 'select ai.gather_metrics() as n')).toEqual({ n: '0' });
    expect(await metrics(database)).toEqual(before);
  });

  test('counts a transaction that commits late, once', async () => {
    const late = await database.client();
    const { succeeded } = await inAccounts(async () => {
      await late.query('begin');
      await mutate(late, 'create', 'account', { email: 'late@x' });
      await create('early@x');
      await database.query('select ai.gather_metrics()');
      await late.query('commit');
      await database.query('select ai.gather_metrics()');
      await settled(database);
      await database.query('select ai.gather_metrics()');
    });
    expect(succeeded).toBe(2);
  });

  test('is done by one at a time, and nobody waits', async () => {
    const busy = await database.client();
    await busy.query('begin');
    await busy.query('select ai.gather_metrics()');
    expect(await one(database, 'select ai.gather_metrics() as n')).toEqual({ n: null });
    const { errors } = await inAccounts(() => refusal(create('taken@x')));
    expect(errors).toEqual({ '23505': 1 });
    await busy.query('rollback');
  });

  test('that is rolled back has not happened', async () => {
    const client = await database.client();
    const { errors } = await inAccounts(async () => {
      await refusal(create('taken@x'));
      await client.query('begin');
      await client.query('select ai.gather_metrics()');
      await client.query('rollback');
      await database.query('select ai.gather_metrics()');
    });
    expect(errors).toEqual({ '23505': 1 });
  });

  test('sums minutes up to hours, and loses nothing by it', async () => {
    await database.query('select ai.gather_metrics()');
    await database.query(`update ai_private.metric set at = at - interval '6 hours'`);
    const before = await metrics(database);
    await database.query('select ai.gather_metrics()');
    expect(await metrics(database)).toEqual(before);
    const { whole } = await one<{ whole: boolean }>(
      database,
      `select bool_and(at = date_trunc('hour', at)) as whole from ai_private.metric`,
    );
    expect(whole).toBe(true);
  });

  test('begins anew in another cluster: rows that a dump brought are not counted there', async () => {
    await create('before-dump@x');
    await database.query(`update ai_private.metric_cursor set cluster = 'another'`);
    const { succeeded } = await inAccounts(async () => {
      await database.query('select ai.gather_metrics()');
      await create('after-dump@x');
    });
    // The one before was seen until then.
    expect(succeeded).toBe(0);
    const { succeeded: more } = await inAccounts(() => create('after-dump-2@x'));
    expect(more).toBe(1);
  });
});

describe('cells', () => {
  test('are given back, and more kinds of errors than cells are counted all the same', async () => {
    await declare(
      database,
      `create table public.codes (code text primary key);
       create function public.raise_code() returns trigger language plpgsql as $$ begin raise exception using errcode = new.code, message = 'no'; end $$;
       create trigger raise_code before insert on public.codes for each row execute function public.raise_code();
       comment on table public.codes is '{"operations": {"create": {"required": ["code"]}}}';`,
    );
    const codes = Array.from({ length: 30 }, (_, i) => `XA0${String(i).padStart(2, '0')}`);
    const other = async () => (await metrics(database)).find(({ relation }) => relation === null)?.errors.other ?? 0;
    const before = await other();
    const { errors } = await added(database, 'public.codes', 'create', async () => {
      for (const code of codes) await refusal(mutate(database, 'create', 'codes', { code }));
    });
    const named = Object.values(errors).reduce((sum, count) => sum + count, 0);
    expect(named).toBeLessThan(30);
    expect(named + (await other()) - before).toBe(30);
    // The first time gathers, the second gives back.
    await database.query('select ai.gather_metrics()');
    await settled(database);
    await database.query('select ai.gather_metrics()');
    const last = await added(database, 'public.codes', 'create', async () => {
      for (const code of codes.slice(10, 20)) await refusal(mutate(database, 'create', 'codes', { code }));
    });
    expect(last.errors).toEqual(Object.fromEntries(codes.slice(10, 20).map((code) => [code, 1])));
  });
});

describe('rights', () => {
  test('nobody counts by hand', async () => {
    const client = await database.as(caller);
    for (const sql of [
      `select ai_private.count_error('public.account', 'create', null, 'PI100')`,
      `do $$ declare r jsonb; begin r := ai_private.count_error('public.account', 'create', null, 'PI100'); end $$`,
      `select ai_private.add_error(1, 'PI100')`,
      `select setval('ai_private.error_cell_0', 1)`,
      `select nextval('ai_private.error_elsewhere')`,
    ])
      expect([sql, (await refusal(client.query(sql))).code]).toEqual([sql, '42501']);
  });

  test('ai_admin and ai_worker read, others do not', async () => {
    for (const [role, may] of [
      ['ai_admin', true],
      ['ai_worker', true],
      [caller, false],
      [stranger, false],
    ] as const) {
      const client = await database.as(role);
      for (const sql of [
        'select * from ai.metrics',
        'select * from ai.metrics_since(now())',
        'select ai.gather_metrics()',
      ]) {
        const code = may ? await client.query(sql).then(() => 'may') : (await refusal(client.query(sql))).code;
        expect([role, sql, code]).toEqual([role, sql, may ? 'may' : '42501']);
      }
    }
  });
});
