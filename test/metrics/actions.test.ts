import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { one, settled, useRole } from '../guarantees/fixture.ts';
import { amend, execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { compilePendingActions, declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';
import { metrics } from './fixture.ts';

const database = useDatabase();
const caller = useRole(database, ['ai_user']);

beforeAll(() =>
  declare(
    database,
    `create table public.stock (id int primary key, amount int not null check (amount >= 0));
     comment on table public.stock is '{"operations": {"create": {"required": ["id", "amount"]}, "update": {"optional": ["amount"]}}}';
     create table public.plain (what text);
     grant all on public.plain, public.stock to ai_owner, ai_user;
     insert into public.stock select n, 10 from generate_series(1, 5) as n;`,
  ),
);

const metricOf = async (action: string) =>
  (await metrics(database)).find((metric) => metric.action === action && metric.relation === null);
const codesOf = async (name: string, times: number, inputs: object = {}): Promise<string[]> => {
  const codes: string[] = [];
  for (let i = 0; i < times; i++)
    codes.push(
      await execute(database, name, inputs).then(
        () => '',
        (error: pg.DatabaseError) => error.code ?? '?',
      ),
    );
  return codes;
};

describe('calls of actions', () => {
  test('are counted with their time, their errors, and the rows that operations in them have written', async () => {
    await register(database, {
      action_name: 'restock',
      input_schema: {
        properties: { id: { type: 'integer' }, amount: { type: 'integer' } },
        required: ['id', 'amount'],
      },
      steps: [
        { update: 'public.stock', key: { id: '$id' }, values: { amount: '$amount' }, as: 'one' },
        { update: 'public.stock', key: { id: '$id' }, values: { amount: '$amount' }, as: 'two' },
      ],
    });
    for (let i = 0; i < 3; i++) await execute(database, 'restock', { id: 1, amount: i });
    await refusal(execute(database, 'restock', { id: 1, amount: -1 }));
    await refusal(execute(database, 'restock', { id: 'one' }));
    await refusal(execute(database, 'restock', { id: 77, amount: 1 }, { idempotency_key: 'x' }));
    const metric = await metricOf('restock');
    expect(metric).toMatchObject({ calls: 6, succeeded: 3, failed: 3, rows: 6, relation: null, operation: null });
    expect(Object.values(metric?.errors ?? {}).reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(metric?.errors.PI100).toBe(2);
    expect(metric?.p50_ms).toBeGreaterThan(0);
    // The operations know whose they were.
    const inside = (await metrics(database)).find(
      (each) => each.relation === 'public.stock' && each.action === 'restock',
    );
    expect(inside).toMatchObject({ operation: 'update', succeeded: 6 });
  });

  test('gathering changes nothing of it', async () => {
    await settled(database);
    const before = await metrics(database);
    await database.query('select ai.gather_metrics()');
    expect(await metrics(database)).toEqual(before);
    expect(await database.query('select * from ai_private.action_call')).toEqual([]);
  });

  test('with the rights of the caller, from a caller without rights, and of an action that is not there', async () => {
    await register(database, {
      action_name: 'mine',
      security: 'invoker',
      language: 'sql',
      code_template: 'select amount from public.stock where id = 1',
    });
    await register(database, {
      action_name: 'theirs',
      roles: ['ai_admin'],
      language: 'sql',
      code_template: 'select 1',
    });
    const client = await database.as(caller);
    await execute(client, 'mine');
    expect(await metricOf('mine')).toMatchObject({ calls: 1, succeeded: 1, failed: 0, rows: 0 });
    expect((await refusal(execute(client, 'theirs'))).code).toBe('42501');
    expect(await metricOf('theirs')).toMatchObject({ calls: 1, refused: 1, errors: { '42501': 1 } });
    for (const sql of [
      `select ai_private.note_call('mine', 'x', 1)`,
      `insert into ai_private.action_call (action, fingerprint, elapsed_us) values ('mine', 'x', 1)`,
    ])
      expect([sql, (await refusal(client.query(sql))).code]).toEqual([sql, '42501']);
  });

  test('what is only tried is not counted; what is an answer is', async () => {
    const before = await metricOf('restock');
    await execute(database, 'restock', { id: 1, amount: 3 }, { dry_run: true });
    expect(await execute(database, 'restock', { id: 1, amount: -1 }, { on_error: 'return' })).toHaveProperty('error');
    const after = await metricOf('restock');
    expect([after?.succeeded, after?.failed]).toEqual([before?.succeeded, (before?.failed ?? 0) + 1]);
  });

  test('in a read-only transaction an action that reads works as ever', async () => {
    await register(database, {
      action_name: 'look',
      language: 'sql',
      code_template: 'select count(*) as n from public.stock',
    });
    const client = await database.client();
    await client.query('begin read only');
    expect(await execute(client, 'look')).toEqual({ n: 5 });
    await client.query('commit');
  });
});

describe('limits of actions', () => {
  const only = async (limits: object, more: object): Promise<string> => {
    const name = `limited_${Math.random().toString(36).slice(2, 8)}`;
    await register(database, { action_name: name, limits, ...more });
    return name;
  };
  const breach = async () => {
    await database.query('select ai.gather_metrics()');
    return one(
      database,
      'select relation, action, limit_name, measured, allowed from ai.limit_breach order by at desc, measured desc limit 1',
    );
  };

  test('rows: all that the action touches', async () => {
    const name = await only(
      { max_rows: 5 },
      {
        language: 'sql',
        input_schema: { properties: { n: { type: 'integer' } }, required: ['n'] },
        code_template: `insert into public.plain select 'x' from generate_series(1, :n)`,
      },
    );
    await execute(database, name, { n: 5 });
    const { code, detail } = await refusal(execute(database, name, { n: 6 }));
    expect([code, detail]).toMatchObject([
      'PI242',
      { table: name, operation: 'action', policy: name, allowed: 5, measured: 6 },
    ]);
    expect(await one(database, 'select count(*)::int as n from public.plain')).toEqual({ n: 5 });
    expect(await breach()).toEqual({ relation: null, action: name, limit_name: 'rows', measured: 6, allowed: 5 });
    expect((await metricOf(name))?.errors).toEqual({ PI242: 1 });
  });

  test('latency', async () => {
    const name = await only(
      { max_latency: '30 ms' },
      { language: 'plpgsql', code_template: 'begin perform pg_catalog.pg_sleep(0.06); return null; end' },
    );
    expect((await refusal(execute(database, name))).code).toBe('PI241');
    expect(await breach()).toMatchObject({ action: name, limit_name: 'latency', allowed: 30 });
  });

  test('statements of SQL are the planner’s to find, when the action is registered', async () => {
    const attempt = (statements: string[], code_template: string) =>
      only({ statements }, { language: 'sql', code_template }).then(
        () => [],
        (error: pg.DatabaseError) => mistakes(JSON.parse(error.detail ?? '{}')),
      );
    expect(await attempt(['select'], 'select 1')).toEqual([]);
    // It looks like reading.
    const hidden = 'with gone as (delete from public.plain returning what) select count(*) as n from gone';
    expect(await attempt(['select', 'delete'], hidden)).toEqual([]);
    expect(await attempt(['select'], hidden)).toEqual([
      expect.stringContaining('it does delete, and may do select only'),
    ]);
    expect(await attempt(['insert'], `insert into public.plain values ('delete from')`)).toEqual([]);
    expect(await attempt(['update'], `insert into public.plain values ('x')`)).toEqual([
      expect.stringContaining('it does insert, and may do update only'),
    ]);
  });

  test('statements of free code are what PostgreSQL has done', async () => {
    const code = (what: string) =>
      `begin execute ${what.startsWith("'") ? what : `'${what}'`}; return pg_catalog.jsonb_build_object('done', true); end`;
    const name = await only(
      { statements: ['insert'] },
      { language: 'plpgsql', code_template: code(`insert into public.plain values (1)`) },
    );
    expect(await execute(database, name)).toEqual({ done: true });
    await amend(database, name, { code_template: code('delete from public.plain') });
    const { code: state, message } = await refusal(execute(database, name));
    expect([state, message]).toEqual(['PI243', `action on ${name} did delete, and may do insert only`]);
  });

  test.each([
    ['writes', 'insert into public.plain values (1)'],
    ['turns it off and writes', 'set local transaction_read_only = off'],
    [
      'writes in a block of its own',
      'do $x$ begin begin set local transaction_read_only = off; exception when others then null; end; insert into public.plain values (2); end $x$',
    ],
    ['makes a table', 'create temp table t (i int)'],
    ['takes a number', `select nextval(''ai.audit_id'')`],
    ['calls an operation', `select ai_gen.stock__update__json(''{"id": 1, "amount": 1}'')`],
  ])('who may only read cannot do anything else: %s', async (_, what) => {
    const name = await only(
      { statements: ['select'] },
      {
        language: 'plpgsql',
        code_template: `begin execute '${what}'; return null; end`,
      },
    );
    const rows = () =>
      one(database, 'select (select count(*) from public.plain) as a, (select sum(amount) from public.stock) as b');
    const before = await rows();
    const { code } = await refusal(execute(database, name));
    expect(['PI243', '25001']).toContain(code);
    expect(await rows()).toEqual(before);
    // What comes after in the transaction may write.
    const client = await database.client();
    await client.query('begin');
    await client.query('savepoint s');
    await refusal(execute(client, name));
    await client.query('rollback to s');
    await client.query(`insert into public.plain values ('after')`);
    await client.query('rollback');
  });

  test.each([
    ['update public.stock set amount = 1', 'update', ['update']],
    ['create temp table t (i int)', 'create table', ['other']],
    [`select nextval(''ai.audit_id'')`, 'nextval()', ['other']],
  ])('what PostgreSQL has not let be done is named: %s', async (what, did, kept) => {
    const name = await only(
      { statements: ['select'] },
      { language: 'plpgsql', code_template: `begin execute '${what}'; return null; end` },
    );
    const { message, detail } = await refusal(execute(database, name));
    expect([message, detail.measured]).toEqual([`action on ${name} did ${did}, and may do select only`, [did]]);
    await database.query('select ai.gather_metrics()');
    expect(await database.query('select measured from ai.limit_breach where action = $1', [name])).toEqual([
      { measured: kept },
    ]);
  });

  test('who may only read reads, and the rest of the transaction may write', async () => {
    const name = await only(
      { statements: ['select'] },
      { language: 'sql', code_template: 'select count(*) as n from public.stock' },
    );
    const client = await database.client();
    await client.query('begin');
    expect(await execute(client, name)).toEqual({ n: 5 });
    await client.query(`insert into public.plain values ('after')`);
    expect((await client.query('show transaction_read_only')).rows).toEqual([{ transaction_read_only: 'off' }]);
    await client.query('rollback');
  });

  test('are inherited: from a policy about the action, and from one for everything', async () => {
    const name = await only(
      { max_rows: 100 },
      { language: 'sql', code_template: `insert into public.plain select 'x' from generate_series(1, 10)` },
    );
    await execute(database, name);
    await declare(
      database,
      `insert into ai.policies (name, action, kind, definition) values ('about_it', '${name}', 'limit', '{"max_rows": 9}')`,
    );
    expect((await refusal(execute(database, name))).detail).toMatchObject({ policy: 'about_it', allowed: 9 });
    await declare(
      database,
      `insert into ai.policies (name, kind, definition) values ('everything', 'limit', '{"max_rows": 8}')`,
    );
    expect((await refusal(execute(database, name))).detail).toMatchObject({ policy: 'everything', allowed: 8 });
    await declare(database, 'delete from ai.policies');
    await execute(database, name);
  });

  test('a limit that is none is told', async () => {
    const { code, detail } = await refusal(
      register(database, {
        action_name: 'odd',
        language: 'sql',
        code_template: 'select 1',
        limits: { max_latency: 'long', max_row: 3 },
      }),
    );
    expect(code).toBe('PI007');
    expect(mistakes(detail)).toEqual([
      expect.stringContaining('limits: max_latency'),
      expect.stringContaining('limits: max_row: unknown key'),
    ]);
  });
});

describe('the guard', () => {
  test('puts an action back whose calls fail since it was changed, for whoever registered it', async () => {
    await register(database, {
      action_name: 'steady',
      language: 'sql',
      input_schema: { properties: { n: { type: 'integer' } }, required: ['n'] },
      code_template: 'select 10 / :n as result',
      limits: { max_error_rate: 0.3, min_calls: 10 },
    });
    expect(await codesOf('steady', 12, { n: 5 })).toEqual(Array(12).fill(''));
    await amend(database, 'steady', { code_template: 'select 10 / (:n - 5) as result' });
    const { revision } = await one<{ revision: string }>(
      database,
      `select max(revision) as revision from ai.revision where qualified_name = 'steady'`,
    );
    expect(await codesOf('steady', 10, { n: 5 })).toEqual(Array(10).fill('22012'));
    const worker = await database.as('ai_worker');
    const { rows } = await worker.query('select * from ai.guard_revisions()');
    await compilePendingActions(database);
    expect(rows).toEqual([
      {
        kind: 'action',
        name: 'steady',
        from_revision: revision,
        to_revision: expect.any(String),
        reason: `10 of 10 calls failed under revision ${revision}, more than 0.3`,
      },
    ]);
    expect(await execute(database, 'steady', { n: 5 })).toBe(2);
    expect(
      await one(
        database,
        `select code_template, registered_by = current_user as mine from ai.meta_actions where action_name = 'steady'`,
      ),
    ).toEqual({ code_template: 'select 10 / :n as result', mine: true });
    expect(
      await one(
        database,
        `select payload ->> 'action' as action, payload -> 'errors' as errors from ai.event_log where topic = 'pg_ai.rolled_back'`,
      ),
    ).toEqual({ action: 'steady', errors: { '22012': 10 } });
    expect((await worker.query('select * from ai.guard_revisions()')).rows).toEqual([]);
  });

  test('takes back a hook that made it fail', async () => {
    await declare(
      database,
      `insert into ai.hooks (name, action, phase, language, code) values ('breaks', 'steady', 'pre', 'sql', $$ select '{"refuse": {"message": "no"}}'::jsonb $$)`,
    );
    expect(await codesOf('steady', 10, { n: 5 })).toEqual(Array(10).fill('PI301'));
    const worker = await database.as('ai_worker');
    expect((await worker.query('select name from ai.guard_revisions()')).rows).toEqual([{ name: 'steady' }]);
    await compilePendingActions(database);
    expect(await execute(database, 'steady', { n: 5 })).toBe(2);
    expect(await database.query('select from ai.hooks')).toEqual([]);
  });

  test('by hand', async () => {
    await amend(database, 'steady', { code_template: 'select 1 as result' });
    await database.query(`select ai.rollback('steady')`);
    await compilePendingActions(database);
    expect(await execute(database, 'steady', { n: 5 })).toBe(2);
  });
});
