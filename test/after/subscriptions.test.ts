import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { useRole, useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();
useTables(
  database,
  `create table public.users (id int primary key, email text not null);
   comment on table public.users is '{"operations": {"create": {"required": ["id", "email"]}, "delete": true}}';
   create function public.evil() returns boolean immutable language plpgsql as 'begin raise notice ''run as %'', current_user; return true; end';
   create domain public.strange as int;`,
);
const declarer = useRole(database, ['ai_admin']);

type Row = Readonly<Record<string, unknown>>;
const insert = (row: Row, runner: Pick<pg.Client, 'query'> | typeof database = database): Promise<unknown> =>
  (runner as typeof database).query(
    `insert into ai.subscriptions select (jsonb_populate_record(null::ai.subscriptions,
       '{"delivery": "job", "settings": {"task": "x"}, "topics": ["**"], "start_at": "now", "ordered": false, "paused": false, "max_attempts": 25,
         "backoff": {}, "timeout_ms": 30000, "batch_size": 1, "created_at": "2026-01-01"}' || $1::jsonb)).*`,
    [JSON.stringify(row)],
  );
const problems = async (row: Row): Promise<string[]> => {
  const { code, errors } = await refusal(insert(row));
  expect(code).toBe('PI400');
  return (errors as unknown as { path: string; reason: string; suggestion?: string }[]).map(
    ({ path, reason, suggestion }) => `${path}: ${reason}; ${suggestion}`,
  );
};

test('a plain INSERT suffices, and what is left out has its default', async () => {
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings, backoff)
     values ('welcome', '{public.users.create}', 'job', '{"task": "welcome"}', '{"base_ms": 5}')`,
  );
  expect(await database.query(`select * from ai.subscriptions where name = 'welcome'`)).toMatchObject([
    {
      start_at: 'now',
      ordered: false,
      paused: false,
      max_attempts: 25,
      backoff: { base_ms: 5, factor: 2, max_ms: 3600000, jitter: 0.2 },
      timeout_ms: 30000,
      batch_size: 1,
    },
  ]);
});

test('a wrong one is refused with all that is wrong', async () => {
  expect(
    await problems({
      name: '1 bad',
      topics: ['a..b', '**.b'],
      filter: `paylod ->> 'a' = 'b'`,
      delivery: 'jobs',
      start_at: 'begining',
      max_attempts: 0,
      timeout_ms: 0,
      batch_size: 1001,
      backoff: { bas_ms: 1, factor: 0.5, jitter: 'a bit' },
    }),
  ).toEqual([
    'name: not a name for a subscription; a letter, then at most 49 letters, digits and _ . : / -',
    'topics: "a..b" is not a pattern; labels with dots between them, quoted as in SQL where they need it; * for one label, ** at the end for any rest',
    'topics: "**.b" is not a pattern; labels with dots between them, quoted as in SQL where they need it; * for one label, ** at the end for any rest',
    'filter: column "paylod" does not exist; did you mean "payload"?',
    'delivery: there is no delivery "jobs"; did you mean "job"?',
    'start_at: "begining" is no place to start; did you mean "beginning"?',
    'max_attempts: out of range; 1 to 1000',
    'timeout_ms: out of range; 1 to 86400000 (a day)',
    'batch_size: out of range; 1 to 1000',
    'backoff.bas_ms: unknown key; did you mean "base_ms"?',
    'backoff.factor: out of range; 1 to 100',
    'backoff.jitter: out of range; 0 to 1',
  ]);
});

test.each<[string, Row, string]>([
  ['job', { tsk: 'x' }, 'settings.tsk: unknown key for the delivery job; did you mean "task"?'],
  ['job', {}, 'settings.task: the delivery job needs it; {"task": "the name of a handler"}'],
  ['job', { task: 7 }, 'settings.task: no text; give it a name'],
  ['notify', {}, 'settings.channel: the delivery notify needs it; {"channel": "the name of a channel"}'],
  ['notify', { channel: 'x'.repeat(64) }, 'settings.channel: longer than 63 bytes; shorten it'],
  [
    'broker',
    { subject: '$JS.API.STREAM.DELETE.x' },
    'settings.subject: subjects that begin with $ or _INBOX are the server',
  ],
  ['broker', { subject: 'a.*' }, 'settings.subject: no subject that can be published to; labels with dots'],
])('the settings of %s are looked at: %j', async (delivery, settings, expected) => {
  expect((await problems({ name: 'x', delivery, settings })).join('\n')).toContain(expected);
});

test('nulls are told with all else that is wrong', async () => {
  expect(
    await problems({
      name: null,
      topics: null,
      delivery: null,
      settings: null,
      start_at: null,
      ordered: null,
      paused: null,
      max_attempts: null,
      backoff: null,
      timeout_ms: 0,
      batch_size: null,
      created_at: null,
    }),
  ).toEqual([
    ...['name', 'topics', 'delivery'].map((column) => `${column}: null; it has to be given`),
    ...['settings', 'start_at', 'ordered', 'paused', 'max_attempts', 'backoff', 'batch_size', 'created_at'].map(
      (column) => `${column}: null; leave the column out to take its default`,
    ),
    'timeout_ms: out of range; 1 to 86400000 (a day)',
  ]);
  await insert({ name: 'nulled' });
  expect((await refusal(database.query(`update ai.subscriptions set name = null where name = 'nulled'`))).message).toBe(
    'the subscription nulled has 1 mistake(s):\n  name: null; it has to be given',
  );
});

test('a name and a start do not change afterwards; the rest does', async () => {
  await insert({ name: 'kept' });
  const { message } = await refusal(
    database.query(`update ai.subscriptions set name = 'other', start_at = '7' where name = 'kept'`),
  );
  expect(message).toContain('name: a subscription keeps its name');
  expect(message).toContain('start_at: it counts when the subscription is made; select ai.replay');
  await database.query(`update ai.subscriptions set topics = '{a.b}', paused = true where name = 'kept'`);
});

test('a topic that nobody writes is mentioned, and not refused', async () => {
  const client = await database.client();
  const said: (string | undefined)[] = [];
  client.on('notice', ({ message }) => said.push(message));
  await insert({ name: 'late', topics: ['users.create', 'public.users.delet', 'order.paid'] }, client);
  expect(said).toEqual([
    'no operation writes events of the topic users.create so far; did you mean public.users.create?',
    'no operation writes events of the topic public.users.delet so far; did you mean public.users.delete?',
  ]);
});

describe('a filter can do nothing but look at the event', () => {
  test.each([
    `(payload ->> 'total')::numeric > 100 and operation in ('create', 'update')`,
    `payload @> '{"tags": ["new"]}' or actor is null`,
    `topic ~ '^a[0-9]+\\.b' and topic <> 'it''s; -- (not) $1'`,
    `jsonb_path_exists(payload, '$.items[*] ? (@.price > 10)')`,
    `"topic" = U&'\\0061'`,
  ])('taken: %s', async (filter) => {
    await insert({ name: 'filtered', filter });
    await database.query(`delete from ai.subscriptions where name = 'filtered'`);
  });

  test.each([
    ['true); drop table public.users; select (true', ') cannot stand here'],
    ['true; drop table public.users', '; cannot stand here'],
    ['true -- ', '-- cannot stand here'],
    ['/* */ true', '/* cannot stand here'],
    [`E'\\'' = '); drop table public.users; --'`, `E'…' cannot stand here`],
    [`topic = $$x$$`, '$ cannot stand here'],
    [`topic = 'open`, `' cannot stand here`],
    ['nonsense(', 'a bracket is not closed'],
    ['exists (select from public.users)', 'cannot use subquery'],
    ['(table public.users) is null', 'cannot use subquery'],
    ['count(*) > 1', 'aggregate functions are not allowed'],
    ['public.evil()', 'it uses function public.evil()'],
    ['7::public.strange > 6', 'it uses type public.strange'],
    [`'public.users'::regclass is not null`, 'it uses table public.users'],
    ['pg_sleep(1) is null', 'it depends on more than the event'],
    [`set_config('role', 'postgres', false) = ''`, 'it depends on more than the event'],
    [`at > now() - interval '1 day'`, 'it depends on more than the event'],
    [`at > ' Now '`, 'is the time at which the filter is written'],
    [`repeat('a', 1000000000) is not null`, 'it uses repeat, which can make values of any length'],
    [`pg_catalog."lpad"(topic, 1000000000) is not null`, 'it uses lpad'],
    [`U&"\\0072epeat"(topic, 9) = format('%s', topic)`, 'it uses format, repeat'],
    ['current_user = actor', 'it depends on more than the event'],
    [`nextval('ai.event_id') > 0`, 'it uses sequence ai.event_id'],
    ['topic', 'a filter must be type boolean'],
    ['', 'an empty filter'],
  ])('refused: %s', async (filter, reason) => {
    const client = await database.client();
    const said: unknown[] = [];
    client.on('notice', ({ message }) => said.push(message));
    const { code, errors } = await refusal(insert({ name: 'filtered', filter }, client));
    expect([code, (errors as unknown as { reason: string }[])[0]?.reason]).toEqual([
      'PI400',
      expect.stringContaining(reason),
    ]);
    // Nothing of it was run to find that out.
    expect(said).toEqual([]);
    await client.end();
  });

  test('its function is for ai_owner alone, and goes with the subscription', async () => {
    const taker = () =>
      database.query(
        `select proowner::regrole::text as owner, proacl::text as acl from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname = 'taker:by.somebody'`,
      );
    await insert({ name: 'by.somebody' });
    expect(await taker()).toEqual([{ owner: 'ai_owner', acl: '{ai_owner=X/ai_owner}' }]);
    await database.query(`delete from ai.subscriptions where name = 'by.somebody'`);
    expect(await taker()).toEqual([]);
  });
});

test('ai_admin and ai_worker may write subscriptions, others may not', async () => {
  const admin = await database.as(declarer);
  await insert({ name: 'by.admin', filter: `topic = 'x'` }, admin);
  await admin.query(`delete from ai.subscriptions where name = 'by.admin'`);
});

/** A topic's labels; a dot within quotes is none between them. */
const labelsOf = (topic: string): string[] => topic.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];

const matches = (pattern: string, topic: string): boolean => {
  const wanted = labelsOf(pattern);
  const given = labelsOf(topic);
  if (wanted.at(-1) === '**')
    return (
      given.length >= wanted.length && wanted.slice(0, -1).every((label, i) => label === '*' || label === given[i])
    );
  return given.length === wanted.length && wanted.every((label, i) => label === '*' || label === given[i]);
};

test('a pattern takes the topics that have its labels, whatever they are made of', async () => {
  const labels = ['a', 'b', 'a_', 'ax', '50%', 'back\\slash', '(a|b)', '"a.b"', '"*"', '"say ""hi"""'];
  const topics = [labels, labels.flatMap((x) => labels.map((y) => `${x}.${y}`)), labels.map((x) => `a.${x}.b`)].flat();
  const patterns = [
    '*',
    '*.*',
    '*.*.*',
    '**',
    ...labels.flatMap((x) => [x, `${x}.*`, `*.${x}`, `${x}.**`, `*.${x}.**`, `a.*.${x}`, `${x}.*.*`]),
  ];
  for (const pattern of patterns) {
    const [row] = await database.query(`select ai_private.topic_condition(array[$1]) as condition`, [pattern]);
    const taken = await database.query(
      `select topic from unnest($1::text[]) with ordinality as event (topic, position) where ${row?.condition} order by position`,
      [topics],
    );
    expect([pattern, taken.map(({ topic }) => topic)]).toEqual([
      pattern,
      topics.filter((topic) => matches(pattern, topic)),
    ]);
  }
});
