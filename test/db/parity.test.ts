import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { compileText } from '../../plv8/compiler.ts';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

const database = useDatabase();
const quoted = pg.escapeIdentifier;

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

const names = [
  'a',
  'Mixed',
  'select',
  'quo"te',
  "apo'strophe",
  'line\nbreak',
  '日本',
  'ünï',
  '😀',
  'stacked',
  '_in',
  'given',
  '__proto__',
  'x y',
  'toString',
];
const types = [
  'integer',
  'text',
  'varchar(3)',
  'char(2)',
  'numeric(12,4)',
  'numeric',
  'boolean',
  'jsonb',
  'json',
  'uuid',
  'timestamptz',
  'bytea',
  'integer[]',
  'varchar(3)[]',
  'parity_mood',
  'parity_mood[]',
  'parity_pos',
  'parity_pair',
  'bit(3)',
  'int4range',
  'bigint',
  'double precision',
  'interval',
  'inet',
];
const values = [
  true,
  false,
  null,
  0,
  -1,
  1.5,
  1e-7,
  1e21,
  1e300,
  Number('12345678901234567890'),
  'text',
  '12',
  '-1.5',
  '',
  'é😀\u2028',
  [],
  {},
  ['a'],
  '*',
  'xmin',
  [null],
  { a: { b: [] } },
];
const words = [
  'type',
  'format',
  'minLength',
  'maxLength',
  'pattern',
  'enum',
  'const',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'multipleOf',
  'minItems',
  'uniqueItems',
  'protected',
  'title',
  'examples',
  'wrong',
  'minlength',
];
const keys = [
  'description',
  'roles',
  'security',
  'returns',
  'required',
  'optional',
  'fields',
  'hooks',
  'defaults',
  'key',
  'version',
  'requierd',
  '__proto__',
  '',
];

function declaration(r: ReturnType<typeof random>, columns: readonly string[]): string {
  if (r.chance(25)) {
    const [key = '', ...rest] = columns;
    const optional = rest.filter(() => r.chance(70));
    const operations = { create: { optional }, delete: { roles: ['ai_user'] }, upsert: { optional: '*' }, fetch: true };
    return `Về khách hàng 😀 @ai(${JSON.stringify({ operations, fields: { [key]: { description: 'é😀\u2028$pg_ai$' } } })}) và hết`;
  }
  const someColumns = () => columns.filter(() => r.chance(50));
  const rules = () => Object.fromEntries(words.filter(() => r.chance(15)).map((word) => [word, r.pick(values)]));
  const fields = () =>
    Object.fromEntries([...columns, 'nowhere'].filter(() => r.chance(30)).map((name) => [name, rules()]));
  const of: Record<string, () => unknown> = {
    description: () => r.pick(['What it does', 'é😀 */ $pg_ai$ -- \n x', 1]),
    roles: () => [r.pick(['ai_user', 'No Body'])],
    security: () => r.pick(['definer', 'invoker', 'other']),
    returns: () => r.pick<unknown>(['*', someColumns(), ['xmin', columns[0]]]),
    required: someColumns,
    optional: () => r.pick<unknown>(['*', '*', someColumns(), 'x']),
    fields,
    defaults: () => Object.fromEntries(someColumns().map((name) => [name, r.pick(values)])),
    key: () => r.pick([[columns[0]], someColumns()]),
    version: () => r.pick([columns[0], 'xmin', 'nowhere']),
  };
  const operation = () =>
    r.chance(20)
      ? r.pick<unknown>([true, true, null, 'x', 1])
      : Object.fromEntries(
          keys.filter(() => r.chance(25)).map((key) => [key, Object.hasOwn(of, key) ? of[key]?.() : r.pick(values)]),
        );
  const whole = {
    operations: Object.fromEntries(
      ['create', 'update', 'delete', 'upsert', 'fetch', 'create_']
        .filter((_, i) => r.chance(i === 5 ? 5 : 60))
        .map((kind) => [kind, operation()]),
    ),
    ...(r.chance(50) ? { fields: fields() } : {}),
    ...(r.chance(10) ? { colour: 'red' } : {}),
  };
  const text = JSON.stringify(whole, null, r.chance(30) ? 2 : 0);
  if (r.chance(8)) return text.slice(0, r.next(text.length));
  return r.chance(30) ? `Về khách hàng 😀 @ai(${text}) và hết` : text;
}

/** Runs both hosts on what the catalog says of a table. */
async function bothHosts(table: string): Promise<{ database: string; node: string }> {
  const [row] = await database.query<{ input: string; output: string }>(
    `select i.input, ai_private.compile_text(i.input) as output
       from (select jsonb_build_object('table', ai_private.catalog_snapshot($1::regclass), 'fingerprint', 'f"''\\')::text as input) as i`,
    [table],
  );
  return { database: row?.output ?? '', node: compileText(row?.input ?? '') };
}

beforeAll(async () => {
  // Wrong declarations are wanted here.
  await database.query(
    `alter event trigger pg_ai_on_ddl disable;
     create type parity_mood as enum ('a', 'b''c'); create domain parity_pos as integer check (value > 0); create type parity_pair as (a integer, "B b" text)`,
  );
});

describe('the compiler in the database and the one in Node print the same bytes', () => {
  test.each(Array.from({ length: 150 }, (_, seed) => seed))('for the generated table %i', async (seed) => {
    const r = random(seed + 1);
    const columns = [...new Set(Array.from({ length: 1 + r.next(8) }, () => r.pick(names)))];
    const table = `parity.${quoted(`${r.pick(names)} ${seed}`)}`;
    const definitions = columns.map((name, i) => {
      const type = i === 0 ? 'integer' : r.pick(types);
      const extra = r.pick([
        '',
        '',
        'not null',
        type === 'text' ? `default 'it''s\n\\'` : '',
        type === 'integer' ? `check (${quoted(name)} > 0)` : '',
      ]);
      return `${quoted(name)} ${type} ${extra}`;
    });
    const key = r.chance(80) ? `, primary key (${quoted(columns[0] ?? '')})` : '';
    await database.query(`create schema if not exists parity; create table ${table} (${definitions.join(', ')}${key})`);
    const client = await database.client();
    await client.query(`comment on table ${table} is ${pg.escapeLiteral(declaration(r, columns))}`);
    if (r.chance(40))
      await client.query(
        `comment on column ${table}.${quoted(columns.at(-1) ?? '')} is ${pg.escapeLiteral(r.pick(['{"minLength": 2}', '@ai({"protected": true})', '{"maxItems": "x", "minLength": -1}', 'words', '{"pattern": "["']))}`,
      );
    await client.end();
    const { database: inDatabase, node } = await bothHosts(table);
    expect(inDatabase).toBe(node);
  });

  const samples = join(projectRoot, 'test/golden');
  test.each(readdirSync(samples).filter((name) => /^[^.]+\.sql$/.test(name)))('for the golden %s', async (name) => {
    await database.query(readFileSync(join(samples, name), 'utf8').split('-- Calls and')[0] ?? '');
    const tables = await database.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = to_regnamespace($1)`,
      [quoted(name.replace('.sql', ''))],
    );
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      const { database: inDatabase, node } = await bothHosts(table.name);
      expect(inDatabase).toBe(node);
    }
  });
});

test('the generated declarations are of every kind: right, wrong in many ways, unreadable', async () => {
  const tables = await database.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'parity'::regnamespace`,
  );
  let [right, wrong] = [0, 0];
  const reasons = new Set<string>();
  for (const { name } of tables) {
    const { diagnostics, operations } = JSON.parse((await bothHosts(name)).node) as {
      diagnostics: { reason: string }[];
      operations: unknown[];
    };
    if (operations.length > 0) right++;
    if (diagnostics.length > 0) wrong++;
    for (const { reason } of diagnostics) reasons.add(reason.replaceAll(/"[^"]*"/g, '…').slice(0, 30));
  }
  expect(right).toBeGreaterThan(5);
  expect(wrong).toBeGreaterThan(50);
  expect(reasons.size).toBeGreaterThan(15);
});
