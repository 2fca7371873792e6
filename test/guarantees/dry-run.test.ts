import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare, type Runner, rowsOf } from '../support/declare.ts';
import { mutate, type Row, refusal } from '../support/mutation.ts';
import { ACCOUNTS, auditRows, lastAudit, NOTES, takenBack, useTables } from './fixture.ts';

const database = useDatabase();
useTables(
  database,
  `${ACCOUNTS}${NOTES}
  create sequence public.ticket;
  create table public.counted (
    id integer generated always as identity primary key,
    serial_number serial unique,
    given integer not null default nextval('public.ticket'),
    declared integer not null default nextval('public.ticket'),
    needed integer not null default nextval('public.ticket'),
    body text
  );
  comment on table public.counted is '{"operations": {
    "create": {"required": ["needed"], "optional": ["serial_number", "given", "body"], "defaults": {"declared": 7}},
    "upsert": {"key": ["serial_number"], "required": ["serial_number"], "optional": ["body"]},
    "update": {"optional": ["body"]}, "delete": true}}';
  create table public.parent (id integer primary key);
  create table public.child (
    id integer primary key,
    parent integer references public.parent deferrable initially deferred,
    place integer unique deferrable initially deferred
  );
  comment on table public.child is '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true}}';
  comment on table public.parent is '{"operations": {"create": true, "delete": true}}';
  grant select, insert on public.child to ai_user;`,
);

type Rehearsal = {
  dry_run: true;
  result: Row;
  audit: {
    relation: string;
    operation: string;
    row_key: Row;
    actor: string;
    old_row: Row | null;
    new_row: Row | null;
  }[];
  events: { topic: string; row_key: Row; payload: Row }[];
  side_effects: string[];
};

const rehearse = async (runner: Runner, operation: string, table: string, inputs: object, options: object = {}) =>
  (await mutate(runner, operation, table, inputs, { ...options, dry_run: true })) as unknown as Rehearsal;

const everything = (runner: Runner) =>
  rowsOf(
    runner,
    `select (select count(*) from public.account) as accounts, (select jsonb_agg(a order by id) from public.account a) as account,
       (select jsonb_agg(n order by id) from public.note n) as note, (select count(*) from ai.audit_log) as audit,
       (select count(*) from ai.event_log) as event, (select count(*) from ai_private.idempotency) as keys`,
  );

describe('a dry run', () => {
  test('keeps nothing, and answers what the real call then does', async () => {
    const account = await mutate(database, 'create', 'account', { email: 'first@x', name: 'An' });
    const { id } = account;
    const note = await mutate(database, 'create', 'note', { body: 'first' });
    const calls: [string, string, object, object?][] = [
      ['create', 'account', { email: 'dry@x', pin: 's3cret' }],
      ['create', 'account', { email: 'keyed@x' }, { idempotency_key: 'k' }],
      ['update', 'account', { id, name: 'Binh' }],
      ['update', 'account', { id, name: 'Chi' }, { expected_version: 2 }],
      ['upsert', 'account', { email: 'first@x', balance: 3 }],
      ['upsert', 'account', { email: 'fresh@x' }],
      ['delete', 'account', { id }],
      ['create', 'note', { body: 'dry' }],
      ['update', 'note', { id: note.id, body: 'other' }],
      ['delete', 'note', { id: note.id }],
    ];
    for (const [operation, table, inputs, options] of calls) {
      const before = await everything(database);
      const last = await lastAudit(database);
      const rehearsal = await rehearse(database, operation, table, inputs, options);
      expect(await everything(database)).toEqual(before);
      expect(JSON.stringify(rehearsal)).not.toContain('s3cret');
      const real = await mutate(database, operation, table, inputs, options ?? {});
      // A sequence gives every row its own number.
      const numbered = operation === 'create' || inputs === calls[5]?.[2];
      const same = (row: Row | null | undefined) => (numbered && row ? { ...row, id: 0 } : row);
      expect(Object.keys(rehearsal).toSorted()).toEqual(['audit', 'dry_run', 'events', 'result', 'side_effects']);
      expect(same(rehearsal.result)).toEqual(same(real));
      const [audited] = await auditRows(database, last);
      expect(rehearsal.audit).toHaveLength(1);
      expect(rehearsal.audit[0]).toMatchObject({
        relation: `public.${table}`,
        operation,
        actor: audited?.actor,
        old_row: audited?.old_row,
      });
      expect(same(rehearsal.audit[0]?.new_row)).toEqual(same(audited?.new_row));
      expect(rehearsal.events).toHaveLength(1);
      expect(rehearsal.events[0]?.topic).toBe(`public.${table}.${operation}`);
      expect(same(rehearsal.events[0]?.payload)).toEqual(same(real));
    }
  });

  test('is refused as the real call would be', async () => {
    const { id } = await mutate(database, 'create', 'account', { email: 'refused@x' });
    await mutate(database, 'create', 'note', { body: 'refused' });
    const calls: [string, string, object, object?][] = [
      ['create', 'account', { email: 'refused@x' }],
      ['create', 'account', { nonsense: 1, name: 'x'.repeat(21) }],
      ['update', 'account', { id, balance: -1 }],
      ['update', 'account', { id, balance: 1 }, { expected_version: 99 }],
      ['update', 'account', { id: 0, balance: 1 }],
      ['delete', 'account', { id: 0 }],
      ['create', 'note', { body: 'refused' }],
      ['create', 'note', { body: 'bad' }],
      ['create', 'account', { email: 'x' }, { nonsense: true }],
    ];
    for (const [operation, table, inputs, options] of calls) {
      const [dry, real] = [
        await refusal(rehearse(database, operation, table, inputs, options)),
        await refusal(mutate(database, operation, table, inputs, options ?? {})),
      ];
      expect([dry.code, dry.message, dry.detail, dry.hint]).toEqual([real.code, real.message, real.detail, real.hint]);
    }
  });

  test('is refused by constraints that are deferred to the commit', async () => {
    expect((await refusal(rehearse(database, 'create', 'child', { id: 1, parent: 404 }))).code).toBe('23503');
    await mutate(database, 'create', 'child', { id: 2, place: 1 });
    expect((await refusal(rehearse(database, 'create', 'child', { id: 3, place: 1 }))).code).toBe('23505');
    expect((await rehearse(database, 'create', 'child', { id: 3, place: 2 })).result).toEqual({
      id: 3,
      parent: null,
      place: 2,
    });
    const client = await database.as('ai_user');
    expect(
      (
        await refusal(
          client.query(
            `select ai.generate_mutations('create', 'child', '[{"id": 5, "place": 1}]', '{"dry_run": true}')`,
          ),
        )
      ).code,
    ).toBe('23505');
  });

  test('inside a transaction leaves its work, its deferred constraints and its savepoints alone', async () => {
    const client = await database.client();
    await client.query('begin');
    const parent = 77;
    await mutate(client, 'create', 'parent', { id: parent });
    await mutate(client, 'create', 'child', { id: 77, parent });
    const rehearsal = await rehearse(client, 'create', 'child', { id: 78, parent });
    expect(rehearsal.audit.map(({ row_key }) => row_key)).toEqual([{ id: 78 }]);
    expect(rehearsal.events.map(({ row_key }) => row_key)).toEqual([{ id: 78 }]);
    // Still deferred: in another order than the constraint would have it.
    await mutate(client, 'create', 'child', { id: 79, parent: 88 });
    await mutate(client, 'create', 'parent', { id: 88 });
    await client.query('commit');
    expect(await database.query('select id from public.child where id between 77 and 79 order by id')).toEqual([
      { id: 77 },
      { id: 79 },
    ]);
  });

  test('is another caller’s business no more than the call itself', async () => {
    const client = await database.as('ai_worker');
    expect((await refusal(rehearse(client, 'create', 'account', { email: 'worker@x' }))).code).toBe('42501');
    const user = await database.as('ai_user');
    for (const call of [
      `select ai_private.rehearse('public__account__create__json; drop table public.account', '{}', '{}', '[]')`,
      `select ai_private.written_audit(0)`,
    ]) {
      const answer = await user.query(call).then(
        ({ rows }) => JSON.stringify(rows),
        (error: Error) => error.message,
      );
      expect(answer).not.toContain('first@x');
    }
    expect(await database.query('select from public.account limit 1')).toHaveLength(1);
  });

  test('shows no more of a row than the operation returns', async () => {
    const client = await database.client();
    await declare(
      client,
      `create table public.narrow (id integer primary key, salary integer, name text);
       insert into public.narrow values (1, 987654321, 'An');
       comment on table public.narrow is '{"operations": {"update": {"optional": ["name"], "returns": ["id", "name"]}}}'`,
    );
    const call = { id: 1, name: 'Binh' };
    const rehearsal = await rehearse(client, 'update', 'narrow', call);
    expect(rehearsal.audit[0]).toMatchObject({ old_row: { id: 1, name: 'An' }, new_row: { id: 1, name: 'Binh' } });
    expect(JSON.stringify(rehearsal)).not.toContain('salary');
    const [explained] = await rowsOf(client, `select ai.explain_mutation('update', 'narrow', $1)::text as told`, [
      JSON.stringify(call),
    ]);
    expect(JSON.parse(String(explained?.told))).toMatchObject({ diff: { name: { old: 'An', new: 'Binh' } } });
    expect(String(explained?.told)).not.toContain('987654321');
    // Kept whole in the audit trail, which only ai_admin reads.
    await mutate(client, 'update', 'narrow', call);
    const [audited] = await database.query(
      `select old_row -> 'salary' as salary from ai.audit_log where relation = 'public.narrow'`,
    );
    expect(audited).toEqual({ salary: 987654321 });
  });

  test('does not show what others write at the same time', async () => {
    const [one, two] = [await database.client(), await database.client()];
    await one.query('begin');
    await two.query('begin');
    await mutate(one, 'create', 'account', { email: 'one@x' });
    await mutate(two, 'create', 'account', { email: 'two@x' });
    const rehearsal = await rehearse(one, 'create', 'account', { email: 'three@x' });
    expect(rehearsal.audit.map(({ new_row }) => new_row?.email)).toEqual(['three@x']);
    await one.query('rollback');
    await two.query('rollback');
  });
});

describe('what lasts of a dry run', () => {
  const logs = 'the sequences ai.audit_id and ai.event_id advance';
  const sequences = [
    'public.counted_id_seq',
    'public.counted_serial_number_seq',
    'public.ticket',
    'ai.audit_id',
    'ai.event_id',
  ];
  const values = async (runner: Runner) => {
    const found: Record<string, string> = {};
    for (const sequence of sequences) {
      const [row] = await rowsOf<{ state: string }>(
        runner,
        `select last_value || ' ' || is_called as state from ${sequence}`,
      );
      found[sequence] = row?.state ?? '';
    }
    return found;
  };

  const cases: { title: string; operation: string; inputs: Row | Row[] }[] = [
    { title: 'a create with what is needed', operation: 'create', inputs: { needed: 1 } },
    { title: 'a create with a field that has a sequence', operation: 'create', inputs: { needed: 1, given: 5 } },
    { title: 'a create with both', operation: 'create', inputs: { needed: 1, given: 5, serial_number: 1000 } },
    { title: 'an upsert', operation: 'upsert', inputs: { serial_number: 2000, body: 'x' } },
    { title: 'an update', operation: 'update', inputs: { id: 1, body: 'x' } },
    { title: 'a delete', operation: 'delete', inputs: { id: 1 } },
    { title: 'a set of creates', operation: 'create', inputs: [{ needed: 1, given: 5 }, { needed: 2 }] },
    {
      title: 'a set of creates that give all',
      operation: 'create',
      inputs: [{ needed: 1, given: 5, serial_number: 7 }],
    },
  ];
  test.each(cases)('$title names exactly the sequences that advance', async ({ operation, inputs }) => {
    const client = await database.client();
    await takenBack(client, async () => {
      await mutate(client, 'create', 'counted', { needed: 0 });
      const { id } = (await client.query<{ id: number }>('select max(id) as id from public.counted')).rows[0] ?? {
        id: 0,
      };
      const call = 'id' in inputs ? { ...inputs, id } : inputs;
      const before = await values(client);
      const name = Array.isArray(inputs) ? 'generate_mutations' : 'generate_mutation';
      const [row] = await rowsOf<{ answer: Rehearsal }>(
        client,
        `select ai.${name}($1, 'counted', $2::jsonb, '{"dry_run": true}'::jsonb) as answer`,
        [operation, JSON.stringify(call)],
      );
      const after = await values(client);
      const moved = sequences.filter((sequence) => before[sequence] !== after[sequence]);
      const named = (row?.answer.side_effects ?? []).flatMap((effect) =>
        effect === logs
          ? ['ai.audit_id', 'ai.event_id']
          : [
              /the sequence (\S+) advances/.exec(effect)?.[1] ??
                /sequence of (\S+)\./.exec(effect)?.[1]?.concat('_id_seq') ??
                effect,
            ],
      );
      expect([...new Set(named)].toSorted()).toEqual(moved.toSorted());
    });
  });
});

test('a dry run under another security is that of the declaration', async () => {
  await declare(
    database,
    `create table public.private_note (id integer primary key);
     comment on table public.private_note is '{"operations": {"create": {"security": "invoker"}}}'`,
  );
  const client = await database.as('ai_user');
  expect((await refusal(rehearse(client, 'create', 'private_note', { id: 1 }))).code).toBe('42501');
  await database.query('grant select, insert on public.private_note to ai_user');
  expect((await rehearse(client, 'create', 'private_note', { id: 1 })).result).toEqual({ id: 1 });
  expect(await database.query('select from public.private_note')).toEqual([]);
});
