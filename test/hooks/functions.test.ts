import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useRole } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

/** Hooks that are functions of SQL and PL/pgSQL: what they are given, what they may answer, when they run. */
const database = useDatabase();

beforeAll(() =>
  declare(
    database,
    `create schema app;
     create table app.person (id integer generated always as identity primary key, email text not null unique, pin text, age integer check (age > 0));
     comment on table app.person is '{
       "operations": {
         "create": {"optional": ["pin", "age"], "hooks": ["welcome"]},
         "update": {"optional": ["email", "pin", "age"]},
         "upsert": {"key": ["email"], "optional": ["age"]},
         "delete": true,
         "fetch": {"key": ["email"]}
       },
       "fields": {"email": {"format": "email"}, "pin": {"protected": true, "minLength": 4}}
     }';
     create table app.small (id integer generated always as identity primary key, email text not null unique, age integer);
     comment on table app.small is '{"operations": {"create": {"optional": ["age"]}}, "fields": {"email": {"format": "email"}}}';
     create table app.seen (at bigint generated always as identity, hook text, ctx jsonb);
     grant usage on schema app to ai_owner; grant insert on app.seen to ai_owner;
     create function app.note(ctx jsonb) returns jsonb language sql as $$ insert into app.seen (hook, ctx) values ('note', ctx) returning null::jsonb $$;
     create function app.note_too(ctx jsonb) returns jsonb language sql as $$ insert into app.seen (hook, ctx) values ('note_too', ctx) returning null::jsonb $$;
     create function app.tidy(ctx jsonb) returns jsonb language plpgsql as $$
       begin
         if ctx #>> '{inputs,email}' is null then return null; end if;
         return jsonb_build_object('inputs', jsonb_build_object('email', lower(btrim(ctx #>> '{inputs,email}'))));
       end $$;
     create function app.greet(ctx jsonb) returns jsonb language sql as $$
       select jsonb_build_object('result', jsonb_build_object('greeting', 'hello ' || (ctx #>> '{row,email}'))) $$`,
  ),
);
beforeEach(async () => {
  await declare(database, 'delete from ai.hooks');
  await database.query('truncate app.person, app.small, app.seen restart identity');
});

const seen = async (): Promise<{ hook: string; ctx: Record<string, unknown> }[]> =>
  database.query('select hook, ctx from app.seen order by at');
const hook = (name: string, values: string): Promise<void> =>
  declare(
    database,
    `insert into ai.hooks (name, ${values.split(' values ')[0]}) values ('${name}', ${values.split(' values ')[1]})`,
  );
const row = { id: 1, email: 'a@b.de', age: 5 };

test('a pre hook sees what goes in, a post hook what has become of it', async () => {
  await hook('first', `relation, phase, function values 'app.person', 'pre', 'app.note'`);
  await hook('last', `relation, phase, function values 'app.person', 'post', 'app.note'`);
  await mutate(database, 'create', 'app.person', { email: 'a@b.de', age: 5, pin: '1234' });
  await mutate(database, 'update', 'app.person', { id: 1, age: 6 });
  await mutate(database, 'upsert', 'app.person', { email: 'a@b.de', age: 7 });
  await mutate(database, 'fetch', 'app.person', { email: 'a@b.de' });
  await mutate(database, 'fetch', 'app.person', { email: 'nobody@b.de' });
  await mutate(database, 'delete', 'app.person', { id: 1 });
  const common = { actor: 'postgres', table: 'app.person' };
  expect((await seen()).map(({ ctx }) => ({ ...ctx, actor: 'postgres' }))).toEqual([
    { ...common, operation: 'create', inputs: { email: 'a@b.de', age: 5, pin: '1234' }, row: null, old: null },
    { ...common, operation: 'create', inputs: { email: 'a@b.de', age: 5, pin: '1234' }, row, old: null },
    { ...common, operation: 'update', inputs: { id: 1, age: 6 }, row: null, old: null },
    { ...common, operation: 'update', inputs: { id: 1, age: 6 }, row: { ...row, age: 6 }, old: row },
    { ...common, operation: 'upsert', inputs: { email: 'a@b.de', age: 7 }, row: null, old: null },
    {
      ...common,
      operation: 'upsert',
      inputs: { email: 'a@b.de', age: 7 },
      row: { ...row, age: 7 },
      old: { ...row, age: 6 },
    },
    { ...common, operation: 'fetch', inputs: { email: 'a@b.de' }, row: null, old: null },
    { ...common, operation: 'fetch', inputs: { email: 'a@b.de' }, row: { ...row, age: 7 }, old: null },
    // nothing found: there is nothing for a post hook to see
    { ...common, operation: 'fetch', inputs: { email: 'nobody@b.de' }, row: null, old: null },
    { ...common, operation: 'delete', inputs: { id: 1 }, row: null, old: null },
    { ...common, operation: 'delete', inputs: { id: 1 }, row: null, old: { ...row, age: 7 } },
  ]);
});

test('the actor is whom the application names', async () => {
  await hook('first', `relation, phase, function values 'app.person', 'pre', 'app.note'`);
  const client = await database.client();
  await client.query(`set pg_ai.actor = 'lan'`);
  await mutate(client, 'create', 'app.person', { email: 'a@b.de' });
  expect((await seen())[0]?.ctx.actor).toBe('lan');
});

describe('changed inputs', () => {
  test('are what is written, answered and audited', async () => {
    await hook('trim', `relation, phase, function values 'app.person', 'pre', 'app.tidy'`);
    expect(await mutate(database, 'create', 'app.person', { email: 'A@B.de' })).toEqual({
      id: 1,
      email: 'a@b.de',
      age: null,
    });
    const [audit] = await database.query('select new_row from ai.audit_log order by id desc limit 1');
    expect(audit?.new_row).toEqual({ id: 1, email: 'a@b.de', age: null });
    // an input that finds the row, too
    expect(await mutate(database, 'fetch', 'app.person', { email: 'A@B.DE' })).toMatchObject({ id: 1 });
  });

  test('are validated again, and told like any others', async () => {
    await hook(
      'spoil',
      `relation, phase, language, code values 'app.person', 'pre', 'sql', $$ select '{"inputs": {"email": "none", "age": -1, "pin": "1"}}'::jsonb $$`,
    );
    const refused = await refusal(mutate(database, 'create', 'app.person', { email: 'a@b.de' }));
    expect([refused.code, refused.fields]).toEqual(['PI100', ['email:format', 'pin:minLength', 'age:check']]);
  });

  test('that are wrong name the hook whose work they are, and what the caller sent does not', async () => {
    await hook('trim', `relation, phase, position, function values 'app.person', 'pre', 1, 'app.tidy'`);
    await hook(
      'spoil',
      `relation, operation, phase, language, code values 'app.person', 'create', 'pre', 'sql', $$ select '{"inputs": {"emial": "x"}, "remove": ["email"]}'::jsonb $$`,
    );
    const refused = await refusal(mutate(database, 'create', 'app.person', { email: 'a@b.de', age: 5 }));
    expect(refused.errors.map(({ field, code, hook }) => [field, code, hook])).toEqual([
      ['emial', 'additionalProperties', 'spoil'],
      ['email', 'required', 'spoil'],
    ]);
    expect(refused.message).toBe(
      'create on app.person refused: emial is not an input here (inputs: email, pin, age) (the hook spoil made it so); email is missing (the hook spoil made it so)',
    );
    // wrong before any hook ran
    const sent = await refusal(mutate(database, 'create', 'app.person', { email: 'a@b.de', ege: 5 }));
    expect(sent.errors).toEqual([expect.not.objectContaining({ hook: expect.anything() })]);
    // made by the first, and by one that runs before inputs are looked at
    await declare(
      database,
      `delete from ai.hooks where name = 'spoil'; update ai.hooks set settings = '{"before_validation": true}'`,
    );
    const early = await refusal(mutate(database, 'create', 'app.person', { email: ' NONE ', age: -1 }));
    expect(early.errors.map(({ field, code, hook }) => [field, code, hook])).toEqual([
      ['email', 'format', 'trim'],
      ['age', 'check', undefined],
    ]);
  });

  test('may be unset, so that an input counts as absent', async () => {
    await hook(
      'forget',
      `relation, operation, phase, language, code values 'app.person', 'update', 'pre', 'sql', $$ select '{"remove": ["age"]}'::jsonb $$`,
    );
    await mutate(database, 'create', 'app.person', { email: 'a@b.de', age: 5 });
    expect(await mutate(database, 'update', 'app.person', { id: 1, email: 'c@d.de', age: 9 })).toEqual({
      id: 1,
      email: 'c@d.de',
      age: 5,
    });
  });

  test('leave options where they are', async () => {
    await hook('trim', `relation, phase, function values 'app.person', 'pre', 'app.tidy'`);
    await mutate(database, 'create', 'app.person', { email: 'a@b.de', age: 5 });
    expect(
      await mutate(database, 'update', 'app.person', { id: 1, email: 'C@D.de' }, { set_default: ['age'] }),
    ).toEqual({ id: 1, email: 'c@d.de', age: null });
  });

  test('before validation may be what validation would refuse', async () => {
    await hook(
      'early',
      `relation, operation, phase, settings, language, code values 'app.person', 'create', 'pre', '{"before_validation": true}', 'plpgsql', $$
        begin
          if ctx #> '{inputs,pin}' is distinct from ctx #> '{inputs,pin_again}' then
            raise exception using errcode = 'PI310', message = 'the pins differ';
          end if;
          return jsonb_build_object('inputs', jsonb_build_object('email', btrim(ctx #>> '{inputs,email}')), 'remove', '["pin_again"]'::jsonb);
        end $$`,
    );
    expect(
      await mutate(database, 'create', 'app.person', { email: ' a@b.de ', pin: '1234', pin_again: '1234' }),
    ).toMatchObject({ email: 'a@b.de' });
    expect(
      await refusal(mutate(database, 'create', 'app.person', { email: ' a@b.de ', pin: '1234', pin_again: '12345' })),
    ).toMatchObject({
      code: 'PI310',
      message: 'the pins differ',
    });
    // what is no object is refused as ever
    expect((await refusal(mutate(database, 'create', 'app.person', '[1]'))).code).toBe('PI100');
  });

  test('of one hook are what the next one sees', async () => {
    await hook('b_second', `relation, phase, position, function values 'app.person', 'pre', 2, 'app.note'`);
    await hook('a_last', `relation, phase, position, function values 'app.person', 'pre', 3, 'app.note_too'`);
    await hook('z_first', `relation, phase, position, function values 'app.person', 'pre', 1, 'app.tidy'`);
    await mutate(database, 'create', 'app.person', { email: 'A@B.de' });
    expect((await seen()).map((each) => [each.hook, each.ctx.inputs])).toEqual([
      ['note', { email: 'a@b.de' }],
      ['note_too', { email: 'a@b.de' }],
    ]);
  });
});

describe('which hooks run', () => {
  test('those of the table, of every table, and no others; by name where the position is the same', async () => {
    await declare(
      database,
      `create table app.other (id integer primary key); comment on table app.other is '{"operations": {"create": true}}'`,
    );
    await hook('on_other', `relation, phase, function values 'app.other', 'pre', 'app.note'`);
    await hook('on_all', `phase, function values 'pre', 'app.note_too'`);
    await mutate(database, 'create', 'app.other', { id: 1 });
    await mutate(database, 'create', 'app.person', { email: 'a@b.de' });
    expect((await seen()).map((each) => `${each.hook} ${each.ctx.table}`)).toEqual(
      ['note_too app.other', 'note app.other', 'note_too app.person'].sort(
        (a, b) => (a.endsWith('person') ? 1 : 0) - (b.endsWith('person') ? 1 : 0),
      ),
    );
  });

  test('one operation’s', async () => {
    await hook('note', `relation, operation, phase, function values 'app.person', 'delete', 'pre', 'app.note'`);
    await mutate(database, 'create', 'app.person', { email: 'a@b.de' });
    expect(await seen()).toHaveLength(0);
    await mutate(database, 'delete', 'app.person', { id: 1 });
    expect(await seen()).toHaveLength(1);
  });

  test('not one that is disabled', async () => {
    await hook('note', `relation, phase, function, enabled values 'app.person', 'pre', 'app.note', false`);
    await mutate(database, 'create', 'app.person', { email: 'a@b.de' });
    expect(await seen()).toHaveLength(0);
    await declare(database, `update ai.hooks set enabled = true`);
    await mutate(database, 'create', 'app.person', { email: 'c@b.de' });
    expect(await seen()).toHaveLength(1);
  });

  test('one with a condition where it is true', async () => {
    await hook(
      'note',
      `relation, phase, condition, function values 'app.person', 'post', $$(row ->> 'age')::int > 5 and operation = 'update' and actor <> '' and old <> row and inputs ? 'age' and row(1) = row(1) and 'row' <> '"row"'$$, 'app.note'`,
    );
    await mutate(database, 'create', 'app.person', { email: 'a@b.de', age: 6 });
    await mutate(database, 'update', 'app.person', { id: 1, age: 5 });
    await mutate(database, 'update', 'app.person', { id: 1, age: 7 });
    await mutate(database, 'update', 'app.person', { id: 1, age: 7 });
    expect((await seen()).map(({ ctx }) => ctx.row)).toEqual([{ ...row, age: 7 }]);
  });

  test('one that a declaration names', async () => {
    await hook('welcome', `phase, settings, function values 'post', '{"only_named": true}', 'app.greet'`);
    expect(await mutate(database, 'create', 'app.person', { email: 'a@b.de' })).toMatchObject({
      greeting: 'hello a@b.de',
    });
    expect(await mutate(database, 'update', 'app.person', { id: 1, age: 1 })).not.toHaveProperty('greeting');
  });

  test('a name that no hook has is told, and the operation runs', async () => {
    const notices: (string | undefined)[] = [];
    const client = await database.client();
    client.on('notice', (notice) => notices.push(notice.message));
    await declare(client, `update ai.hooks set position = 1`);
    await declare(
      client,
      `insert into ai.hooks (name, relation, operation, phase, function) values ('welcome', 'app.person', 'delete', 'pre', 'app.note')`,
    );
    await declare(client, `delete from ai.hooks`);
    if (notices.length > 0)
      expect(notices).toEqual([
        expect.stringContaining('operations.create.hooks: the hook "welcome" is for delete'),
        expect.stringContaining('operations.create.hooks: no hook "welcome" is registered yet'),
      ]);
    await mutate(database, 'create', 'app.person', { email: 'a@b.de' });
  });
});

describe('answers', () => {
  test('a post hook adds to the answer, and not to what is audited', async () => {
    await hook('greet', `relation, operation, phase, function values 'app.small', 'create', 'post', 'app.greet'`);
    expect(await mutate(database, 'create', 'app.small', { email: 'a@b.de' })).toEqual({
      id: 1,
      email: 'a@b.de',
      age: null,
      greeting: 'hello a@b.de',
    });
    const [audit] = await database.query('select new_row from ai.audit_log order by id desc limit 1');
    expect(audit?.new_row).not.toHaveProperty('greeting');
  });

  test.each([
    ['pre', `'[1]'`],
    ['pre', `'7'`],
    ['pre', `'{"input": {}}'`],
    ['pre', `'{"inputs": [1]}'`],
    ['pre', `'{"remove": "age"}'`],
    ['post', `'"x"'`],
    ['post', `'{"row": {}}'`],
    ['post', `'{"result": 1}'`],
  ])('a %s hook may not answer %s', async (phase, answer) => {
    await hook(
      'odd',
      `relation, phase, language, code values 'app.small', '${phase}', 'sql', $$ select ${answer}::jsonb $$`,
    );
    const refused = await refusal(mutate(database, 'create', 'app.small', { email: 'a@b.de' }));
    expect([refused.code, refused.detail.hook, refused.detail.operation]).toEqual(['PI302', 'odd', 'create']);
    expect(await database.query('select from app.small')).toEqual([]);
  });

  test.each(['pre', 'post'])('null, as SQL or as JSON, changes nothing in a %s hook', async (phase) => {
    await hook(
      'null_one',
      `relation, phase, language, code values 'app.small', '${phase}', 'sql', $$ select null::jsonb $$`,
    );
    await hook(
      'null_two',
      `relation, phase, language, code values 'app.small', '${phase}', 'sql', $$ select 'null'::jsonb $$`,
    );
    expect(await mutate(database, 'create', 'app.small', { email: 'a@b.de' })).toEqual({
      id: 1,
      email: 'a@b.de',
      age: null,
    });
  });
});

describe('with the rest of an operation', () => {
  test('a dry run runs hooks, keeps nothing and lists them', async () => {
    await hook('trim', `relation, phase, function values 'app.small', 'pre', 'app.tidy'`);
    await hook(
      'note',
      `relation, phase, condition, function values 'app.small', 'post', 'row is not null', 'app.note'`,
    );
    const answer = await mutate(database, 'create', 'app.small', { email: 'A@b.de' }, { dry_run: true });
    expect(answer.result).toMatchObject({ email: 'a@b.de' });
    expect(answer.hooks).toEqual([
      { hook: 'trim', phase: 'pre', language: 'function', function: 'app.tidy' },
      { hook: 'note', phase: 'post', language: 'function', function: 'app.note', condition: 'row is not null' },
    ]);
    expect(await seen()).toEqual([]);
    expect(await database.query('select from app.small')).toEqual([]);
  });

  test('ai.explain_mutation lists them and tells which one refused', async () => {
    await hook(
      'no',
      `relation, phase, language, code values 'app.small', 'pre', 'plpgsql', $$ begin raise exception 'no' using errcode = 'PI399'; end $$`,
    );
    const [explained] = await database.query<{ e: Record<string, unknown> }>(
      `select ai.explain_mutation('create', 'app.small', '{"email": "a@b.de"}') as e`,
    );
    expect(explained?.e.hooks).toEqual([
      { hook: 'no', phase: 'pre', language: 'plpgsql', function: 'ai_gen._hook_no' },
    ]);
    expect(explained?.e.refused).toMatchObject({ sqlstate: 'PI399', message: 'no' });
  });

  test('an idempotent call runs them once', async () => {
    await hook(
      'early',
      `relation, phase, settings, function values 'app.small', 'pre', '{"before_validation": true}', 'app.note'`,
    );
    for (const _ of [1, 2])
      await mutate(database, 'create', 'app.small', { email: 'a@b.de' }, { idempotency_key: 'k' });
    expect(await seen()).toHaveLength(1);
  });

  test('a set of calls runs them for each', async () => {
    await hook('trim', `relation, phase, function values 'app.small', 'pre', 'app.tidy'`);
    const [answer] = await database.query<{ a: { email: string }[] }>(
      `select ai.generate_mutations('create', 'app.small', '[{"email": "A@b.de"}, {"email": "C@d.de"}]') as a`,
    );
    expect(answer?.a.map(({ email }) => email)).toEqual(['a@b.de', 'c@d.de']);
  });

  test('what a hook writes goes with a call that fails', async () => {
    await hook('note', `relation, phase, function values 'app.small', 'pre', 'app.note'`);
    await mutate(database, 'create', 'app.small', { email: 'a@b.de' });
    await refusal(mutate(database, 'create', 'app.small', { email: 'a@b.de' }));
    expect(await seen()).toHaveLength(1);
  });
});

describe('an operation with "security": "invoker"', () => {
  const caller = useRole(database, ['ai_user']);

  test('runs inline hooks and conditions with the caller’s rights', async () => {
    await declare(
      database,
      `create table app.own (id integer primary key, by text); grant usage on schema app to ${caller}; grant select, insert on app.own to ${caller};
       comment on table app.own is '{"operations": {"create": {"security": "invoker", "optional": ["by"]}}}'`,
    );
    await hook(
      'who',
      `relation, phase, condition, language, code values 'app.own', 'pre', $$actor <> ''$$, 'sql', $$ select jsonb_build_object('inputs', jsonb_build_object('by', current_user)) $$`,
    );
    const client = await database.as(caller.replaceAll('"', ''));
    expect(await mutate(client, 'create', 'app.own', { id: 1 })).toEqual({ id: 1, by: caller.replaceAll('"', '') });
    await declare(database, 'drop table app.own');
    expect(await database.query('select from ai.hooks')).toEqual([]);
  });
});
