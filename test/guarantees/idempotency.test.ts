import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { type Runner, rowsOf } from '../support/declare.ts';
import { mutate, mutateText, refusal } from '../support/mutation.ts';
import { ACCOUNTS, auditRows, lastAudit, NOTES, one, pidOf, untilWaiting, useRole, useTables } from './fixture.ts';

const database = useDatabase();
const first = useRole(database, ['ai_user']);
const second = useRole(database, ['ai_user']);
useTables(database, ACCOUNTS + NOTES);

let number = 0;
/** A key and a text that no other test has used. */
const fresh = () => `key-${++number}`;

const bulk = async (runner: Runner, operation: string, table: string, inputs: object[], options: object = {}) =>
  (
    await rowsOf<{ answer: unknown }>(runner, 'select ai.generate_mutations($1, $2, $3::jsonb, $4::jsonb) as answer', [
      operation,
      table,
      JSON.stringify(inputs),
      JSON.stringify(options),
    ])
  )[0]?.answer;

const emails = (pattern: string) =>
  database.query<{ email: string }>('select email from public.account where email like $1 order by id', [pattern]);

describe.each([
  { table: 'account', field: 'email', security: 'definer' },
  { table: 'note', field: 'body', security: 'invoker' },
])('a key in operations with security $security', ({ table, field }) => {
  const row = (value: string) => ({ [field]: value });

  test('the same call gives the first answer, byte by byte, and does nothing', async () => {
    const idempotency_key = fresh();
    const last = await lastAudit(database);
    const answer = await mutateText(database, 'create', table, row(idempotency_key), { idempotency_key });
    for (let again = 0; again < 3; again++)
      expect(await mutateText(database, 'create', table, row(idempotency_key), { idempotency_key })).toBe(answer);
    expect(await auditRows(database, last)).toHaveLength(1);
    expect(await database.query('select from ai.event_log where audit_id > $1', [last])).toHaveLength(1);
  });

  test('also within the transaction of the first call', async () => {
    const idempotency_key = fresh();
    const client = await database.client();
    await client.query('begin');
    const answer = await mutate(client, 'create', table, row(idempotency_key), { idempotency_key });
    expect(await mutate(client, 'create', table, row(idempotency_key), { idempotency_key })).toEqual(answer);
    await client.query('commit');
    expect(await mutate(client, 'create', table, row(idempotency_key), { idempotency_key })).toEqual(answer);
  });

  test('the first answer holds even when the row has changed since', async () => {
    const idempotency_key = fresh();
    const answer = await mutate(database, 'create', table, row(idempotency_key), { idempotency_key });
    await mutate(database, 'update', table, { id: answer.id as number, [field]: `${idempotency_key}, changed` });
    expect(await mutate(database, 'create', table, row(idempotency_key), { idempotency_key })).toEqual(answer);
    await mutate(database, 'delete', table, { id: answer.id as number });
    expect(await mutate(database, 'create', table, row(idempotency_key), { idempotency_key })).toEqual(answer);
  });

  test('other inputs, another operation, another table, or a set: refused', async () => {
    const idempotency_key = fresh();
    const { id } = await mutate(database, 'create', table, row(idempotency_key), { idempotency_key });
    const other = table === 'account' ? 'note' : 'account';
    const otherField = field === 'email' ? 'body' : 'email';
    for (const call of [
      () => mutate(database, 'create', table, row('other'), { idempotency_key }),
      () => mutate(database, 'delete', table, { id: id as number }, { idempotency_key }),
      () => mutate(database, 'create', other, { [otherField]: idempotency_key }, { idempotency_key }),
      () => bulk(database, 'create', table, [row(idempotency_key)], { idempotency_key }),
    ]) {
      const refused = await refusal(call());
      expect(refused).toMatchObject({ code: 'PI106', detail: { idempotency_key } });
      expect(refused.hint).toBeTruthy();
    }
    expect(await database.query(`select from public.${table} where id = $1`, [id])).toHaveLength(1);
  });

  test('another operation or table is another call also with the same inputs', async () => {
    const idempotency_key = fresh();
    const { id } = await mutate(database, 'create', table, row(idempotency_key));
    const inputs = { id: id as number };
    await mutate(database, 'update', table, inputs, { idempotency_key });
    const other = table === 'account' ? 'note' : 'account';
    expect((await refusal(mutate(database, 'delete', table, inputs, { idempotency_key }))).code).toBe('PI106');
    expect((await refusal(mutate(database, 'update', other, inputs, { idempotency_key }))).code).toBe('PI106');
    const keyed = { idempotency_key: `${idempotency_key}, a set` };
    await bulk(database, 'update', table, [inputs], keyed);
    expect((await refusal(bulk(database, 'delete', table, [inputs], keyed))).code).toBe('PI106');
    expect((await refusal(bulk(database, 'update', other, [inputs], keyed))).code).toBe('PI106');
  });

  test('the order of fields and white space are no other inputs', async () => {
    const idempotency_key = fresh();
    const inputs = { id: 0, [field]: `${idempotency_key}x` };
    const created = await mutate(database, 'create', table, row(idempotency_key));
    inputs.id = created.id as number;
    const answer = await mutate(database, 'update', table, inputs, { idempotency_key });
    const text = `{  "${field}":"${idempotency_key}x" ,"id" : ${inputs.id}}`;
    expect(await mutate(database, 'update', table, text, { idempotency_key })).toEqual(answer);
  });

  test('a failed attempt leaves the key free, for other inputs too', async () => {
    const idempotency_key = fresh();
    await mutate(database, 'create', table, row(`${idempotency_key} taken`));
    await refusal(mutate(database, 'create', table, { nonsense: 1 }, { idempotency_key }));
    await refusal(mutate(database, 'create', table, row(`${idempotency_key} taken`), { idempotency_key }));
    const answer = await mutate(database, 'create', table, row(idempotency_key), { idempotency_key });
    expect(answer[field]).toBe(idempotency_key);
  });

  test('an attempt that is rolled back leaves the key free', async () => {
    const idempotency_key = fresh();
    const client = await database.client();
    await client.query('begin');
    await client.query('savepoint s');
    await mutate(client, 'create', table, row(`${idempotency_key} in vain`), { idempotency_key });
    await client.query('rollback to savepoint s');
    await mutate(client, 'create', table, row(`${idempotency_key} in vain again`), { idempotency_key });
    await client.query('rollback');
    expect(await mutate(client, 'create', table, row(idempotency_key), { idempotency_key })).toMatchObject(
      row(idempotency_key),
    );
  });

  test('a dry run neither uses the key nor is answered by it', async () => {
    const idempotency_key = fresh();
    const rehearsed = await mutate(database, 'create', table, row(`${idempotency_key} dry`), {
      idempotency_key,
      dry_run: true,
    });
    expect(rehearsed.dry_run).toBe(true);
    const answer = await mutate(database, 'create', table, row(idempotency_key), { idempotency_key });
    expect(answer[field]).toBe(idempotency_key);
    expect(
      await mutate(database, 'create', table, row(`${idempotency_key} dry`), { idempotency_key, dry_run: true }),
    ).toMatchObject({ dry_run: true });
  });

  test('the second of two at once waits, and gets the answer of the first', async () => {
    const idempotency_key = fresh();
    const [one, two] = [await database.client(), await database.client()];
    await one.query('begin');
    const answer = await mutate(one, 'create', table, row(idempotency_key), { idempotency_key });
    const pid = await pidOf(two);
    const waiting = mutate(two, 'create', table, row(idempotency_key), { idempotency_key });
    await untilWaiting(database, pid);
    await one.query('commit');
    expect(await waiting).toEqual(answer);
    expect(await database.query(`select from public.${table} where ${field} = $1`, [idempotency_key])).toHaveLength(1);
  });

  test('the second of two at once does the work when the first is rolled back', async () => {
    const idempotency_key = fresh();
    const [one, two] = [await database.client(), await database.client()];
    await one.query('begin');
    const { id } = await mutate(one, 'create', table, row(idempotency_key), { idempotency_key });
    const pid = await pidOf(two);
    const waiting = mutate(two, 'create', table, row(idempotency_key), { idempotency_key });
    await untilWaiting(database, pid);
    await one.query('rollback');
    const answer = await waiting;
    expect(answer[field]).toBe(idempotency_key);
    expect(answer.id).not.toBe(id);
    expect(await mutate(one, 'create', table, row(idempotency_key), { idempotency_key })).toEqual(answer);
  });

  test('of many at once, one does the work', async () => {
    const idempotency_key = fresh();
    const clients = await Promise.all(Array.from({ length: 8 }, () => database.client()));
    const last = await lastAudit(database);
    const answers = await Promise.all(
      clients.map((client) => mutate(client, 'create', table, row(idempotency_key), { idempotency_key })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await auditRows(database, last)).toHaveLength(1);
  });

  test('under repeatable read, what the snapshot cannot see is a serialization failure and not a second deed', async () => {
    const idempotency_key = fresh();
    const [one, two] = [await database.client(), await database.client()];
    await two.query('begin isolation level repeatable read');
    await two.query('select 1');
    await mutate(one, 'create', table, row(idempotency_key), { idempotency_key });
    expect((await refusal(mutate(two, 'create', table, row(idempotency_key), { idempotency_key }))).code).toBe('40001');
    await two.query('rollback');
  });
});

describe('whose key it is', () => {
  test('logins, roles, actors and tokens each have keys of their own', async () => {
    await database.query(`grant ${second} to ${first}`);
    const idempotency_key = fresh();
    const callers: { login: string; role?: string; actor?: string; claims?: string }[] = [
      { login: first },
      { login: second },
      { login: first, role: second },
      { login: first, actor: 'Lan' },
      { login: first, actor: 'Minh' },
      { login: first, claims: '{"sub": "Lan"}' },
      { login: first, claims: '{"sub": "Minh"}' },
    ];
    const answers: unknown[] = [];
    for (const [i, { login, role, actor, claims }] of callers.entries()) {
      const client = await database.as(login);
      if (role) await client.query(`set role ${role}`);
      await client.query(`select set_config('pg_ai.actor', $1, false), set_config('request.jwt.claims', $2, false)`, [
        actor ?? '',
        claims ?? '',
      ]);
      const inputs = { email: `${idempotency_key}-${i}` };
      const answer = await mutate(client, 'create', 'account', inputs, { idempotency_key });
      expect(await mutate(client, 'create', 'account', inputs, { idempotency_key })).toEqual(answer);
      answers.push(answer);
    }
    expect(await emails(`${idempotency_key}-%`)).toHaveLength(callers.length);
  });

  test('another claim of the same user is the same caller', async () => {
    const idempotency_key = fresh();
    const client = await database.as(first);
    const call = async (claims: string) => {
      await client.query(`select set_config('request.jwt.claims', $1, false)`, [claims]);
      return mutate(client, 'create', 'account', { email: idempotency_key }, { idempotency_key });
    };
    const answer = await call('{"sub": "Lan", "exp": 1}');
    expect(await call('{"exp": 2, "sub": "Lan"}')).toEqual(answer);
  });

  test('nobody reads or writes the kept answers', async () => {
    for (const role of ['ai_user', 'ai_admin', 'ai_worker']) {
      const client = await database.as(role);
      for (const statement of [
        'select * from ai_private.idempotency',
        'delete from ai_private.idempotency',
        `insert into ai_private.idempotency (scope, key, request) values ('', '', '')`,
        `select ai_private.claim_key('k', 'r')`,
        `select ai_private.keep_answer('k', '{}')`,
      ])
        expect([statement, (await refusal(client.query(statement))).code]).toEqual([statement, '42501']);
    }
  });

  test('the answer is not told to who may no longer call the operation', async () => {
    const idempotency_key = fresh();
    const client = await database.as(second);
    await mutate(client, 'create', 'account', { email: idempotency_key }, { idempotency_key });
    await bulk(client, 'create', 'account', [{ email: `${idempotency_key}-set` }], { idempotency_key: 'set' });
    await database.query(`revoke ai_user from ${second}; grant usage on schema ai, ai_gen to ${second};
      grant execute on function ai.generate_mutation(text, text, jsonb, jsonb), ai.generate_mutations(text, text, jsonb, jsonb) to ${second}`);
    const again = await refusal(mutate(client, 'create', 'account', { email: idempotency_key }, { idempotency_key }));
    expect(again.code).toBe('42501');
    const set = await refusal(
      bulk(client, 'create', 'account', [{ email: `${idempotency_key}-set` }], { idempotency_key: 'set' }),
    );
    expect(set.code).toBe('42501');
    await database.query(`grant ai_user to ${second}`);
  });
});

describe('the key itself', () => {
  test.each([[''], ['x'.repeat(256)], [1], [null], [['a']], [true]])('%j is none', async (idempotency_key) => {
    const refused = await refusal(mutate(database, 'create', 'account', { email: 'e' }, { idempotency_key }));
    expect(refused.code).toBe('PI102');
  });

  test.each([["it's"], ['$pg_ai$ \\ " %s'], ['khóa 😀'], ['x'.repeat(255)]])('%j is one', async (idempotency_key) => {
    const inputs = { email: idempotency_key };
    const answer = await mutate(database, 'create', 'account', inputs, { idempotency_key });
    expect(await mutate(database, 'create', 'account', inputs, { idempotency_key })).toEqual(answer);
  });

  test('retention forgets old keys', async () => {
    const idempotency_key = fresh();
    const { id } = await mutate(database, 'create', 'account', { email: idempotency_key }, { idempotency_key });
    await mutate(database, 'delete', 'account', { id: id as number });
    await database.query(`select ai.prune(now() - interval '1 hour')`);
    await mutate(database, 'create', 'account', { email: idempotency_key }, { idempotency_key });
    expect(await emails(idempotency_key)).toEqual([]);
    await database.query(`update ai_private.idempotency set at = at - interval '2 hours' where key = $1`, [
      idempotency_key,
    ]);
    await database.query(`select ai.prune(now() - interval '1 hour')`);
    await mutate(database, 'create', 'account', { email: idempotency_key }, { idempotency_key });
    expect(await emails(idempotency_key)).toHaveLength(1);
  });
});

describe('a key for a set of calls', () => {
  test.each([['account'], ['note']])('of %s: the first answer again', async (table) => {
    const idempotency_key = fresh();
    const field = table === 'account' ? 'email' : 'body';
    const inputs = [0, 1, 2].map((n) => ({ [field]: `${idempotency_key}-${n}` }));
    const last = await lastAudit(database);
    const answer = await bulk(database, 'create', table, inputs, { idempotency_key });
    expect(answer).toHaveLength(3);
    expect(await bulk(database, 'create', table, inputs, { idempotency_key })).toEqual(answer);
    expect(await auditRows(database, last)).toHaveLength(3);
    for (const call of [
      () => bulk(database, 'create', table, inputs.slice(1), { idempotency_key }),
      () => bulk(database, 'create', table, inputs.toReversed(), { idempotency_key }),
      () => bulk(database, 'create', table, inputs, { idempotency_key, on_error: 'skip' }),
      () => mutate(database, 'create', table, inputs[0] ?? {}, { idempotency_key }),
    ])
      expect((await refusal(call())).code).toBe('PI106');
  });

  test('a set that is refused leaves the key free', async () => {
    const idempotency_key = fresh();
    await refusal(bulk(database, 'create', 'account', [{ email: idempotency_key }, {}], { idempotency_key }));
    expect(await bulk(database, 'create', 'account', [{ email: idempotency_key }], { idempotency_key })).toHaveLength(
      1,
    );
  });

  test('a set with errors that are skipped keeps its whole answer', async () => {
    const idempotency_key = fresh();
    const options = { idempotency_key, on_error: 'skip' };
    const inputs = [{ email: idempotency_key }, {}, { email: idempotency_key }];
    const answer = await bulk(database, 'create', 'account', inputs, options);
    expect(answer).toMatchObject({ succeeded: 1, failed: 2 });
    expect(await bulk(database, 'create', 'account', inputs, options)).toEqual(answer);
  });

  test('a dry run of a set does not use the key', async () => {
    const idempotency_key = fresh();
    await bulk(database, 'create', 'account', [{ email: 'x' }], { idempotency_key, dry_run: true });
    expect(await bulk(database, 'create', 'account', [{ email: idempotency_key }], { idempotency_key })).toHaveLength(
      1,
    );
  });

  test('the second of two at once waits', async () => {
    const idempotency_key = fresh();
    const inputs = [{ email: `${idempotency_key}-1` }, { email: `${idempotency_key}-2` }];
    const [one, two] = [await database.client(), await database.client()];
    await one.query('begin');
    const answer = await bulk(one, 'create', 'account', inputs, { idempotency_key });
    const pid = await pidOf(two);
    const waiting = bulk(two, 'create', 'account', inputs, { idempotency_key });
    await untilWaiting(database, pid);
    await one.query('commit');
    expect(await waiting).toEqual(answer);
  });
});

test('the kept answer keeps the digits of its numbers', async () => {
  const idempotency_key = fresh();
  const inputs = `{"email": "${idempotency_key}", "balance": 1234567890.10}`;
  const answer = await mutateText(database, 'create', 'account', inputs, { idempotency_key });
  expect(answer).toContain('1234567890.10');
  expect(await mutateText(database, 'create', 'account', inputs, { idempotency_key })).toBe(answer);
  expect(
    (await one<{ n: string }>(database, 'select count(*) as n from public.account where email = $1', [idempotency_key]))
      .n,
  ).toBe('1');
});
