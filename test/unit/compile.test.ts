import { describe, expect, test } from 'vitest';
import type { ColumnSnapshot, TableSnapshot, TypeSnapshot } from '../../src/compiler/catalog.ts';
import { type Compiled, compile } from '../../src/compiler/compile.ts';

const type = (name: string, more: Partial<TypeSnapshot> = {}): TypeSnapshot => ({
  name,
  kind: 'b',
  category: 'S',
  ...more,
});
const column = (name: string, base: TypeSnapshot, more: Partial<ColumnSnapshot> = {}): ColumnSnapshot => ({
  name,
  type: base.name,
  base,
  notNull: false,
  ...more,
});

const users = (comment: unknown, more: Partial<TableSnapshot> = {}): TableSnapshot => ({
  schema: 'shop',
  name: 'users',
  qualified: 'shop.users',
  kind: 'r',
  serverVersion: 18,
  comment: JSON.stringify(comment),
  rowSecurity: false,
  schemas: ['ext'],
  columns: [
    column('id', type('bigint'), { notNull: true, default: "nextval('shop.ids'::regclass)", sequences: ['shop.ids'] }),
    column('email', type('text'), { notNull: true }),
    column('mood', type('shop2.mood', { kind: 'e', labels: ['sad', 'ok'], schemas: ['shop2'] })),
    column('secret', type('text'), { comment: '{"protected": true}' }),
    column('balance', type('numeric', { precision: 6, scale: 2 })),
    column(
      'tags',
      type('character varying[]', { kind: 'a', category: 'A', element: type('character varying', { length: 3 }) }),
    ),
    column('doc', type('jsonb', { category: 'U' }), { notNull: true, default: "'{}'::jsonb" }),
  ],
  constraints: [],
  uniqueIndexes: [{ name: 'users_pkey', primary: true, columns: ['id'] }],
  ...more,
});
const compiled = (comment: unknown, more?: Partial<TableSnapshot>): Compiled => {
  const result = compile({ table: users(comment, more), fingerprint: 'f' });
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return result;
};
/** Privileges as GRANTs say them. */
const granted = (comment: unknown): string[] =>
  compiled(comment).privileges.map(
    ({ on, name, privilege, columns }) =>
      `${privilege}${columns === undefined ? '' : ` (${columns.join(', ')})`} on ${on} ${name}`,
  );

describe('privileges are exactly what the operations need', () => {
  test('fetch reads what it returns and the key', () => {
    expect(granted({ operations: { fetch: { returns: ['email'] } } })).toEqual([
      'usage on schema ext',
      'usage on schema shop',
      'select (id, email) on table shop.users',
    ]);
  });

  test('create writes its inputs and reads what may be seen', () => {
    expect(granted({ operations: { create: { optional: ['secret', 'mood'] } } })).toEqual([
      'usage on schema ext',
      'usage on schema shop',
      'usage on schema shop2',
      'usage on sequence shop.ids',
      'select (id, email, mood, balance, tags, doc) on table shop.users',
      'insert (email, mood, secret) on table shop.users',
    ]);
  });

  test('a protected field is read only where an update keeps its old value', () => {
    const grants = granted({ operations: { update: { optional: ['secret'] }, delete: true } });
    expect(grants).toContain('update (secret) on table shop.users');
    expect(grants).toContain('select (id, email, mood, secret, balance, tags, doc) on table shop.users');
    expect(grants).toContain('delete on table shop.users');
  });

  test('nothing for operations that run with their caller’s rights', () => {
    expect(granted({ operations: { create: { security: 'invoker' } } })).toEqual([]);
  });
});

describe('the described inputs', () => {
  const properties = (comment: unknown) =>
    (compiled(comment).operations[0]?.inputSchema as { properties: Record<string, object>; required: string[] }) ?? {};

  test('say what types, modifiers and rules say', () => {
    const { properties: said, required } = properties({
      fields: {
        email: { format: 'email', maxLength: 40, description: 'Where to write', examples: ['a@b.c'] },
        id: { minimum: '9007199254740993' },
        mood: { enum: ['ok'] },
      },
      operations: { create: { optional: '*', defaults: { mood: 'ok' } } },
    });
    expect(required).toEqual(['email']);
    expect(said.id).toMatchObject({ type: ['integer', 'string'], minimum: Number('9007199254740993') });
    expect(said.email).toMatchObject({ type: 'string', format: 'email', maxLength: 40, description: 'Where to write' });
    expect(said.mood).toMatchObject({ type: ['string', 'null'], enum: ['ok', null], 'x-default': expect.any(String) });
    expect(said.secret).toMatchObject({ writeOnly: true });
    expect(said.balance).toMatchObject({ multipleOf: 0.01, maximum: 9999.99 });
    expect(said.tags).toMatchObject({ type: ['array', 'null'], items: { type: ['string', 'null'], maxLength: 3 } });
    expect(said.doc).toMatchObject({ type: ['string', 'number', 'boolean', 'object', 'array'] });
  });
});

test('the same input gives the same output, and what depends on nothing else changes nothing else', () => {
  const comment = { operations: { create: { optional: '*' }, fetch: true } };
  expect(JSON.stringify(compiled(comment))).toBe(JSON.stringify(compiled(comment)));
  const [create, fetch] = compiled(comment).operations;
  const other = compiled({ operations: { ...comment.operations, create: { optional: ['mood'] } } }).operations;
  expect(other[1]).toEqual(fetch);
  expect(other[0]?.jsonFunction).not.toBe(create?.jsonFunction);
});

test('PostgreSQL 18 returns the old row with the statement; older versions lock and read it first', () => {
  const comment = { operations: { update: { optional: '*' } } };
  const text = (serverVersion: number) => compiled(comment, { serverVersion }).operations[0]?.jsonFunction ?? '';
  expect(text(18)).toContain('returning with (old as o, new as n)');
  expect(text(17)).not.toContain('returning with (old');
  expect(text(17)).toContain('for no key update');
});

test('hot functions hold no dynamic SQL and no names without a schema', () => {
  for (const { jsonFunction } of compiled({
    operations: {
      create: { optional: '*' },
      update: { optional: '*' },
      upsert: { optional: '*' },
      delete: true,
      fetch: true,
    },
  }).operations) {
    expect(jsonFunction).not.toMatch(/^\s*execute\b/im);
    expect(jsonFunction).toMatch(/set search_path = pg_catalog, pg_temp/);
  }
});
