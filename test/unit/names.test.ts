import fc from 'fast-check';
import { expect, test } from 'vitest';
import { functionNames, shortHash } from '../../src/compiler/names.ts';

const bytes = (text: string): number => Buffer.byteLength(text);

test('functions are named after schema, table and operation; public is left out', () => {
  expect(functionNames('public', 'users', 'create')).toMatchObject({
    typed: 'users__create',
    json: 'users__create__json',
  });
  expect(functionNames('shop', 'users', 'create')).toMatchObject({ typed: 'shop__users__create' });
  expect(functionNames('Shop', 'Order line', 'fetch')).toMatchObject({ typed: 'Shop__Order line__fetch' });
});

test.each([
  ['public', 'shop__users'],
  ['shop', '_users'],
  ['shop_', 'users'],
  ['public', 'x'.repeat(60)],
  ['public', '表'.repeat(20)],
  ['😀'.repeat(15), '😀'.repeat(15)],
])('%s.%s, which could be mistaken or is too long, gets a hash and fits', (schema, table) => {
  const { typed, json } = functionNames(schema, table, 'upsert');
  expect(typed).toMatch(/__upsert_[0-9a-f]{8}$/);
  expect(json).toBe(`${typed}__json`);
  expect(bytes(json)).toBeLessThanOrEqual(63);
  expect(json).not.toContain('\ufffd');
});

test('different tables never share a name, as long as hashes differ', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', '_', '__', 'a_', '_b', 'public', 'a__b'),
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(fc.tuple(name, name), fc.tuple(name, name), ([s1, t1], [s2, t2]) => {
      fc.pre(s1 !== s2 || t1 !== t2);
      return functionNames(s1, t1, 'create').json !== functionNames(s2, t2, 'create').json;
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('the hash is FNV-1a over UTF-8', () => {
  expect(shortHash('')).toBe('811c9dc5');
  expect(shortHash('foobar')).toBe('bf9cf968');
  expect(shortHash('日本😀')).toBe(shortHash('日本😀'));
});
