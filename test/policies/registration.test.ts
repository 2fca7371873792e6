import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { comment, EVERY, policy } from './support.ts';

/** What cannot hold, contradicts something or is no expression is refused in the statement that writes it, with all that is wrong. */
const database = useDatabase();

beforeAll(async () => {
  await declare(
    database,
    `create schema other; create table other.member (account int, who text); create sequence canary;
     create function other.effects() returns boolean language sql volatile as 'select true';
     create function other.calm(text) returns boolean language sql stable as $$select $1 = 'x'$$;
     create table account (
       id int primary key, owner text not null, state text not null check (state in ('open', 'closed')), "t" text, limits int not null default 0
     );
     ${comment('account', { operations: EVERY })}`,
  );
});

const reasons = async (kind: string, definition: unknown, operation?: string): Promise<string[]> => {
  const refused = await refusal(declare(database, policy('tried', 'account', kind, definition, operation)));
  expect(refused.code).toBe('PI001');
  expect(await database.query(`select from ai.policies where name = 'tried'`)).toEqual([]);
  return (refused.detail.errors as { path: string; reason: string }[]).map(({ path, reason }) => `${path}: ${reason}`);
};

describe('an expression is one expression, and no way to run statements', () => {
  const cases: Record<string, readonly [expression: string, reason: RegExp]> = {
    'a statement after it': ['true; drop table account', /";" cannot stand/],
    'a bracket that closes the expression': ["true) or (row.owner = 'x'", /closes that is not open|not closed/],
    'a bracket that closes too early': ['true) and (true', /a bracket closes that is not open/],
    'a comment that swallows the rest': ["row.owner = 'x' -- ", /comment cannot stand/],
    'a comment in the midst': ["row.owner = /* x */ 'x'", /comment cannot stand/],
    'an operator that begins a comment': ['row.limits +-- 1', /comment cannot stand/],
    'quotes that do not close': ["row.owner = 'x", /cannot stand/],
    'a parameter of the function': ["$1 ->> 'x' = 'y'", /"\$" cannot stand/],
    'a dollar quote': ['row.owner = $$x$$', /"\$" cannot stand/],
    'escaped names': ["row.owner = U&'\\0061'", /U&/],
    INTO: ['(select 1 into x) = 1', /INTO cannot stand/],
    'pg_ai’s own functions': ["ai_private.refuse_policy('a', 'b', 'c', 'd') is null and row.owner = 'x'", /own schema/],
    'a function with effects': [
      "row.owner = 'x' and nextval('public.canary') > 0",
      /may have effects \(nextval\(regclass\)\)/,
    ],
    'a setting that it would change': ["row.owner = set_config('pg_ai.actor', 'x', false)", /may have effects/],
    'a function of its own with effects': [
      "row.owner = 'x' and other.effects()",
      /may have effects \(other.effects\(\)\)/,
    ],
    'a statement in a subquery': ['row.limits in (delete from public.account returning 1)', /syntax error/],
    'a statement in a WITH': [
      'row.limits in (with gone as (delete from public.account returning 1) select 1 from gone)',
      /data-modifying statement must be at the top level|permission denied/,
    ],
    'no boolean': ['row.limits', /must be type boolean/],
    'no SQL': ['row.owner is is', /syntax error/],
    'an aggregate': ['count(row.limits) > 1', /aggregate functions are not allowed/],
    nothing: ['  ', /there is nothing in it/],
  };
  test.each(Object.entries(cases))('%s', async (_, [expression, reason]) => {
    expect((await reasons('access', { filter: expression })).join('\n')).toMatch(reason);
    expect(await database.query('select is_called from canary')).toEqual([{ is_called: false }]);
  });

  test('texts may hold whatever they like', async () => {
    await declare(
      database,
      policy('texts', 'account', 'access', {
        filter: `row.owner not in ('a;b', '--', '/*', 'it''s', E'\\n''', '$1', 'row.owner', 'back\\slash', 'two\nlines') and row."t" is distinct from '"'`,
      }),
    );
    expect(await mutate(database, 'create', 'account', { id: 1, owner: 'x', state: 'open' })).toMatchObject({ id: 1 });
    for (const owner of ['a;b', "it's", "\n'", 'row.owner', 'back\\slash', 'two\nlines'])
      expect((await refusal(mutate(database, 'create', 'account', { id: 2, owner, state: 'open' }))).code).toBe(
        'PI201',
      );
    await declare(database, `delete from ai.policies where name = 'texts'; delete from account`);
  });
});

describe('names', () => {
  test.each([
    ['an unknown column', { filter: 'row.ownr = actor' }, /"ownr" is not a column of public.account/],
    ['an unknown input', { check: 'inputs.amount > 1' }, /"amount" is not a column/],
    ['a column of which nobody says whose it is', { filter: 'owner = actor' }, /of the row, or the input\?/],
    ['a whole row', { filter: 'row is not null' }, /whole `row`/],
    ['a filter that says nothing about the row', { filter: "actor = 'x'" }, /says nothing about the row/],
    ['an unknown role', { roles: ['nobody_of_that_name'] }, /there is no role/],
    ['an unknown key', { rolse: ['x'] }, /unknown key/],
    ['nothing demanded', {}, /demands nothing/],
    [
      'an alias that the function uses',
      { filter: 'row.id in (select t.account from other.member t)' },
      /compiler uses itself/,
    ],
  ])('%s', async (_, definition, reason) => {
    expect((await reasons('access', definition)).join('\n')).toMatch(reason);
  });

  test('an input that the operation does not have', async () => {
    expect((await reasons('access', { check: 'inputs.owner = actor' }, 'delete')).join()).toMatch(
      /not an input of delete/,
    );
    // as with a policy for each of the operations
    expect(await reasons('access', { check: 'inputs.owner = actor' })).toEqual([
      'policy tried.check: "owner" is not an input of delete',
      'policy tried.check: "owner" is not an input of fetch',
    ]);
  });

  test('a row that the operation does not write', async () => {
    expect((await reasons('access', { check: 'row.owner = actor' }, 'fetch')).join()).toMatch(/writes no row/);
  });
});

describe('subqueries', () => {
  const filter = 'exists (select from other.member as entry where entry.account = row.id and entry.who = actor)';

  test('need rights that ai_owner was given by hand, and then work', async () => {
    expect((await reasons('access', { filter })).join()).toMatch(/permission denied/);
    await database.query(`grant usage on schema other to ai_owner; grant select on other.member to ai_owner`);
    await declare(database, policy('members', 'account', 'access', { filter }));
    await database.query(
      `insert into account values (7, 'a', 'open'), (8, 'b', 'open'); insert into other.member values (7, 'lan')`,
    );
    const lan = await database.client();
    await lan.query(`set pg_ai.actor = 'lan'`);
    expect(await mutate(lan, 'fetch', 'account', { id: 7 })).toMatchObject({ id: 7 });
    expect(await mutate(lan, 'fetch', 'account', { id: 8 })).toEqual({});
    await declare(database, `delete from ai.policies where name = 'members'; delete from account`);
  });

  test('tables are named with their schema, so that no temporary one stands in for them', async () => {
    expect((await reasons('access', { filter: filter.replace('other.member', 'member') })).join()).toMatch(
      /does not exist/,
    );
  });
});

describe('what can never be true', () => {
  test.each([
    ['a constant', { check: '1 = 2' }],
    ['about the row, by itself', { filter: 'row.limits > 5 and row.limits < 3' }],
    ['about the row, by a CHECK of the table', { filter: "row.state = 'gone'" }],
  ])('%s', async (_, definition) => {
    expect((await reasons('access', definition)).join()).toMatch(/this can never be true/);
  });

  test('two policies that contradict one another', async () => {
    await declare(database, policy('opened', 'account', 'access', { filter: "row.state = 'open'" }));
    expect((await reasons('access', { filter: "row.state = 'closed'" })).join()).toMatch(
      /policy opened.filter and policy tried.filter: these contradict one another/,
    );
    await declare(database, `delete from ai.policies where name = 'opened'`);
  });

  test('about inputs: by itself, or with another policy', async () => {
    expect((await reasons('access', { check: 'inputs.limits > 5 and inputs.limits < 3' }, 'update')).join()).toMatch(
      /this can never be true/,
    );
    await declare(database, policy('open_only', 'account', 'access', { check: "inputs.state = 'open'" }, 'update'));
    expect((await reasons('access', { check: "inputs.state = 'closed'" }, 'update')).join()).toMatch(
      /policy open_only.check and policy tried.check: these contradict one another: no call can pass both/,
    );
    await declare(database, policy('fits', 'account', 'access', { check: "inputs.owner = 'x'" }, 'update'));
    await declare(database, `delete from ai.policies where name in ('open_only', 'fits')`);
  });

  test('roles of which nobody has both are told, and may come true', async () => {
    const notices: string[] = [];
    const client = await database.client();
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    const lonely = `${database.name}_lonely`;
    await database.query(`create role ${lonely}`);
    await declare(client, policy('lonely', 'account', 'access', { roles: [lonely] }, 'fetch'));
    const problems = await database.query<{ problems: { reason: string; severity: string }[] }>(
      `select problems from ai.declaration where relation = 'account'::regclass`,
    );
    expect(problems[0]?.problems).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        reason: expect.stringContaining('nobody has one of these roles'),
      }),
    );
    await declare(database, `delete from ai.policies where name = 'lonely'; drop role ${lonely}`);
  });
});

describe('rules for inputs', () => {
  test.each([
    [
      'more than there may be',
      { owner: { minLength: 10 }, state: {} },
      /no value can have minLength 10 and maxLength 5/,
    ],
    [
      'allowed and refused',
      { owner: { allow: ['*@a.example'], deny: ['*@a.example', 'x'] } },
      /"allow" lets pass "deny" refuses/,
    ],
    ['allowed and too long', { owner: { allow: ['abcdef', 'abcdef*'] } }, /no text that "allow" lets pass fits/],
    ['all values refused', { state: { enum: ['open'], deny: ['o*'] } }, /all values that are allowed are refused/],
    ['lists without a common value', { state: { enum: ['closed'] } }, /contradicts what is said elsewhere/],
    [
      'a level that does not fit',
      { owner: { complexity: 'high' } },
      /no text of at most 5 characters has the complexity "high"/,
    ],
    ['a word for another type', { limits: { allow: ['x'] } }, /does not apply to a column of type integer/],
    ['an unknown field', { ownr: { minLength: 1 } }, /"ownr" is not a column/],
  ])('%s', async (_, fields, reason) => {
    await declare(
      database,
      policy('known', 'account', 'input', { fields: { owner: { maxLength: 5 }, state: { enum: ['open'] } } }),
    );
    const tried = reasons('input', { fields }).catch((error: unknown) => error);
    expect(String(await tried)).toMatch(reason);
    await declare(database, `delete from ai.policies where name = 'known'`);
  });
});

test('what a rule alone has wrong is told once, and a limit that is none with its form', async () => {
  expect(await reasons('input', { fields: { owner: { minLength: 9, maxLength: 3 } } })).toHaveLength(1);
  expect((await reasons('rate_limit', { limit: '10 per minute' })).join()).toMatch(
    /expected a number of calls and a time: "10\/min"/,
  );
});

test('only ai_admin writes policies, and they are the declarer’s', async () => {
  const role = `${database.name}_user`;
  await database.query(`create role ${role}; grant ai_user to ${role}`);
  const client = await database.as(role);
  for (const sql of [
    policy('mine', null, 'access', { check: 'true' }),
    'select * from ai.policies',
    'delete from ai.policies',
  ])
    expect((await refusal(client.query(sql))).code).toBe('42501');
  await client.end();
  await database.query(`drop owned by ${role}; drop role ${role}`);
});
