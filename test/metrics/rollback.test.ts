import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { one, useRole } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { compilePending, declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();
const stranger = useRole(database, ['ai_admin']);

type Revision = {
  readonly revision: string;
  readonly state: string;
  readonly instead_of: string | null;
  readonly reason: string | null;
};

const revisions = (table: string): Promise<Revision[]> =>
  database.query<Revision>(
    `select revision, state, instead_of, reason from ai.revision where kind = 'table' and qualified_name = $1 and state = 'ready' order by revision`,
    [`public.${table}`],
  );
const last = async (table: string): Promise<Revision> => (await revisions(table)).at(-1) as Revision;

/** A declaration of a table, with what create takes. */
const comment = (table: string, optional: readonly string[], more: object = {}): string =>
  `comment on table public.${table} is '${JSON.stringify({ operations: { create: { required: ['id'], optional }, delete: true }, ...more }).replaceAll("'", "''")}';`;

const make = (table: string): string => `create table public.${table} (id int primary key, a text, b int);`;

/** Goes back, and compiles where the database does not do so by itself. */
const rollback = async (table: string, revision?: string): Promise<string | undefined> => {
  const [row] = await database.query<{ revision: string }>('select ai.rollback($1, $2) as revision', [
    table,
    revision ?? null,
  ]);
  await compilePending(database);
  return row?.revision;
};
const inputs = async (table: string): Promise<string[]> =>
  Object.keys(
    (await one<{ p: object }>(database, `select ai.describe($1, 'create') #> '{inputs,properties}' as p`, [table])).p,
  ).toSorted();
const said = async (table: string): Promise<string> =>
  (await one<{ c: string }>(database, `select obj_description($1::regclass, 'pg_class') as c`, [`public.${table}`])).c;
const events = (): Promise<Record<string, unknown>[]> =>
  database.query(`select topic, row_key, payload from ai.event_log where entity = 'pg_ai' order by id`);

describe('ai.rollback', () => {
  test('puts the comments of table and columns back, and says so', async () => {
    await declare(database, make('plain') + comment('plain', ['a']));
    const first = await last('plain');
    await declare(database, `comment on column public.plain.a is '{"maxLength": 2}'; ${comment('plain', ['a', 'b'])}`);
    expect((await refusal(mutate(database, 'create', 'plain', { id: 1, a: 'long' }))).code).toBe('PI100');
    const bad = await last('plain');
    const made = await rollback('plain', first.revision);
    expect(await inputs('plain')).toEqual(['a', 'id']);
    expect(await mutate(database, 'create', 'plain', { id: 1, a: 'long' })).toMatchObject({ a: 'long' });
    const { c } = await one<{ c: string | null }>(database, `select col_description('public.plain'::regclass, 2) as c`);
    expect([c, await said('plain')]).toEqual([null, expect.not.stringContaining('"b"')]);
    const now = await last('plain');
    if (now.revision === made)
      expect(now).toMatchObject({
        instead_of: bad.revision,
        reason: expect.stringContaining(`from revision ${bad.revision} to ${first.revision}`),
      });
    expect((await events()).at(-1)).toEqual({
      topic: 'pg_ai.rolled_back',
      row_key: { table: 'public.plain' },
      payload: expect.objectContaining({
        table: 'public.plain',
        from_revision: Number(bad.revision),
        to_revision: Number(first.revision),
        revision: Number(made),
      }),
    });
  });

  test('without a number: to the last one that was not rolled back itself', async () => {
    await declare(database, make('steps') + comment('steps', ['a']));
    await declare(database, comment('steps', ['b']));
    await declare(database, comment('steps', ['a', 'b']));
    await rollback('steps');
    expect(await inputs('steps')).toEqual(['b', 'id']);
    await rollback('steps');
    expect(await inputs('steps')).toEqual(['a', 'id']);
    expect((await refusal(rollback('steps'))).code).toBe('PI101');
    // By its number anything can be put in force again.
    const third = (await revisions('steps'))[2]?.revision;
    await rollback('steps', third);
    expect(await inputs('steps')).toEqual(['a', 'b', 'id']);
  });

  test('takes the table’s own hooks and policies along, and leaves those of all tables', async () => {
    await declare(database, make('hooked') + comment('hooked', ['a']));
    await declare(
      database,
      `insert into ai.hooks (name, relation, phase, code, language) values ('shout', 'public.hooked', 'pre', 'select jsonb_build_object(''inputs'', ctx -> ''inputs'' || ''{"a": "ONE"}'')', 'sql');`,
    );
    const one_ = await last('hooked');
    await declare(
      database,
      `update ai.hooks set code = replace(code, 'ONE', 'TWO') where name = 'shout';
       insert into ai.policies (name, relation, kind, definition) values ('never', 'public.hooked', 'access', '{"check": "actor = ''nobody''"}'), ('all', null, 'limit', '{"max_rows": 100}');`,
    );
    expect((await refusal(mutate(database, 'create', 'hooked', { id: 1 }))).code).toBe('PI200');
    await rollback('hooked', one_.revision);
    expect(await mutate(database, 'create', 'hooked', { id: 1 })).toMatchObject({ a: 'ONE' });
    expect(await database.query('select name from ai.policies order by name')).toEqual([{ name: 'all' }]);
    await rollback('hooked', (await revisions('hooked'))[0]?.revision);
    expect(await database.query(`select name from ai.hooks where relation = 'public.hooked'::regclass`)).toEqual([]);
    expect(await mutate(database, 'create', 'hooked', { id: 2, a: 'x' })).toMatchObject({ a: 'x' });
    await declare(database, `delete from ai.policies`);
  });

  test('takes no hook and no policy from where they are now', async () => {
    await declare(database, make('origin') + comment('origin', ['a']) + make('moved_to') + comment('moved_to', ['a']));
    await declare(
      database,
      `insert into ai.policies (name, relation, kind, definition) values ('guarding', 'public.origin', 'access', '{"check": "inputs.id > 10"}');`,
    );
    const guarded = await last('origin');
    for (const [relation, action, about] of [
      ['public.moved_to', null, 'public.moved_to'],
      [null, null, 'every table'],
      [null, 'some action', 'the action "some action"'],
    ]) {
      await database.query(`update ai.policies set relation = $1::regclass, action = $2 where name = 'guarding'`, [
        relation,
        action,
      ]);
      await compilePending(database);
      const refused = await refusal(rollback('origin', guarded.revision));
      expect([refused.code, refused.detail.errors]).toEqual([
        'PI007',
        [
          {
            path: 'policy guarding',
            reason: `it would come back, and by now there is one of that name about ${about}`,
            suggestion: 'delete that one, or give it another name, first',
          },
        ],
      ]);
      expect(
        (await database.query(`select relation::text, action from ai.policies where name = 'guarding'`))[0],
      ).toEqual({ relation: relation === null ? null : 'moved_to', action });
    }
    await database.query(`update ai.policies set name = 'elsewhere' where name = 'guarding'`);
    await rollback('origin', guarded.revision);
    expect((await refusal(mutate(database, 'create', 'origin', { id: 1 }))).code).toBe('PI200');
    await declare(database, 'delete from ai.policies');
  });

  test('what does not fit the table any more is refused, and nothing is changed', async () => {
    await declare(database, make('narrow') + comment('narrow', ['a', 'b']));
    await declare(database, comment('narrow', ['a']));
    await declare(database, 'alter table public.narrow drop column b');
    const before = await said('narrow');
    const first = (await revisions('narrow'))[0]?.revision;
    const attempt = async () => {
      await database.query('begin');
      try {
        await rollback('narrow', first);
        // Without a compiler in the database the mistake is found by whoever compiles.
        const { state } = await one<{ state: string }>(
          database,
          `select state from ai.declaration where qualified_name = 'public.narrow'`,
        );
        return state;
      } finally {
        await database.query('rollback');
      }
    };
    const outcome = await attempt().catch((error: pg.DatabaseError) => error.code);
    expect(['PI001', 'inconsistent']).toContain(outcome);
    expect(await said('narrow')).toBe(before);
    expect(await inputs('narrow')).toEqual(['a', 'id']);
  });

  test('a table that is no table, a revision of another', async () => {
    await declare(database, make('other') + comment('other', []));
    const number = (await last('other')).revision;
    for (const [name, revision] of [
      ['nowhere', undefined],
      ['plain', number],
      ['plain', '99999999'],
    ] as const)
      expect([name, (await refusal(rollback(name, revision))).code]).toEqual([name, 'PI101']);
  });

  test('is for the table’s owner alone', async () => {
    const client = await database.as(stranger);
    const { code } = await refusal(
      client.query(`select ai.rollback('public.steps', $1)`, [(await revisions('steps'))[0]?.revision]),
    );
    expect(code).toBe('42501');
    for (const sql of [
      `select ai_private.note_rollback('table', 'public.steps', 1, 2)`,
      `select ai_private.announce_rollback('table', 'public.steps', 1, 2, 'x', null)`,
      `select ai_private.roll_back_table('public.steps'::regclass, r) from ai.revision r`,
      `select ai_private.release_held('public.steps'::regclass)`,
    ])
      expect([sql, (await refusal(client.query(sql))).code]).toEqual([sql, '42501']);
    const nobody = await database.as('ai_user');
    expect((await refusal(nobody.query(`select ai.rollback('public.steps')`))).code).toBe('42501');
  });
});

describe('ai.revision_diff', () => {
  test('tells what differs, by path', async () => {
    await declare(database, make('differ') + comment('differ', ['a']));
    await declare(
      database,
      `${comment('differ', ['a', 'b'], { fields: { a: { minLength: 3 } } })}
       insert into ai.policies (name, relation, kind, definition) values ('few', 'public.differ', 'limit', '{"max_rows": 4}')`,
    );
    const all = await revisions('differ');
    const [from, to] = [all[0]?.revision, all.at(-1)?.revision];
    const rows = await database.query(`select path, was, is_now from ai.revision_diff($1, $2)`, [from, to]);
    expect(rows.filter(({ path }) => !path.startsWith('policies.few.') || path.endsWith('max_rows'))).toEqual([
      { path: 'policies', was: {}, is_now: null },
      { path: 'policies.few.definition.max_rows', was: null, is_now: 4 },
      { path: 'table.fields.a.minLength', was: null, is_now: 3 },
      { path: 'table.operations.create.optional.1', was: null, is_now: 'b' },
    ]);
    expect(await database.query('select * from ai.revision_diff($1, $1)', [from])).toEqual([]);
    expect((await refusal(database.query('select * from ai.revision_diff(1, 99999999)'))).code).toBe('PI101');
  });
});

describe('the guard', () => {
  const LIMIT = { policies: { limit: { max_error_rate: 0.3, min_calls: 10 } } };
  const guard = async () => {
    const rows = await database.query(
      'select kind, name, from_revision, to_revision, reason from ai.guard_revisions()',
    );
    await compilePending(database);
    return rows;
  };
  const call = async (table: string, from: number, to: number, input: object = {}) => {
    const codes: string[] = [];
    for (let id = from; id < to; id++)
      codes.push(
        await mutate(database, 'create', table, { id, ...input }).then(
          () => '',
          (error: pg.DatabaseError) => error.code ?? '?',
        ),
      );
    return codes;
  };

  beforeAll(() =>
    declare(
      database,
      ['guarded', 'steady', 'always', 'refusing', 'unfit', 'free'].map((table) => make(table)).join('\n'),
    ),
  );

  test('puts the last good revision back when more calls fail than the limit lets; the comment stays and is out of force', async () => {
    await declare(database, comment('guarded', ['a'], LIMIT));
    const good = await last('guarded');
    await call('guarded', 0, 12, { a: 'text' });
    expect(await guard()).toEqual([]);
    const bad = comment('guarded', ['a'], { ...LIMIT, fields: { a: { maxLength: 2 } } });
    await declare(database, bad);
    const changed = await last('guarded');
    expect(await call('guarded', 100, 109, { a: 'text' })).toEqual(Array(9).fill('PI100'));
    expect(await guard()).toEqual([]);
    await call('guarded', 109, 110, { a: 'text' });
    const reason = `10 of 10 calls of create failed under revision ${changed.revision}, more than 0.3`;
    const row = {
      kind: 'table',
      name: 'public.guarded',
      from_revision: changed.revision,
      to_revision: good.revision,
      reason,
    };
    expect(await guard()).toEqual([row]);
    expect(await call('guarded', 110, 112, { a: 'text' })).toEqual(['', '']);
    expect(await said('guarded')).toContain('"maxLength":2');
    expect(
      await one(database, `select state, problems from ai.declaration where qualified_name = 'public.guarded'`),
    ).toEqual({
      state: 'ready',
      problems: [],
    });
    expect((await events()).at(-1)).toEqual({
      topic: 'pg_ai.rolled_back',
      row_key: { table: 'public.guarded' },
      payload: {
        table: 'public.guarded',
        from_revision: Number(changed.revision),
        to_revision: Number(good.revision),
        revision: expect.any(Number),
        reason,
        operation: 'create',
        calls: 10,
        failed: 10,
        errors: { PI100: 10 },
        limit: 0.3,
        before: { calls: 12, failed: 0 },
      },
    });
    // It is not judged again, and not undone by what compiles everything.
    await call('guarded', 0, 12);
    expect(await guard()).toEqual([]);
    await declare(database, 'alter table public.guarded add c int');
    await database.query('select * from ai.compile(force => true)');
    await compilePending(database);
    expect(await call('guarded', 112, 113, { a: 'text' })).toEqual(['']);
    // The same comment again changes nothing, and is told.
    const notices: string[] = [];
    const client = await database.client();
    client.on('notice', (notice) => notices.push(notice.message ?? ''));
    await client.query(bad);
    await compilePending(database);
    expect(notices).toContainEqual(expect.stringContaining('stays as it was before'));
    expect(await call('guarded', 113, 114, { a: 'text' })).toEqual(['']);
    // Another comment counts.
    await declare(database, comment('guarded', ['a'], { ...LIMIT, fields: { a: { maxLength: 3 } } }));
    expect(await call('guarded', 114, 115, { a: 'text' })).toEqual(['PI100']);
    // And then also the one that was refused.
    await declare(database, bad);
    expect(await call('guarded', 115, 116, { a: 'abc' })).toEqual(['PI100']);
  });

  test('goes back to one that is known to be good; by hand the refused one can be put in force all the same', async () => {
    const short = (length: number) => comment('again', ['a'], { ...LIMIT, fields: { a: { maxLength: length } } });
    await declare(database, `${make('again')}${comment('again', ['a'], LIMIT)}`);
    await call('again', 0, 12, { a: 'text' });
    await declare(database, short(3));
    await call('again', 100, 102, { a: 'text' });
    await declare(database, short(2));
    await call('again', 100, 112, { a: 'text' });
    const [done] = await guard();
    expect(done).toMatchObject({ name: 'public.again' });
    expect(await call('again', 200, 201, { a: 'text' })).toEqual(['']);
    await rollback('again', done?.from_revision as string);
    expect(await call('again', 201, 202, { a: 'text' })).toEqual(['PI100']);
  });

  test('leaves alone what fails as much as before, what is refused by policies, what has no limit, and what has changed long ago', async () => {
    await declare(
      database,
      comment('always', [], LIMIT) +
        comment('refusing', [], LIMIT) +
        comment('free', ['a']) +
        comment('steady', ['a'], LIMIT),
    );
    await call('always', 0, 6);
    await call('always', 0, 6);
    await call('free', 0, 12);
    await call('steady', 0, 12);
    await call('refusing', 0, 12);
    await declare(
      database,
      `${comment('always', ['a'], LIMIT)}${comment('free', [])}${comment('steady', [], LIMIT)}
       insert into ai.policies (name, relation, kind, definition) values ('closed', 'public.refusing', 'access', '{"check": "actor = ''nobody''"}')`,
    );
    for (const table of ['always', 'free', 'steady', 'refusing']) await call(table, 0, 12);
    await database.query(`update ai.revision set at = at - interval '2 hours' where qualified_name = 'public.steady'`);
    expect(await guard()).toEqual([]);
    await database.query(`update ai.revision set at = at + interval '2 hours' where qualified_name = 'public.steady'`);
    expect(await guard()).toMatchObject([{ name: 'public.steady' }]);
  });

  test('what cannot be put back is said once', async () => {
    await declare(database, comment('unfit', ['a', 'b'], LIMIT));
    await declare(database, comment('unfit', [], LIMIT));
    await declare(database, 'alter table public.unfit drop column b');
    await call('unfit', 0, 12);
    await call('unfit', 0, 12);
    const { code } = await one<{ code: string }>(database, `select ai.javascript_language() as code`);
    const found = await guard();
    if (code === 'none') {
      // Whoever compiles finds it.
      expect(found).toMatchObject([{ name: 'public.unfit' }]);
      return;
    }
    const { revision } = await last('unfit');
    expect(found).toEqual([
      {
        kind: 'table',
        name: 'public.unfit',
        from_revision: revision,
        to_revision: null,
        reason: expect.stringMatching(
          /^12 of 24 calls of create failed, and revision [0-9]+ cannot be put back: .*"b" is not a column/s,
        ),
      },
    ]);
    expect((await events()).at(-1)).toMatchObject({
      topic: 'pg_ai.rollback_failed',
      row_key: { table: 'public.unfit' },
    });
    expect(await guard()).toEqual([]);
    expect(await call('unfit', 500, 501)).toEqual(['']);
  });

  test('works with the rights of ai_worker', async () => {
    await declare(database, `${make('worked')}${comment('worked', ['a'], LIMIT)}`);
    await call('worked', 0, 12, { a: 'x' });
    await declare(database, comment('worked', ['b'], LIMIT));
    await call('worked', 100, 112, { a: 'x' });
    const client = await database.as('ai_worker');
    const { rows } = await client.query('select name from ai.guard_revisions()');
    expect(rows).toEqual([{ name: 'public.worked' }]);
    await compilePending(database);
    expect(await call('worked', 200, 201, { a: 'x' })).toEqual(['']);
  });
});
