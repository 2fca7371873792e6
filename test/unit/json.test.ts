import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findClosing, findJsonMistake } from '../../src/compiler/json.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('findJsonMistake', () => {
  test.each([
    ['{"a": 1,}', 1, 9, 'a comma before the end is not allowed'],
    ['{"a" 1}', 1, 6, 'expected ":"'],
    ["{'a': 1}", 1, 2, 'expected a string in double quotes'],
    ['[1 2]', 1, 4, 'expected "," or "]"'],
    ['{\n  "a": tru\n}', 2, 8, 'expected a value (a string, number, object, array, true, false or null)'],
    ['{} x', 1, 4, 'expected nothing more'],
    ['{"a": "b', 1, 7, 'expected a string in double quotes'],
    ['{"a": 01}', 1, 8, 'expected "," or "}"'],
    ['', 1, 1, 'expected a value (a string, number, object, array, true, false or null)'],
  ])('%j', (text, line, column, reason) => {
    expect(findJsonMistake(text)).toEqual({ line, column, reason });
  });

  test('agrees with JSON.parse about any text', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'{}[]",:0123-+.eEtruefalsn\\u \n\t\u0000\u2028') }),
      // JSON with one character changed
      fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:\\ x')).map(([json, at, c]) => {
        const i = at % (json.length + 1);
        return json.slice(0, i) + c + json.slice(i + 1);
      }),
    );
    fc.assert(
      fc.property(text, (candidate) => parses(candidate) === (findJsonMistake(candidate) === undefined)),
      { seed: 2, numRuns: 5000 },
    );
  });
});

test.each([
  ['(a)', 2],
  ['({"x": ")"})', 11],
  ['({"x": "\\")"})', 13],
  ['([)', -1],
  ['({"x": ")', -1],
])('findClosing of %j', (text, close) => {
  expect(findClosing(text, 0)).toBe(close);
});
