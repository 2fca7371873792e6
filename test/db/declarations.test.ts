import { describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

const database = useDatabase();

let made = 0;
/** Declares on a table of its own and gives the name; the comment is written as JSON or as it stands. */
async function declared(comment: unknown, columns = 'id integer primary key, email text, n integer'): Promise<string> {
  const name = `t${++made}`;
  const text = typeof comment === 'string' ? comment : JSON.stringify(comment);
  await declare(
    database,
    `create table ${name} (${columns}); comment on table ${name} is '${text.replaceAll("'", "''")}'`,
  );
  return name;
}

/** What is wrong, as `path: reason; suggestion`, without the part of the path that names the table. */
async function mistakes(comment: unknown, columns?: string): Promise<string[]> {
  const refused = await refusal(declared(comment, columns));
  expect(refused.code).toBe('PI001');
  const errors = refused.detail.errors as { path: string; reason: string; suggestion?: string }[];
  for (const { path, reason, suggestion } of errors) {
    expect(refused.message).toContain(`${path}: ${reason}`);
    expect(suggestion === undefined || refused.message.includes(suggestion)).toBe(true);
  }
  return errors.map(({ path, reason, suggestion }) =>
    `${path}: ${reason}${suggestion === undefined ? '' : `; ${suggestion}`}`
      .replaceAll(`public.t${made}`, 'T')
      .replace('comment on table T: ', '')
      // the server's own words differ between versions and languages
      .replace(/ \((?:invalid|role) .*\);/, ' (…);'),
  );
}

test('all mistakes are told at once, each with its place and a suggestion', async () => {
  const found = await mistakes(
    {
      operations: {
        create: {
          required: ['emial', 'id', 'id'],
          optonal: ['n'],
          defaults: { n: 'many', nn: 1 },
          roles: ['no_such_role'],
        },
        update: {},
        upsert: { key: ['email'] },
        delete: { version: 'email' },
        fetch: { returns: ['secret', 'Email'] },
        udpate: true,
      },
      fields: {
        email: { format: 'e-mail', minLength: 5, maxLength: 3, minimum: 1, pattern: '(' },
        n: { minimum: '1e5', enum: [], type: 'string', multipleOf: 0 },
        secret: { protected: true, pattern: '[' },
      },
      colour: 'red',
    },
    'id integer primary key, email text, n integer, secret text',
  );
  expect(found).toMatchSnapshot();
});

describe.each<[string, unknown]>([
  ['operations is no object', { operations: [] }],
  ['operations is null', { operations: null }],
  ['an operation is false', { operations: { create: false } }],
  ['an operation is a list', { operations: { create: ['email'] } }],
  ['required is a text', { operations: { create: { required: 'email' } } }],
  ['optional is neither a list nor *', { operations: { create: { optional: 'all' } } }],
  ['returns is a number', { operations: { create: { returns: 1 } } }],
  ['a rule is no object', { operations: { create: true }, fields: { email: 'required' } }],
  ['an unknown format', { operations: { create: true }, fields: { email: { format: 'emial' } } }],
  ['a length below zero', { operations: { create: true }, fields: { email: { minLength: -1 } } }],
  ['a length that is no whole number', { operations: { create: true }, fields: { email: { minLength: 1.5 } } }],
  [
    'more digits than JSON keeps',
    '{"operations": {"create": true}, "fields": {"n": {"maximum": 12345678901234567890}}}',
  ],
  ['both required and optional', { operations: { create: { required: ['email'], optional: ['email'] } } }],
  [
    'a protected field returned',
    { operations: { create: { returns: ['email'] } }, fields: { email: { protected: true } } },
  ],
  ['protected for one operation', { operations: { create: { fields: { email: { protected: true } } } } }],
  ['the key listed as optional', { operations: { update: { optional: ['id', 'n'] } } }],
  ['an empty key', { operations: { fetch: { key: [] } } }],
  ['a comma too many', '{"operations": {"create": true,}}'],
  ['single quotes', "@ai({'operations': {}})"],
  ['a mark that is never closed', 'people @ai({"operations": {"create": true}'],
  ['a mark without JSON', 'ask @ai(someone)'],
  ['two marks', '@ai({"operations": {"create": true}}) and @ai({"operations": {"fetch": true}})'],
  ['text after the JSON', '{"operations": {"create": true}} please'],
  ['__proto__ as a key', '{"operations": {"create": true, "__proto__": true}}'],
  ['an empty mark', '@ai()'],
])('%s', (_, comment) => {
  test('is refused with its place', async () => {
    expect(await mistakes(comment)).toMatchSnapshot();
  });
});

describe('a comment is a declaration', () => {
  const json = '{"operations": {"create": {"optional": ["email"]}}}';
  test.each([
    ['pure JSON', json],
    ['JSON with space around', ` \n\t${json}\n`],
    ['marked in text', `People who write to us. @ai(${json}) Ask Ann.`],
    [
      'marked, with brackets and quotes in its texts',
      `x @ai({"description": "a ) } \\" ] (", "operations": {"create": {"optional": ["email"]}}}) y`,
    ],
    ['marked in text that begins with a brace', `{draft} People. @ai(${json})`],
    [
      'in other scripts',
      `Khách hàng 顧客 😀 @ai({"description": "Khách hàng 😀", "operations": {"create": {"optional": ["email"]}}})`,
    ],
    ['on many lines', JSON.stringify(JSON.parse(json), null, 2)],
  ])('%s', async (_, comment) => {
    const name = await declared(comment);
    expect(await mutate(database, 'create', name, { id: 1, email: 'a' })).toMatchObject({ email: 'a' });
    const [row] = await database.query<{ c: string }>(`select obj_description('${name}'::regclass) as c`);
    expect(row?.c).toBe(comment);
  });

  test.each([
    ['plain words', 'people'],
    ['another tool’s JSON', '{"@graphql": {"name": "Person"}}'],
    ['another tool’s broken JSON', '{"name": "Person",}'],
    ['a list', '[1, 2]'],
    ['a brace', '{'],
    ['the word operations', 'operations of people'],
    ['an address', 'write to me@ai.example'],
  ])('but not %s', async (_, comment) => {
    const name = await declared(comment);
    expect((await refusal(mutate(database, 'create', name, { id: 1 }))).code).toBe('PI101');
    expect(await database.query('select from ai.declaration where relation = $1::regclass', [name])).toEqual([]);
  });
});

test('column comments add rules; other column comments are left alone', async () => {
  const name = await declared('', 'id integer primary key, a text, b text, c text, d text');
  await declare(
    database,
    `comment on table ${name} is '{"operations": {"create": {"optional": "*", "fields": {"b": {"maxLength": 3}}}}, "fields": {"b": {"maxLength": 4, "minLength": 2}}}';
     comment on column ${name}.a is 'A name. @ai({"minLength": 2})'; comment on column ${name}.b is '{"maxLength": 5, "pattern": "^x"}';
     comment on column ${name}.c is '{"other": "tool"}'; comment on column ${name}.d is '{broken'`,
  );
  const refused = await refusal(mutate(database, 'create', name, { id: 1, a: 'a', b: 'bbbb', c: '', d: '' }));
  expect(refused.fields).toEqual(['a:minLength', 'b:maxLength', 'b:pattern']);
  expect(refused.errors[1]?.rule).toEqual({ maxLength: 3 });
  const wrong = await refusal(
    declare(database, `comment on column ${name}.a is '{"minLenght": 2, "minimum": 2, "minLength": 1}'`),
  );
  expect([wrong.code, wrong.message]).toEqual([
    'PI001',
    expect.stringContaining(`comment on column public.${name}.a: minLenght`),
  ]);
  expect((await refusal(mutate(database, 'create', name, { id: 1, a: 'a' }))).fields).toEqual(['a:minLength']);
});

test('a refused declaration leaves the one before in force', async () => {
  const name = await declared({ operations: { create: { optional: ['email'] } } });
  const before = await database.query('select count(*) from ai.revision');
  await refusal(declare(database, `comment on table ${name} is '{"operations": {"create": {"optional": ["emial"]}}}'`));
  expect(await mutate(database, 'create', name, { id: 1, email: 'a' })).toMatchObject({ email: 'a' });
  expect(await database.query('select count(*) from ai.revision')).toEqual(before);
});

test('views cannot have operations', async () => {
  const refused = await refusal(
    declare(database, `create view seen as select 1 as id; comment on view seen is '{"operations": {"create": true}}'`),
  );
  expect(refused.message).toContain('operations can be declared on tables only');
});

test('declarations name roles of all spellings', async () => {
  const role = `${database.name} "Röle"`;
  await database.query(`create role "${role.replaceAll('"', '""')}"; grant ai_user to "${role.replaceAll('"', '""')}"`);
  const name = await declared({ operations: { create: true, fetch: true }, roles: [role] });
  const client = await database.as(role);
  expect(await mutate(client, 'create', name, { id: 1 })).toMatchObject({ id: 1 });
  await client.end();
  const other = await declared({ operations: { create: true } });
  await database.query(`drop owned by "${role.replaceAll('"', '""')}"; drop role "${role.replaceAll('"', '""')}"`);
  expect(await mutate(database, 'create', other, { id: 1 })).toMatchObject({ id: 1 });
});

describe('in the database', () => {
  needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
  test('warnings are shown, and the declaration takes effect', async () => {
    const client = await database.client();
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    await client.query(
      `create table warned (id integer primary key, w text); comment on table warned is '{"operations": {"create": {"required": ["w"], "hooks": ["later"], "defaults": {"w": "x"}}}}'`,
    );
    await client.end();
    expect(notices).toEqual([
      expect.stringContaining('operations.create.defaults.w: never used: the input is required'),
      expect.stringContaining('operations.create.hooks: no hook "later" is registered yet'),
    ]);
    expect(await mutate(database, 'create', 'warned', { id: 1, w: 'a' })).toMatchObject({ w: 'a' });
  });
});
