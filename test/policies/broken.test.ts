import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';
import { policy } from './support.ts';

/** What is out of force already keeps nobody from writing hooks and policies that are about everything. */
const database = useDatabase();

const compilesHere = inject('server').javascript !== 'none';
needs(compilesHere, 'a JavaScript language in the database, which compiles as rows are written');

const broken = { max_latency: '5 s' };
const everywhere = policy('everywhere', null, 'limit', broken);
const stateOf = async (name: string) =>
  (
    await database.query<{ state: string }>(
      `select state from ai.declaration where qualified_name = 'public.' || $1 union all select state from ai.action where action_name = $1`,
      [name],
    )
  )[0]?.state;

beforeAll(() =>
  database.query(
    `create table sound (id int primary key, v text); comment on table sound is '{"operations": {"create": {"optional": ["v"]}, "fetch": true}}';
     create table unsound (id int primary key, w text); comment on table unsound is '{"operations": {"create": {"optional": ["w"]}}}';
     create table source (id int primary key, w text); grant select on source to ai_owner;
     insert into ai.meta_actions (action_name, input_schema, language, code_template) values
       ('reading', '{"type": "object", "properties": {}}', 'sql', 'select w from public.source');
     create function public.idle(ctx jsonb) returns jsonb language sql as 'select null::jsonb'`,
  ),
);
beforeEach(() => database.query('delete from ai.policies; delete from ai.hooks'));

describe('a table and an action that are out of force', () => {
  beforeAll(async () => {
    if (!compilesHere) return;
    await database.query(everywhere);
    await database.query('alter table unsound drop column w; alter table source drop column w');
    expect(await stateOf('unsound')).toBe('inconsistent'); // of the action nobody knows yet
  });

  test('keep no policy for everything from being written, changed, disabled or deleted', async () => {
    for (const sql of [
      everywhere,
      `update ai.policies set definition = '{"max_latency": "6 s"}'`,
      'update ai.policies set enabled = false',
      'delete from ai.policies',
    ])
      await database.query(sql);
    expect([await stateOf('unsound'), await stateOf('reading'), await stateOf('sound')]).toEqual([
      'inconsistent',
      'inconsistent',
      'ready',
    ]);
  });

  test('nor a hook', async () => {
    for (const sql of [
      `insert into ai.hooks (name, phase, function) values ('all', 'pre', 'public.idle')`,
      'update ai.hooks set enabled = false',
      'delete from ai.hooks',
    ])
      await database.query(sql);
  });

  test('nor one of their own; its own mistakes are refused all the same', async () => {
    await database.query(policy('own', 'unsound', 'access', { check: `actor = 'x'` }));
    for (const sql of [
      policy('wrong', 'unsound', 'access', { filter: `row.nothing = 'x'` }),
      policy('wrong', 'unsound', 'limit', { max_rows: -1 }),
      `insert into ai.policies (name, action, kind, definition) values ('wrong', 'reading', 'limit', '{"max_rows": -1}')`,
    ]) {
      const { message } = await refusal(database.query(sql));
      expect(message).toContain('policy wrong');
    }
  });

  test('what the change itself puts out of force refuses it, and says that it was a row', async () => {
    const refused = await refusal(database.query(policy('wrong', null, 'limit', { max_rows: 0 })));
    expect(refused).toMatchObject({
      code: 'PI001',
      detail: { table: 'public.sound' },
      hint: expect.stringMatching(/Mend the row/),
    });
    expect(await mutate(database, 'create', 'sound', { id: 1, v: 'x' })).toMatchObject({ id: 1 });
  });
});

test('a refused change says nothing of actions on the table', async () => {
  await database.query(
    `insert into ai.meta_actions (action_name, language, steps, input_schema) values
       ('writing', 'steps', '[{"create": "sound", "values": {"id": 7}}]', '{"type": "object", "properties": {}}')`,
  );
  const client = await database.client();
  const notices: string[] = [];
  client.on('notice', ({ message }) => notices.push(message ?? ''));
  for (const sql of [
    policy('wrong', 'sound', 'limit', { max_rows: -1 }),
    `comment on table sound is '{"operations": {"create": {"optional": ["nothing"]}}}'`,
  ])
    expect((await refusal(client.query(sql))).code).toBe('PI001');
  expect(notices).toEqual([]);
  await client.query('alter table sound rename v to u');
  expect(notices.join()).toMatch(
    /operations of public.sound are out of force now.*the action writing is out of force now/,
  );
});
