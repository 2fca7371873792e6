import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import {
  ACCOUNTS,
  lastAudit,
  one,
  pidOf,
  seal,
  sealAll,
  settled,
  takenBack,
  untilWaiting,
  useTables,
  type Verdict,
  verify,
} from './fixture.ts';

const SECRET = 'kept outside';

describe('a trail of three seals and an unsealed tail', () => {
  const database = useDatabase();
  useTables(database, ACCOUNTS);
  const ids: number[] = [];

  test('verifies', async () => {
    for (let part = 0; part < 4; part++) {
      for (let i = 0; i < 3; i++) await mutate(database, 'create', 'account', { email: `${part}-${i}@x` });
      if (part < 3) expect(await sealAll(database)).toMatchObject({ seal: String(part + 1), sealed_rows: '3' });
    }
    const rows = await database.query<{ id: string }>('select id from ai.audit_log order by id');
    ids.push(...rows.map(({ id }) => Number(id)));
    expect(await verify(database)).toEqual({
      ok: true,
      checked_rows: '12',
      sealed_rows: '9',
      first_bad: null,
      problem: null,
      unchecked: null,
    });
  });

  /** What a superuser does to the tables; #n stands for the id of the n-th audit row, from 0. */
  const tampering: { title: string; sql: string; first?: number; problem: RegExp }[] = [
    ...['relation', 'operation', 'actor', 'session_role', 'fingerprint', 'action'].map((column) => ({
      title: `a sealed row's ${column} changes`,
      sql: `update ai.audit_log set ${column} = 'other' where id in (#4, #7)`,
      first: 4,
      problem: /altered/,
    })),
    {
      title: "a sealed row's time changes by a microsecond",
      sql: `update ai.audit_log set at = at + interval '1 microsecond' where id = #4`,
      first: 4,
      problem: /altered/,
    },
    {
      title: "a sealed row's client address changes",
      sql: `update ai.audit_log set client_address = '192.0.2.1' where id = #4`,
      first: 4,
      problem: /altered/,
    },
    {
      title: "a sealed row's transaction changes",
      sql: `update ai.audit_log set transaction = (transaction::text::bigint + 1)::text::xid8 where id = #4`,
      first: 4,
      problem: /altered/,
    },
    {
      title: 'a field of a sealed new row changes',
      sql: `update ai.audit_log set new_row = new_row || '{"balance": 5}' where id = #0`,
      first: 0,
      problem: /altered/,
    },
    {
      title: 'a sealed old row appears',
      sql: `update ai.audit_log set old_row = '{}' where id = #8`,
      first: 8,
      problem: /altered/,
    },
    {
      title: "a sealed row's key changes",
      sql: `update ai.audit_log set row_key = '{"id": 0}' where id = #8`,
      first: 8,
      problem: /altered/,
    },
    { title: 'a sealed row is deleted', sql: 'delete from ai.audit_log where id = #3', first: 3, problem: /deleted/ },
    {
      title: 'a sealed row is deleted with its event',
      sql: 'delete from ai.audit_log where id = #3; delete from ai.event_log where audit_id = #3',
      first: 3,
      problem: /deleted/,
    },
    {
      title: 'the tail of the sealed rows is cut off',
      sql: 'delete from ai.audit_log where id >= #6; delete from ai.event_log where audit_id >= #6',
      first: 6,
      problem: /deleted/,
    },
    {
      title: 'everything is deleted',
      sql: 'delete from ai.audit_log; delete from ai.event_log',
      first: 0,
      problem: /deleted/,
    },
    {
      title: 'a row and its event are slipped in among sealed ones',
      sql: `create temp table slipped as select * from ai.audit_log where id = #4;
            update slipped set id = -1;
            insert into ai.audit_log select * from slipped;
            insert into ai.event_log select (e).* from (select jsonb_populate_record(e, '{"id": -1, "audit_id": -1}') as e from ai.event_log e where e.audit_id = #4) x`,
      first: -1,
      problem: /inserted after everything of its time was sealed/,
    },
    {
      title: 'a row is slipped in as if it were new',
      sql: `insert into ai.audit_log (relation, operation, actor, fingerprint) values ('public.account', 'create', 'me', 'x')`,
      first: -2,
      problem: /no event belongs to it/,
    },
    {
      title: 'an unsealed row is altered',
      sql: `update ai.audit_log set new_row = new_row || '{"name": "else"}' where id >= #10`,
      first: 10,
      problem: /its event says otherwise/,
    },
    {
      title: "an unsealed row's actor is altered",
      sql: `update ai.audit_log set actor = 'else' where id = #10`,
      first: 10,
      problem: /its event says otherwise/,
    },
    {
      title: 'an unsealed row is deleted',
      sql: 'delete from ai.audit_log where id >= #10',
      first: 10,
      problem: /deleted \(its event is still there\)/,
    },
    {
      title: 'an event of an unsealed row is altered',
      sql: `update ai.event_log set payload = '{}' where audit_id = #11`,
      first: 11,
      problem: /its event says otherwise/,
    },
    {
      title: 'an event of an unsealed row is deleted',
      sql: 'delete from ai.event_log where audit_id = #11',
      first: 11,
      problem: /no event belongs to it/,
    },
    { title: 'a seal is deleted', sql: 'delete from ai.audit_seal where seal = 2', problem: /seal 2 is missing/ },
    {
      title: 'the first seal is deleted',
      sql: 'delete from ai.audit_seal where seal = 1',
      problem: /seal 1 is missing/,
    },
    ...[
      `at = at - interval '1 day'`,
      `month = month - interval '1 month'`,
      'row_count = 2',
      `cluster = 'else'`,
      `horizon = '1'::xid8`,
      `root = decode(repeat('00', 32), 'hex')`,
    ].map((change) => ({
      title: `a seal is altered: ${change}`,
      sql: `update ai.audit_seal set ${change} where seal = 2`,
      problem: /seal 2, or a digest that it covers, was altered/,
    })),
    {
      title: 'a digest is altered',
      sql: `update ai.audit_leaf set digest = decode(repeat('00', 16), 'hex') where audit_id = #4`,
      first: 4,
      problem: /altered/,
    },
    {
      title: 'a digest is altered along with its row',
      sql: `update ai.audit_log set actor = 'else' where id = #4;
            update ai.audit_leaf l set digest = ai_private.audit_digest(a) from ai.audit_log a where a.id = #4 and l.audit_id = a.id`,
      problem: /seal 2, or a digest that it covers, was altered/,
    },
    {
      title: 'a row, its digest and its seal are rebuilt, but not the seals after it',
      sql: `update ai.audit_log set actor = 'else' where id = #4;
            update ai.audit_leaf l set digest = ai_private.audit_digest(a) from ai.audit_log a where a.id = #4 and l.audit_id = a.id;
            update ai.audit_seal s set root = ai_private.seal_root(s, (select p.root from ai.audit_seal p where p.seal = 1), null) where s.seal = 2`,
      problem: /seal 3, or a digest that it covers, was altered/,
    },
    {
      title: 'a digest is deleted',
      sql: 'delete from ai.audit_leaf where audit_id = #4',
      first: 4,
      problem: /inserted after everything of its time was sealed/,
    },
    {
      title: 'a digest is deleted along with its row and event',
      sql: `delete from ai.audit_leaf where audit_id = #4; delete from ai.audit_log where id = #4; delete from ai.event_log where audit_id = #4`,
      problem: /seal 2, or a digest that it covers, was altered/,
    },
    {
      title: 'a digest moves to another seal',
      sql: 'update ai.audit_leaf set seal = 2 where audit_id = #0',
      problem: /seal 1, or a digest that it covers, was altered/,
    },
    {
      title: 'two rows swap their contents',
      sql: `update ai.audit_log a set new_row = b.new_row, row_key = b.row_key from ai.audit_log b
             where (a.id, b.id) in ((#1, #2), (#2, #1))`,
      first: 1,
      problem: /altered/,
    },
    {
      title: 'a row is hidden behind a duplicate',
      sql: `insert into ai.audit_log (id, at, relation, operation, actor, fingerprint)
            select id, at - interval '1 day', 'public.account', 'create', 'me', 'x' from ai.audit_log where id = #2`,
      first: 2,
      problem: /altered/,
    },
  ];

  test.each(tampering)('is found out when $title', async ({ sql, first, problem }) => {
    const client = await database.client();
    const { verdict, newest } = await takenBack(client, async () => {
      await client.query(sql.replace(/#(\d+)/g, (_, n: string) => String(ids[Number(n)])));
      return { verdict: await verify(client), newest: await lastAudit(client) };
    });
    expect(verdict).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
    if (first !== undefined)
      expect(verdict.first_bad).toBe(first === -1 ? '-1' : first === -2 ? newest : String(ids[first]));
    expect((await verify(client)).ok).toBe(true);
  });

  test('is the same whatever the session’s time zone, date style and float digits', async () => {
    const client = await database.client();
    await client.query(
      `set timezone = 'Asia/Ho_Chi_Minh'; set datestyle = 'German'; set extra_float_digits = -15;
       set bytea_output = 'escape'; set intervalstyle = 'sql_standard'; set standard_conforming_strings = off`,
    );
    expect((await verify(client)).ok).toBe(true);
  });

  test('verifies for ai_admin and ai_worker, and for nobody else', async () => {
    for (const role of ['ai_admin', 'ai_worker']) {
      const client = await database.as(role);
      expect((await verify(client)).ok).toBe(true);
      expect((await sealAll(client)).seal).toMatch(/^\d+$/);
    }
    const client = await database.as('ai_user');
    expect((await refusal(verify(client))).code).toBe('42501');
    expect((await refusal(seal(client))).code).toBe('42501');
  });
});

describe('an anchor and a secret', () => {
  const database = useDatabase();
  useTables(database, ACCOUNTS);

  /** What somebody does who may write everything but does not know the secret. */
  const rebuilt = `
    update ai.audit_log set actor = 'else';
    update ai.event_log set actor = 'else';
    delete from ai.audit_leaf;
    delete from ai.audit_seal;`;

  test('an anchor is there as long as its seal is', async () => {
    const client = await database.client();
    await takenBack(client, async () => {
      await mutate(client, 'create', 'account', { email: 'never committed' });
    });
    await mutate(client, 'create', 'account', { email: 'a' });
    const { root } = await sealAll(client);
    await mutate(client, 'create', 'account', { email: 'b' });
    await sealAll(client);
    expect((await verify(client, null, root)).ok).toBe(true);
    expect((await verify(client, null, root.toUpperCase())).ok).toBe(true);
    expect(await verify(client, null, '00')).toMatchObject({ ok: false, problem: expect.stringMatching(/anchor/) });
  });

  test('without one, seals that were cut off at the end are not missed; with one they are', async () => {
    const client = await database.client();
    await mutate(client, 'create', 'account', { email: 'c' });
    const { root } = await sealAll(client);
    const cut = await takenBack(client, async () => {
      await client.query(`
        delete from ai.audit_leaf where seal = (select max(seal) from ai.audit_seal);
        delete from ai.audit_seal where seal = (select max(seal) from ai.audit_seal)`);
      return [await verify(client), await verify(client, null, root)];
    });
    expect(cut.map(({ ok }) => ok)).toEqual([true, false]);
  });

  test('seals without a secret can be rebuilt by who may write them, and then only an anchor tells', async () => {
    const client = await database.client();
    const { root } = await sealAll(client);
    await settled(client);
    const [blind, anchored] = await takenBack(client, async () => {
      await client.query(rebuilt);
      await seal(client);
      return [await verify(client), await verify(client, null, root)];
    });
    expect([blind?.ok, anchored?.ok]).toEqual([true, false]);
  });

  test('keyed seals need the secret to be checked and to be rebuilt', async () => {
    const client = await database.client();
    await mutate(client, 'create', 'account', { email: 'keyed' });
    await sealAll(client, SECRET);
    expect(await verify(client, SECRET)).toMatchObject({ ok: true, unchecked: null });
    expect(await verify(client)).toMatchObject({ ok: true, unchecked: expect.stringMatching(/secret/) });
    expect(await verify(client, 'wrong')).toMatchObject({ ok: false, problem: expect.stringMatching(/secret/) });
    await settled(client);
    const attempts: Record<string, Verdict> = await takenBack(client, async () => {
      await client.query(rebuilt);
      await client.query('savepoint rebuilt');
      await seal(client, 'guessed');
      const guessed = await verify(client, SECRET);
      await client.query('rollback to savepoint rebuilt');
      await seal(client);
      return { guessed, unkeyed: await verify(client, SECRET) };
    });
    expect(attempts.guessed).toMatchObject({ ok: false });
    expect(attempts.unkeyed).toMatchObject({ ok: false, problem: expect.stringMatching(/without the secret/) });
  });

  test('rows are still compared with their digests without the secret', async () => {
    const client = await database.client();
    const { id } = await one<{ id: string }>(client, 'select max(audit_id) as id from ai.audit_leaf');
    const verdict = await takenBack(client, async () => {
      await client.query(`update ai.audit_log set actor = 'else' where id = $1`, [id]);
      return verify(client);
    });
    expect(verdict).toMatchObject({ ok: false, first_bad: id });
  });

  test('an unkeyed seal under a keyed one is covered by it', async () => {
    const client = await database.client();
    await mutate(client, 'create', 'account', { email: 'unkeyed again' });
    await sealAll(client);
    await mutate(client, 'create', 'account', { email: 'keyed again' });
    await sealAll(client, SECRET);
    expect(await verify(client, SECRET)).toMatchObject({ ok: true });
  });

  test.each([
    ['', ''],
    ['a message', 'key'],
    ['ünïcödé', 'khóa bí mật'],
    ['exactly one block', 'k'.repeat(64)],
    ['more than one block', 'k'.repeat(65)],
    ['x'.repeat(1000), 'y'.repeat(1000)],
  ])('the key makes HMAC-SHA-256 (%#)', async (message, secret) => {
    const { digest } = await one<{ digest: Buffer }>(
      database,
      `select ai_private.keyed_digest(convert_to($1, 'UTF8'), $2) as digest`,
      [message, secret],
    );
    expect(digest.toString('hex')).toBe(createHmac('sha256', secret).update(message).digest('hex'));
  });
});

describe('sealing while others write', () => {
  const database = useDatabase();
  useTables(database, ACCOUNTS);
  const hurry = `set lock_timeout = '2s'`;

  test('a transaction that commits late is sealed by the next seal', async () => {
    const [early, late, sealer] = [await database.client(), await database.client(), await database.client()];
    await mutate(early, 'create', 'account', { email: 'before both' });
    const first = await sealAll(sealer);
    const before = await lastAudit(sealer);
    await late.query('begin');
    await mutate(late, 'create', 'account', { email: 'late' });
    await mutate(early, 'create', 'account', { email: 'early' });
    expect(await seal(sealer)).toEqual({ ...first, sealed_rows: '0' });
    expect((await verify(sealer)).ok).toBe(true);
    await mutate(late, 'create', 'account', { email: 'late, again' });
    await mutate(early, 'create', 'account', { email: 'early, again' });
    await seal(sealer);
    expect((await verify(sealer)).ok).toBe(true);
    await late.query('commit');
    expect((await verify(sealer)).ok).toBe(true);
    await sealAll(sealer);
    const verdict = await verify(sealer, null, first.root);
    expect(verdict).toMatchObject({ ok: true, sealed_rows: verdict.checked_rows });
    const unsealed = await sealer.query(
      `select from ai.audit_log a where id > $1 and not exists (select from ai.audit_leaf l where l.audit_id = a.id)`,
      [before],
    );
    expect(unsealed.rowCount).toBe(0);
  });

  test('a transaction that began before a seal and writes after it is no tampering', async () => {
    const [early, late, sealer] = [await database.client(), await database.client(), await database.client()];
    await late.query('begin');
    await late.query('select pg_current_xact_id()');
    for (let round = 0; round < 3; round++) {
      await mutate(early, 'create', 'account', { email: `round ${round}` });
      await seal(sealer);
    }
    await mutate(late, 'create', 'account', { email: 'began first' });
    await late.query('commit');
    expect((await verify(sealer)).ok).toBe(true);
    await sealAll(sealer);
    const verdict = await verify(sealer);
    expect(verdict).toMatchObject({ ok: true, sealed_rows: verdict.checked_rows });
  });

  test('numbers of mutations that were rolled back are no gaps', async () => {
    const client = await database.client();
    for (let i = 0; i < 3; i++) {
      await takenBack(client, () => mutate(client, 'create', 'account', { email: 'rolled back' }));
      await mutate(client, 'create', 'account', { email: `gap ${i}` });
      await sealAll(client);
    }
    expect((await verify(client)).ok).toBe(true);
  });

  test('a writer that has not committed does not hold up the sealer, nor the sealer a writer', async () => {
    const [writer, sealer] = [await database.client(), await database.client()];
    for (const client of [writer, sealer]) await client.query(hurry);
    await writer.query('begin');
    await mutate(writer, 'create', 'account', { email: 'writer first' });
    await sealer.query('begin');
    await seal(sealer);
    await mutate(writer, 'create', 'account', { email: 'while it seals' });
    await writer.query('commit');
    await mutate(writer, 'create', 'account', { email: 'and after' });
    expect((await verify(writer)).ok).toBe(true);
    await sealer.query('commit');
    await sealAll(sealer);
    expect((await verify(sealer)).ok).toBe(true);
  });

  test('two sealers at once: the second goes on from the first one’s seal', async () => {
    const [first, second, writer] = [await database.client(), await database.client(), await database.client()];
    await mutate(writer, 'create', 'account', { email: 'two sealers' });
    await settled(writer);
    await first.query('begin');
    const one = await seal(first);
    const pid = await pidOf(second);
    const waiting = seal(second);
    await untilWaiting(writer, pid);
    await mutate(writer, 'create', 'account', { email: 'between two sealers' });
    await first.query('commit');
    const two = await waiting;
    expect(Number(two.seal)).toBeGreaterThanOrEqual(Number(one.seal));
    await sealAll(first);
    const horizons = await writer.query(
      'select horizon::text::bigint >= lag(horizon::text::bigint) over (order by seal) as rises from ai.audit_seal',
    );
    expect(horizons.rows.filter(({ rises }) => rises === false)).toEqual([]);
    const verdict = await verify(first);
    expect(verdict).toMatchObject({ ok: true, sealed_rows: verdict.checked_rows });
  });

  test('a seal that is rolled back leaves nothing, and the next one is whole', async () => {
    const client = await database.client();
    await mutate(client, 'create', 'account', { email: 'sealed in vain' });
    await settled(client);
    const vain = await takenBack(client, () => seal(client));
    expect(vain.sealed_rows).toBe('1');
    expect(await sealAll(client)).toMatchObject({ seal: vain.seal, sealed_rows: '1' });
    expect((await verify(client)).ok).toBe(true);
  });

  test('with nothing new, the last seal is given again', async () => {
    const last = await sealAll(database);
    expect(await sealAll(database)).toEqual({ ...last, sealed_rows: '0' });
  });
});

describe('many rows', () => {
  const database = useDatabase();
  useTables(database, ACCOUNTS);

  test('20,000 rows take several chained seals', async () => {
    await database.query(
      `select ai.generate_mutations('create', 'account', jsonb_agg(jsonb_build_object('email', n::text)))
         from generate_series(1, 20000) as n`,
    );
    expect(await sealAll(database)).toMatchObject({ sealed_rows: '20000' });
    const seals = await database.query<{ count: string; rows: string }>(
      'select count(*), sum(row_count) as rows from ai.audit_seal',
    );
    expect(seals).toEqual([{ count: '4', rows: '20000' }]);
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '20000' });
  });

  test('one altered among them is found', async () => {
    const client = await database.client();
    const { id } = await one<{ id: string }>(client, `select id from ai.audit_log where new_row ->> 'email' = '12345'`);
    const verdict = await takenBack(client, async () => {
      await client.query(`update ai.audit_log set actor = 'else' where id = $1`, [id]);
      return verify(client);
    });
    expect(verdict.first_bad).toBe(id);
  });
});

describe('a trail that came with a dump from another cluster', () => {
  const database = useDatabase();
  useTables(database, ACCOUNTS);

  test('is sealed and verifies, and new rows with it', async () => {
    await mutate(database, 'create', 'account', { email: 'before the dump' });
    await mutate(database, 'create', 'account', { email: 'before the dump, not sealed there' });
    const { id } = await one<{ id: string }>(database, 'select min(id) as id from ai.audit_log');
    // The other cluster was further in its count of transactions, and had sealed the first row.
    await database.query(`
      update ai.audit_log set transaction = (transaction::text::bigint + 10000000000)::text::xid8;
      update ai.event_log set transaction = (transaction::text::bigint + 10000000000)::text::xid8`);
    await database.query(`
      insert into ai.audit_leaf select id, 1, ai_private.audit_digest(a) from ai.audit_log a where id = ${id};
      insert into ai.audit_seal
      select (jsonb_populate_record(s, jsonb_build_object('root', ai_private.seal_root(s, null, null)))).*
      from (select 1::bigint as seal, now() as at, date_trunc('month', now(), 'UTC') as month, 1 as row_count, 'elsewhere' as cluster,
        '20000000000'::xid8 as horizon, false as keyed, ''::bytea as root) as made
      cross join lateral (select made::ai.audit_seal as s) as x`);
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '1' });
    await mutate(database, 'create', 'account', { email: 'after the dump' });
    expect((await verify(database)).ok).toBe(true);
    expect(await sealAll(database)).toMatchObject({ seal: '2', sealed_rows: '2' });
    expect(await sealAll(database)).toMatchObject({ sealed_rows: '0' });
    await mutate(database, 'create', 'account', { email: 'later' });
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '3', checked_rows: '4' });
    expect(await sealAll(database)).toMatchObject({ seal: '3', sealed_rows: '1' });
    expect(await verify(database)).toMatchObject({ ok: true, sealed_rows: '4' });
  });
});
