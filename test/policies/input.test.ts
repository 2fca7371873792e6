import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { bulk, comment, policy } from './support.ts';

/** Rules for inputs that policies add; they are told together with the others. */
const database = useDatabase();

beforeAll(async () => {
  await declare(
    database,
    `create table person (
       id int generated always as identity primary key, email text not null, low text, medium text, high text, age int
     );
     ${comment('person', {
       operations: { create: { optional: '*' }, update: { optional: '*' } },
       fields: {
         email: { format: 'email', allow: ['*@Shop.example', 'vip@*'], deny: ['*+*'] },
         low: { complexity: 'low' },
         medium: { complexity: 'medium' },
       },
     })}
     ${policy('grown_up', 'person', 'input', { fields: { age: { minimum: 18 }, high: { complexity: 'high' }, email: { maxLength: 30 } } })}
     ${policy('young_too', 'person', 'input', { fields: { age: { minimum: 16, maximum: 120 } } })}
     ${policy('everywhere', null, 'input', { fields: { nickname: { minLength: 3 }, email: { deny: ['root@*'] } } })}
     create table other_person (id int primary key, nickname text);
     ${comment('other_person', { operations: { create: { optional: '*' } } })}`,
  );
});

const email = 'lan@shop.example';
const fields = async (inputs: object): Promise<readonly string[]> =>
  (await refusal(mutate(database, 'create', 'person', { email, ...inputs }))).fields;

describe('levels of passwords', () => {
  test.each([
    ['low', 'eightchr', ['seven77']],
    ['medium', 'Abcdefghi1', ['Abcdefgh1', 'abcdefghi1', 'ABCDEFGHIJ!']],
    ['medium', 'abcdefgh 1', ['abcdefghij']],
    [
      'high',
      'Abcdefghij1!',
      ['Abcdefghi1!', 'abcdefghij1!', 'ABCDEFGHIJ1!', 'Abcdefghijk!', 'Abcdefghij12', 'Abcdefggg12!'],
    ],
    ['high', 'Abcdefghi1ệ2', []],
  ])('%s takes %s', async (level, good, bad) => {
    expect(await mutate(database, 'create', 'person', { email, [level]: good })).toMatchObject({ [level]: good });
    for (const value of bad) expect(await fields({ [level]: value })).toEqual([`${level}:complexity`]);
  });
});

test('lists of what is allowed and what is refused', async () => {
  for (const good of ['a@shop.example', 'A@SHOP.EXAMPLE', 'vip@x.example'])
    expect(await mutate(database, 'create', 'person', { email: good })).toMatchObject({ email: good });
  for (const [value, code] of [
    ['a@shop.example.org', 'allow'],
    ['a%@shopXexample.org', 'allow'],
    ['a+b@shop.example', 'deny'],
    ['root@shop.example', 'deny'],
  ] as const)
    expect(await fields({ email: value })).toEqual([`email:${code}`]);
});

test('of two policies the stricter holds, and all that is wrong is told at once', async () => {
  expect(await fields({ age: 17 })).toEqual(['age:minimum']);
  expect(await fields({ age: 121 })).toEqual(['age:maximum']);
  const refused = await refusal(
    mutate(database, 'create', 'person', {
      email: 'root+everybody-who-is-anybody@x.example',
      age: 1,
      high: 'x',
      nope: 1,
    }),
  );
  expect(refused.code).toBe('PI100');
  expect(refused.fields).toEqual([
    'nope:additionalProperties',
    'email:maxLength',
    'email:allow',
    'email:deny',
    'high:complexity',
    'age:minimum',
  ]);
  expect(refused.errors.find(({ code }) => code === 'complexity')?.message).toContain('12 characters');
});

test('sets of calls are judged alike', async () => {
  expect(
    await bulk(database, 'create', 'person', [{ email }, { email: 'root@shop.example' }, { email, age: 3 }], {
      on_error: 'skip',
    }),
  ).toMatchObject({
    succeeded: 1,
    errors: [
      { index: 1, sqlstate: 'PI100' },
      { index: 2, sqlstate: 'PI100' },
    ],
  });
});

test('a rule for every table is about the fields that a table has', async () => {
  expect((await refusal(mutate(database, 'create', 'other_person', { id: 1, nickname: 'ab' }))).fields).toEqual([
    'nickname:minLength',
  ]);
});

test('what is described is what is judged', async () => {
  const [row] = await database.query<{ p: Record<string, unknown> }>(
    `select ai.describe('person', 'create') #> '{inputs,properties}' as p`,
  );
  expect(row?.p).toMatchObject({
    high: { 'x-complexity': 'high', minLength: 12 },
    age: { minimum: 18, maximum: 120 },
    email: { 'x-allow': ['*@Shop.example', 'vip@*'], 'x-deny': ['*+*', 'root@*'], maxLength: 30 },
  });
});
