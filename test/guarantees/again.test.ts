import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { useTables } from './fixture.ts';

/**
 * PL/pgSQL evaluates an expression whose last evaluation ended in an error, and was caught, by another way for the rest of the transaction, which shows in the
 * call stack. What looks at its caller must not take it for somebody else.
 */
const database = useDatabase();
useTables(
  database,
  `create table public.again (id int primary key, n int check (n < 100));
   comment on table public.again is '{"operations": {"create": {"required": ["id"], "optional": ["n"]}, "update": {"optional": ["n"]}}}';
   create table public.often (id int primary key);
   comment on table public.often is '{"operations": {"create": {"required": ["id"], "security": "invoker"}}, "policies": {"rate_limit": {"limit": "2/day"}}}';
   grant insert, select on public.often to public;
   create function public."ai_private.keep_answer("() returns int language sql volatile as $$ select ai_private.keep_answer('k', '{}'); select 1 $$;
   create function public.called() returns int language plpgsql as $$ declare x jsonb; begin x := ai_private.keep_answer('k', '{}'); return 1; end $$;
   create table public.named (id int primary key, a int default public."ai_private.keep_answer("());
   comment on table public.named is '{"operations": {"create": {"required": ["id"]}}}';
   create table public.plain (id int primary key, a int default public.called());
   comment on table public.plain is '{"operations": {"create": {"required": ["id"]}}}';`,
);

/** Calls in one transaction, each in a savepoint: its SQLSTATE, or the answer's id. */
const inOneTransaction = async (calls: readonly (readonly [string, string, object, object?])[]): Promise<unknown[]> => {
  const client = await database.client();
  await client.query('begin');
  const ends: unknown[] = [];
  for (const [operation, table, inputs, options] of calls) {
    await client.query('savepoint one');
    const answer = mutate(client, operation, table, inputs, options ?? {});
    const { id } = await answer.catch(async () => ({ id: (await refusal(answer)).code }));
    ends.push(id);
    if (typeof id === 'string') await client.query('rollback to savepoint one');
  }
  await client.query('rollback');
  await client.end();
  return ends;
};

test('a call with a key goes on after one that was refused, in the same transaction', async () => {
  expect(
    await inOneTransaction([
      ['create', 'again', { id: 1, n: 1000 }, { idempotency_key: 'a' }],
      ['create', 'again', { id: 1, n: 1 }, { idempotency_key: 'a' }],
      ['create', 'again', { id: 2, n: 1 }, { idempotency_key: 'b' }],
    ]),
  ).toEqual([expect.stringMatching(/^PI/), 1, 2]);
});

test('and after one whose key was another call’s', async () => {
  expect(
    await inOneTransaction([
      ['create', 'again', { id: 1 }, { idempotency_key: 'a' }],
      ['create', 'again', { id: 2 }, { idempotency_key: 'a' }],
      ['create', 'again', { id: 2 }, { idempotency_key: 'b' }],
      ['create', 'again', { id: 3 }, { idempotency_key: 'a' }],
    ]),
  ).toEqual([1, expect.stringMatching(/^PI/), 2, expect.stringMatching(/^PI/)]);
});

test('a rate limit refuses in the same words again, where operations run with the caller’s rights', async () => {
  expect(await inOneTransaction([1, 2, 3, 4, 5].map((id) => ['create', 'often', { id }] as const))).toEqual([
    1,
    2,
    'PI210',
    'PI210',
    'PI210',
  ]);
});

test('what somebody else calls from within an operation is still refused, whatever it is called', async () => {
  // The stack then names the function, the operation's statement and the operation.
  for (const table of ['named', 'plain']) {
    const { code, message } = await refusal(mutate(database, 'create', table, { id: 7 }));
    expect([code, message]).toEqual(['42501', 'ai_private.keep_answer is called by generated functions only']);
  }
});

test.each([
  '',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS\nSQL expression "ai_private.record(1)"',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS\nSQL expression "ai_private.record(1)"\nPL/pgSQL function ai_gen.no_such(jsonb) line 3 at RETURN',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS\nSQL expression "ai_private.record(1)"\nPL/pgSQL function ai_gen.public__again__create(jsonb)',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS\nwithout quotes\nPL/pgSQL function ai_gen.public__again__create(jsonb) line 3 at RETURN',
  'PL/pgSQL function ai_private.record(text) line 3 at GET DIAGNOSTICS\nSQL function "ai_private.record(" statement 1\nSQL statement "insert"\nPL/pgSQL function ai_gen.public__again__create__json(jsonb,jsonb) line 30 at SQL statement',
])('a stack that says nothing, or cannot be read, names nobody: %s', async (stack) => {
  expect(await database.query(`select ai_private.called_by($1, 'ai_gen.') as is_so`, [stack])).toEqual([
    { is_so: false },
  ]);
});

test('whoever is to be named must be known', async () => {
  await database.query(
    `create function public.anybody(text) returns boolean language plpgsql as $$ begin
     return ai_private.called_by($1, null);
     end $$`,
  );
  const stack = `PL/pgSQL function ai_private.called_by(text) line 3 at X\nSQL expression "ai_private.called_by($1, null)"\nPL/pgSQL function public.anybody(text) line 2 at RETURN`;
  expect(await database.query(`select ai_private.called_by($1, null) is true as is_so`, [stack])).toEqual([
    { is_so: false },
  ]);
});
