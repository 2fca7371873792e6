import { expect, test } from 'vitest';
import { nearest, suggest } from '../../src/compiler/diagnostic.ts';

const columns = ['email', 'first_name', 'last_name', 'id', 'created_at'];

test.each([
  ['emial', 'email'],
  ['Email', 'email'],
  ['e-mail', 'email'],
  ['firstname', 'first_name'],
  ['last_nme', 'last_name'],
  ['create_at', 'created_at'],
  ['di', 'id'],
])('for %s it means %s', (written, meant) => {
  expect(suggest(written, columns)).toBe(`did you mean "${meant}"?`);
});

test.each(['telephone', 'x', '', 'constructor'])('for %s it lists what there is', (written) => {
  expect(suggest(written, columns.slice(0, 2))).toBe('use one of: email, first_name');
});

test('of two equally near ones the first by name, whatever their order', () => {
  expect(nearest('bat', ['cat', 'bar'])).toBe('bar');
  expect(nearest('bat', ['bar', 'cat'])).toBe('bar');
});
