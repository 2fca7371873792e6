import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, type Row } from '../support/mutation.ts';
import { auditRows, lastAudit, useTables, verify } from './fixture.ts';

const database = useDatabase();
useTables(
  database,
  `create type public.size as enum ('small', 'large');
   create domain public.share as numeric(5, 2) check (value between 0 and 100);
   create table public.thing (
     code text primary key,
     label text unique,
     amount numeric(8, 2) default 1,
     tags text[],
     data jsonb,
     size public.size default 'small',
     share public.share,
     due date,
     twice numeric generated always as (amount * 2) stored,
     secret text,
     constraint not_thirteen check (amount <> 13),
     constraint large_has_label check (size <> 'large' or label is not null)
   );
   comment on table public.thing is '{
     "operations": {
       "create": {"optional": "*"},
       "update": {"optional": ["amount", "tags", "data", "size", "share", "due", "secret"]},
       "upsert": {"optional": ["amount", "tags", "data", "share", "due", "secret"]},
       "delete": true
     },
     "fields": {"secret": {"protected": true}, "tags": {"maxItems": 2}, "label": {"minLength": 2}}
   }';`,
);

const code = fc.integer({ min: 0, max: 120 }).map((n) => `k${n}`);
const good = {
  label: fc.option(fc.integer({ min: 0, max: 300 }).map((n) => `label ${n}`)),
  amount: fc.option(fc.integer({ min: -2000, max: 2000 }).map((n) => n / 4)),
  tags: fc.option(fc.array(fc.constantFrom('a', 'b "c"', ''), { maxLength: 2 })),
  data: fc.option(fc.constantFrom({}, { a: [1, null] }, [], 'text', 1, false)),
  size: fc.constantFrom('small', null),
  share: fc.option(fc.integer({ min: 0, max: 100 })),
  due: fc.option(fc.constantFrom('2026-01-31', '0001-01-01')),
  secret: fc.option(fc.string()),
};
const bad: Record<string, fc.Arbitrary<unknown>> = {
  label: fc.constantFrom('x', 5),
  amount: fc.constantFrom(13, 1e9, 'text', 0.001),
  tags: fc.constantFrom('a', ['a', 'b', 'c'], [['a']]),
  size: fc.constantFrom('huge', 1, 'large'),
  share: fc.constantFrom(101, -1, 'all'),
  due: fc.constantFrom('2026-02-30', 7),
  secret: fc.constantFrom(1, {}),
};

const fieldsOf: Record<string, readonly (keyof typeof good)[]> = {
  create: ['label', 'amount', 'tags', 'data', 'size', 'share', 'due', 'secret'],
  update: ['amount', 'tags', 'data', 'size', 'share', 'due', 'secret'],
  upsert: ['amount', 'tags', 'data', 'share', 'due', 'secret'],
  delete: [],
};

/** One call: mostly right, sometimes with a wrong field, rarely not even an object. */
const call = (operation: string): fc.Arbitrary<unknown> => {
  const names = fieldsOf[operation] ?? [];
  const right = fc.record(
    { code, ...Object.fromEntries(names.map((name) => [name, good[name]])) },
    { requiredKeys: ['code'] },
  );
  const wrong =
    names.length === 0
      ? fc.constant({ code: null })
      : fc
          .constantFrom(...names.filter((name) => bad[name] !== undefined))
          .chain((name) =>
            fc.tuple(right, bad[name] as fc.Arbitrary<unknown>).map(([row, value]) => ({ ...row, [name]: value })),
          );
  return fc.oneof(
    { weight: 60, arbitrary: right },
    { weight: 3, arbitrary: wrong },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1, [], {}, { code: 'k1', nonsense: 1 }, { code: 5 }) },
  );
};

type Outcome = {
  results: (Row | null)[];
  errors: unknown[];
  contents: Row[];
  audit: unknown[];
};

const told = async (client: pg.Client, last: string) => ({
  contents: (await client.query('select * from public.thing order by code')).rows as Row[],
  audit: (await auditRows(client, last)).map(({ operation, row_key, old_row, new_row }) => ({
    operation,
    row_key,
    old_row,
    new_row,
  })),
});

async function singly(client: pg.Client, operation: string, inputs: unknown[]): Promise<Outcome> {
  const last = await lastAudit(client);
  const results: (Row | null)[] = [];
  const errors: unknown[] = [];
  for (const [index, each] of inputs.entries()) {
    await client.query('savepoint single');
    try {
      results.push(await mutate(client, operation, 'thing', JSON.stringify(each)));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      await client.query('rollback to savepoint single');
      results.push(null);
      const detail = JSON.parse(error.detail ?? '{}') as { errors?: unknown[] };
      errors.push({ index, sqlstate: error.code, message: error.message, errors: detail.errors ?? [] });
    }
  }
  return { results, errors, ...(await told(client, last)) };
}

async function together(client: pg.Client, operation: string, inputs: unknown[]): Promise<Outcome> {
  const last = await lastAudit(client);
  const { rows } = await client.query<{ answer: Outcome }>(
    `select ai.generate_mutations($1, 'thing', $2, '{"on_error": "skip"}') as answer`,
    [operation, JSON.stringify(inputs)],
  );
  const answer = rows[0]?.answer;
  return { results: answer?.results ?? [], errors: answer?.errors ?? [], ...(await told(client, last)) };
}

describe.each(['create', 'update', 'upsert', 'delete'])('%s', (operation) => {
  test('of a random set with errors does what the same calls do one by one', async () => {
    const client = await database.client();
    await fc.assert(
      fc.asyncProperty(fc.array(call(operation), { maxLength: 60 }), async (inputs) => {
        await client.query('begin');
        try {
          await client.query(
            `select ai.generate_mutations('create', 'thing', jsonb_agg(jsonb_build_object('code', 'k' || n, 'label', 'label ' || n)))
               from generate_series(0, 120, 2) as n`,
          );
          await client.query('savepoint start');
          const one = await singly(client, operation, inputs);
          await client.query('rollback to savepoint start');
          const all = await together(client, operation, inputs);
          expect(all).toEqual(one);
          expect((await verify(client)).ok).toBe(true);
        } finally {
          await client.query('rollback');
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    );
  });
});
