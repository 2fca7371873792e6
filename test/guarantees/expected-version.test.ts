import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { auditRows, lastAudit, pidOf, untilWaiting, useTables } from './fixture.ts';

const database = useDatabase();
const kinds = [
  { kind: 'integer', column: 'v integer not null default 1', version: 'v', stale: 99 },
  { kind: 'bigint', column: 'v bigint not null default 9007199254740993', version: 'v', stale: '1' },
  {
    kind: 'timestamptz',
    column: 'v timestamptz not null default clock_timestamp()',
    version: 'v',
    stale: '2020-01-01T00:00:00Z',
  },
  {
    kind: 'timestamp',
    column: 'v timestamp not null default clock_timestamp()',
    version: 'v',
    stale: '2020-01-01T00:00:00',
  },
  {
    kind: 'uuid',
    column: 'v uuid not null default gen_random_uuid()',
    version: 'v',
    stale: '00000000-0000-0000-0000-000000000000',
  },
  { kind: 'xmin', column: 'v integer', version: 'xmin', stale: '3' },
].map((each, i) => ({ ...each, table: `versioned_${i}` }));

useTables(
  database,
  kinds
    .map(
      ({ table, column, version }) => `
  create table public.${table} (id integer generated always as identity primary key, body text, ${column});
  comment on table public.${table} is '{"operations": {
    "create": {"optional": ["body"], "returns": ["id", "body", "${version}"]},
    "update": {"optional": ["body"], "version": "${version}", "returns": ["id", "body", "${version}"]},
    "delete": {"version": "${version}"},
    "fetch": {"returns": ["id", "body", "${version}"]}}}';`,
    )
    .join('\n'),
);

describe.each(kinds)('versions by $kind', ({ table, version, stale, kind }) => {
  /** The version as text, because a bigint does not fit a JavaScript number. */
  const current = async (id: unknown) => {
    const [row] = await database.query<{ v: string }>(`select ai.generate_mutation('fetch', $1, $2) ->> $3 as v`, [
      table,
      JSON.stringify({ id }),
      version,
    ]);
    return row?.v ?? '';
  };
  const create = async () => (await mutate(database, 'create', table, { body: 'a' })).id as number;

  test('the right one passes, and the version moves', async () => {
    const id = await create();
    const seen = new Set([await current(id)]);
    for (const body of ['b', 'c', 'd']) {
      const expected_version = await current(id);
      const updated = await mutate(database, 'update', table, { id, body }, { expected_version });
      expect(updated.body).toBe(body);
      seen.add(await current(id));
    }
    expect(seen.size).toBe(4);
    await mutate(database, 'delete', table, { id }, { expected_version: await current(id) });
    expect(await current(id)).toBe('');
  });

  test('it moves without being asked, and within one transaction', async () => {
    const id = await create();
    const seen = new Set([await current(id)]);
    await database.query('begin');
    for (const body of ['b', 'c']) {
      await mutate(database, 'update', table, { id, body });
      seen.add(await current(id));
    }
    await database.query('commit');
    expect(seen.size).toBe(3);
  });

  test.each(['update', 'delete'])(
    '%s with a stale one is refused, with the current one in DETAIL',
    async (operation) => {
      const id = await create();
      const old = await current(id);
      await mutate(database, 'update', table, { id, body: 'meanwhile' });
      const last = await lastAudit(database);
      for (const expected_version of [old, stale]) {
        const refused = await refusal(
          mutate(database, operation, table, operation === 'update' ? { id, body: 'x' } : { id }, { expected_version }),
        );
        expect(refused).toMatchObject({
          code: 'PI104',
          detail: { key: { id }, expected: String(expected_version), current: await current(id) },
        });
        expect(refused.hint).toBeTruthy();
      }
      expect((await mutate(database, 'fetch', table, { id })).body).toBe('meanwhile');
      expect(await auditRows(database, last)).toEqual([]);
    },
  );

  test.each(['update', 'delete'])('%s of a row that is gone is another error', async (operation) => {
    const id = await create();
    const expected_version = await current(id);
    await mutate(database, 'delete', table, { id });
    const inputs = operation === 'update' ? { id, body: 'x' } : { id };
    expect((await refusal(mutate(database, operation, table, inputs, { expected_version }))).code).toBe('PI103');
  });

  test.each(['update', 'delete'])('of two sessions with the same one, exactly one wins: %s', async (operation) => {
    const id = await create();
    const expected_version = await current(id);
    const [one, two] = [await database.client(), await database.client()];
    const pid = await pidOf(two);
    await one.query('begin');
    await mutate(one, 'update', table, { id, body: 'one' }, { expected_version });
    const inputs = operation === 'update' ? { id, body: 'two' } : { id };
    const waiting = refusal(mutate(two, operation, table, inputs, { expected_version }));
    await untilWaiting(database, pid);
    await one.query('commit');
    const refused = await waiting;
    expect(refused).toMatchObject({ code: 'PI104', detail: { current: await current(id) } });
    expect((await mutate(database, 'fetch', table, { id })).body).toBe('one');
  });

  test('when the first of the two is rolled back, the second wins', async () => {
    const id = await create();
    const expected_version = await current(id);
    const [one, two] = [await database.client(), await database.client()];
    const pid = await pidOf(two);
    await one.query('begin');
    await mutate(one, 'update', table, { id, body: 'one' }, { expected_version });
    const waiting = mutate(two, 'update', table, { id, body: 'two' }, { expected_version });
    await untilWaiting(database, pid);
    await one.query('rollback');
    expect((await waiting).body).toBe('two');
  });

  test('a version read in another time zone or date style is the same', async () => {
    const id = await create();
    const client = await database.client();
    const expected_version = await current(id);
    await client.query(`set timezone = 'Asia/Ho_Chi_Minh'; set datestyle = 'German, DMY'`);
    expect((await mutate(client, 'update', table, { id, body: 'far away' }, { expected_version })).body).toBe(
      'far away',
    );
  });

  test('what cannot be a version never passes', async () => {
    const id = await create();
    for (const expected_version of [null, true, {}, ['1']])
      expect((await refusal(mutate(database, 'update', table, { id, body: 'x' }, { expected_version }))).code).toBe(
        'PI102',
      );
    const refused = await refusal(
      mutate(database, 'update', table, { id, body: 'x' }, { expected_version: `' or true --` }),
    );
    expect(refused.code).toMatch(kind === 'uuid' || kind.startsWith('timestamp') ? /^22/ : /^PI104$/);
    expect((await mutate(database, 'fetch', table, { id })).body).toBe('a');
  });
});

test('a version column is not the caller’s to set', async () => {
  const { id } = await mutate(database, 'create', 'versioned_0', {});
  expect((await refusal(mutate(database, 'update', 'versioned_0', { id: id as number, v: 5 }))).fields).toEqual([
    'v:additionalProperties',
  ]);
});

test('an operation without versions has no such option', async () => {
  const refused = await refusal(mutate(database, 'create', 'versioned_0', {}, { expected_version: 1 }));
  expect(refused.code).toBe('PI102');
});
