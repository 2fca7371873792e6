import pg from 'pg';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { compileText } from '../../plv8/compiler.ts';
import { useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

/** Actions, as parity.test.ts does for tables: the compiler in the database and the one in Node print the same bytes. */
needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

const database = useDatabase();

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Action = Readonly<Record<string, Json>>;

/** Actions of every kind that are right; what is wrong is made of them. */
const SAMPLES: readonly Action[] = [
  {
    code_template:
      'insert into parity.t ("B b", n) values ({{name}}, :n) returning *, {{name}} || \':n {{n}} é😀\' as "it\'s"',
    input_schema: {
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 9, pattern: '^[^\\\\]+$', format: 'email' },
        n: { type: 'integer', minimum: 0, maximum: '9223372036854775806', default: 1 },
      },
      required: ['name'],
    },
    output_schema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
    preconditions: [
      ':n < 100',
      {
        expression: `:name <> 'x' /* é😀\u2028 */`,
        message: { en: 'not {name}', vi: 'không {name}' },
        code: 'c',
        sqlstate: 'P0042',
      },
      { exists: 'parity.t', where: { id: 1 } },
      { not_exists: 'parity.t', where: '"B b" = :name' },
    ],
    post_actions: [{ emit: 'made', payload: { a: '$result.id', b: [1, { c: '$name' }] }, when: ':n > 0' }],
    limits: { max_latency: '1 s', max_rows: 3, statements: ['insert', 'select'], max_error_rate: 0.2 },
    description: 'What it does */ -- $pg_ai$ é😀',
  },
  {
    language: 'plpgsql',
    code_template: "declare x text := {{a}}; begin return jsonb_build_object('x', x, 'b', {{b: text[]}}); end",
    input_schema: { properties: { a: { type: ['string', 'null'] } } },
    security: 'invoker',
  },
  {
    language: 'javascript',
    code_template: 'return { a: ctx.inputs.a, `é😀` };',
    input_schema: { properties: { a: {}, b: { default: 1.5 } } },
  },
  {
    steps: [
      {
        find: 'parity.t',
        where: { id: '$id' },
        as: 'found',
        required: true,
        message: 'no {id}',
        order_by: ['-id'],
        lock: true,
      },
      { find: 'parity.t', where: 'n > :id', as: 'all', many: true, limit: 5, columns: ['id', 'B b'] },
      { assert: ':found.n > 0', message: 'none left', code: 'none' },
      { set: { total: { sql: ':found.n + 1', type: 'numeric' }, doc: { a: '$id', b: ['$$x', null, 1.5] } } },
      {
        create: 'parity.t',
        values: { 'B b': { sql: ':found."B b"' }, n: { sql: ':total' } },
        as: 'made',
        when: ':id > 1',
      },
      { update: 'parity.t', key: { id: '$id' }, values: { n: 1 }, as: 'changed' },
      { upsert: 'parity.t', values: { id: 7, n: 2 } },
      { generate_token: 16, format: 'base64url', as: 'token' },
      { hash: '$token', algorithm: 'sha256', as: 'digest' },
      {
        checkpoint: 'part',
        steps: [{ delete: 'parity.t', key: { id: '$id' } }],
        errors: ['23503'],
        on_failure: [{ emit: 'failed', payload: { code: '$part.code' } }],
      },
      { call: 'parity helper', inputs: { a: '$token' }, as: 'helped' },
      { return: { id: '$made.id', doc: '$doc', in: '$inputs', who: '$actor', x: '$helped.x' } },
    ],
    input_schema: { properties: { id: { type: 'integer' } }, required: ['id'] },
    roles: ['ai_user', 'ai_admin'],
  },
  {
    code_template: 'select 1 as a; select :list as list, :doc as doc, :mood as mood',
    input_schema: {
      properties: {
        list: { type: 'array', items: { type: 'integer' }, maxItems: 3, uniqueItems: true },
        doc: { type: 'object', properties: { x: { type: 'number', multipleOf: 0.5 } }, additionalProperties: false },
        mood: { 'x-type': 'parity.mood', enum: ['a'] },
        secret: { type: 'string', protected: true },
        at: { type: 'string', format: 'date-time' },
      },
    },
    output_schema: { type: 'array', items: { type: 'object' } },
  },
];

const HOOKS: readonly Readonly<Record<string, Json>>[] = [
  {
    phase: 'pre',
    language: 'sql',
    code: 'select null::jsonb',
    condition: `inputs ? 'a'`,
    settings: { before_validation: true },
  },
  { phase: 'pre', language: 'plpgsql', code: 'begin return null; end' },
  { phase: 'post', function: 'parity.hook' },
  { phase: 'on_error', language: 'javascript', code: 'return null', settings: { timeout_ms: 5 } },
  { phase: 'post', function: 'parity.nowhere', settings: { only_named: true, other: 1 } },
];
const POLICIES: readonly { readonly kind: string; readonly definition: Json }[] = [
  { kind: 'access', definition: { roles: ['ai_user'], check: `inputs.n < 5 or actor = 'it''s'`, message: 'é😀' } },
  { kind: 'access', definition: { check: 'row.id = 1', filter: 'row.n > 1' } },
  { kind: 'rate_limit', definition: { limit: '5/10 min', key: 'actor || inputs.name' } },
  { kind: 'rate_limit', definition: { limit: '1000/day', per: 'address', count_refused: true } },
  { kind: 'input', definition: { fields: { name: { complexity: 'high', deny: ['*\\_%*'] }, n: { maximum: 7 } } } },
  {
    kind: 'data',
    definition: { fields: { id: { mask: { show_first: 1, clear_for: ['ai_admin'] } }, n: { returned: false } } },
  },
  { kind: 'data', definition: { fields: { id: { hash: 'bcrypt' } } } },
  { kind: 'limit', definition: { max_memory: '8 MB', max_latency: '20 ms' } },
];
const ODD: readonly Json[] = [
  null,
  true,
  0,
  -1.5,
  1e21,
  '',
  'x',
  '$nowhere',
  ':nowhere',
  '{{',
  'é😀\u2028',
  [],
  {},
  ['a'],
  { sql: 'now()' },
];

/** Small and repeatable: a failure names its seed. */
function random(seed: number) {
  let state = seed * 2654435761;
  const next = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % below;
  };
  const pick = <T>(items: readonly T[]): T => items[next(items.length)] as T;
  return { next, pick, chance: (percent: number) => next(100) < percent };
}
type Random = ReturnType<typeof random>;

/** The value with some of its parts gone, or other than they should be. */
function spoiled(r: Random, value: Json, percent: number): Json {
  if (r.chance(percent)) return r.pick(ODD);
  if (Array.isArray(value))
    return value.filter(() => !r.chance(percent)).map((part: Json) => spoiled(r, part, percent));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => !r.chance(percent))
      .map(([key, part]) => [r.chance(percent) ? `${key}_` : key, spoiled(r, part, percent)]),
  );
}

const JSONB = [
  'steps',
  'input_schema',
  'output_schema',
  'preconditions',
  'post_actions',
  'limits',
  'settings',
  'definition',
];
const literal = (column: string, value: Json): string => {
  if (value === null) return 'null';
  if (column === 'roles' && Array.isArray(value))
    return `array[${value.map((role) => pg.escapeLiteral(String(role))).join(', ')}]::text[]`;
  return pg.escapeLiteral(JSONB.includes(column) ? JSON.stringify(value) : String(value));
};
const insert = (table: string, row: Readonly<Record<string, Json>>): string =>
  `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.entries(row)
    .map(([column, value]) => literal(column, value))
    .join(', ')});`;

/** Rows as they are, without being compiled: wrong ones are wanted here. */
async function write(sql: string): Promise<void> {
  await database.query(`set check_function_bodies = off; ${sql} set check_function_bodies = on`);
}

async function bothHosts(name: string): Promise<{ database: string; node: string }> {
  const [row] = await database.query<{ input: string; output: string }>(
    `select i.input, ai_private.compile_text(i.input) as output
     from (select jsonb_build_object('action', ai_private.action_snapshot($1), 'fingerprint', 'f"''\\')::text as input) as i`,
    [name],
  );
  return { database: row?.output ?? '', node: compileText(row?.input ?? '') };
}

const seen = { right: 0, reasons: new Set<string>() };
async function compared(name: string): Promise<readonly { readonly severity: string }[]> {
  const both = await bothHosts(name);
  expect(both.database).toBe(both.node);
  const { diagnostics, functionName } = JSON.parse(both.node) as {
    diagnostics: { severity: string; reason: string }[];
    functionName: string | null;
  };
  if (functionName !== null) seen.right++;
  for (const { reason } of diagnostics) seen.reasons.add(reason.replaceAll(/"[^"]*"/g, '…').slice(0, 30));
  return diagnostics;
}

beforeAll(async () => {
  await database.query(
    `create schema parity; create type parity.mood as enum ('a', 'b''c');
     create table parity.t (id bigint generated by default as identity primary key, "B b" text, n numeric(12, 2) check (n >= 0));
     create function parity.hook(ctx jsonb) returns jsonb language sql as 'select null::jsonb'`,
  );
  await write(insert('ai.meta_actions', { action_name: 'parity helper', ...(SAMPLES[1] as Action) }));
});

describe('the compiler in the database and the one in Node print the same bytes', () => {
  test.each(SAMPLES.map((sample, i) => [i, sample] as const))(
    'for the action %i, which is right',
    async (i, sample) => {
      await write(insert('ai.meta_actions', { action_name: `right ${i}`, ...sample }));
      expect((await compared(`right ${i}`)).filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );

  test.each(SAMPLES.map((sample, i) => [i, sample] as const))(
    'for the action %i with all hooks and policies',
    async (i, sample) => {
      const name = `it's "${i}" 😀`;
      await write(
        [
          insert('ai.meta_actions', { action_name: name, ...sample }),
          ...HOOKS.map((hook, n) => insert('ai.hooks', { name: `h${i}_${n}`, action: name, ...hook })),
          ...POLICIES.map((policy, n) => insert('ai.policies', { name: `p${i}_${n}`, action: name, ...policy })),
        ].join('\n'),
      );
      await compared(name);
      // and with those alone that are right
      await write(
        `delete from ai.hooks where function = 'parity.nowhere'; delete from ai.policies where definition ? 'filter' or definition #> '{fields,id}' ? 'hash' or kind in ('input', 'rate_limit', 'access');`,
      );
      await compared(name);
    },
  );

  test.each(Array.from({ length: 120 }, (_, seed) => seed))('for the generated action %i', async (seed) => {
    const r = random(seed + 1);
    const name = `generated ${seed}`;
    const percent = r.pick([0, 1, 3, 8]);
    const row = Object.fromEntries(
      Object.entries(r.pick(SAMPLES)).map(([column, value]) => [
        column,
        JSONB.includes(column) ? spoiled(r, value, percent) : value,
      ]),
    );
    await write(
      [
        insert('ai.meta_actions', { action_name: name, ...row }),
        ...HOOKS.filter(() => r.chance(15)).map((hook, n) =>
          insert('ai.hooks', { name: `g${seed}_${n}`, action: name, ...hook }),
        ),
        ...POLICIES.filter(() => r.chance(8)).map(({ kind, definition }, n) =>
          insert('ai.policies', {
            name: `g${seed}_${n}`,
            action: name,
            kind,
            definition: spoiled(r, definition, percent) ?? {},
          }),
        ),
      ].join('\n'),
    );
    await compared(name);
  });
});

test('the generated actions are of every kind: right, and wrong in many ways', () => {
  expect(seen.right).toBeGreaterThan(20);
  expect(seen.reasons.size).toBeGreaterThan(25);
});
