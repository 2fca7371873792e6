import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Digits, parse, stringify } from '../../plv8/runtime/exact.ts';
import { guardLoops, TICK } from '../../plv8/runtime/guard.ts';
import { originOf } from '../../plv8/runtime/source-map.ts';

describe('JSON loses no digit', () => {
  test.each([
    ['1', 1],
    ['-0.5', -0.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9223372036854775808', -9223372036854775808n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['0.000000000000000123', 1.23e-16],
    ['1.100000000000000000', 1.1],
    ['"9007199254740993"', '9007199254740993'],
    ['"2026-01-05T08:00:00.123456+00:00"', '2026-01-05T08:00:00.123456+00:00'],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  test('a fraction that no number holds keeps its digits, and refuses to be calculated with', () => {
    const { a } = parse('{"a": 12345678901234567.89}') as { a: Digits };
    expect([a instanceof Digits, String(a), `${a}`, JSON.stringify({ a })]).toEqual([
      true,
      '12345678901234567.89',
      '12345678901234567.89',
      '{"a":"12345678901234567.89"}',
    ]);
    expect(() => (a as unknown as number) + 1).toThrow('more digits than a number holds');
    expect(() => (a as unknown as number) > 1).toThrow(TypeError);
    expect(stringify([a])).toBe('[12345678901234567.89]');
  });

  test('whatever PostgreSQL prints goes back the same', () => {
    const digits = fc
      .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.option(fc.stringMatching(/^[0-9]{0,30}[1-9]$/)))
      .map(([whole, fraction]) => (fraction === null ? String(whole) : `${whole}.${fraction}`));
    const json: fc.Arbitrary<string> = fc.letrec<{ value: string; list: string; object: string; leaf: string }>(
      (tie) => ({
        leaf: fc.oneof(
          digits,
          digits,
          fc
            .string({ unit: 'binary' })
            .filter((text) => !text.includes('\0'))
            .map((text) => JSON.stringify(text)),
          fc.constantFrom('null', 'true', '[]'),
        ),
        list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        object: fc
          .uniqueArray(tie('value'), { maxLength: 4 })
          .map((items) => `{${items.map((item, i) => `"k${i}":${item}`).join(',')}}`),
        value: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('list'), tie('object')),
      }),
    ).value;
    fc.assert(
      fc.property(json, (text) => {
        const expected = text.replace(/"(?:[^"\\]|\\.)*"|-0(?![.0-9])/g, (token) => (token === '-0' ? '0' : token));
        expect(stringify(parse(text))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a number that is none', { a: Number.NaN }, 'JSON has no number NaN (a)'],
    ['infinity', [Number.POSITIVE_INFINITY], 'JSON has no number Infinity (0)'],
    ['an invalid date', { at: new Date('x') }, 'an invalid Date (at)'],
    ['a NUL', { a: 'x\0' }, 'no text with a NUL'],
    ['nothing', undefined, 'a undefined is no JSON'],
    ['a function', () => 1, 'a function is no JSON'],
  ])('%s is an error and not null', (_, value, message) => {
    expect(() => stringify(value)).toThrow(message);
  });
});

describe('loops ask for the time', () => {
  const t = TICK;
  test.each([
    ['while (a) b', `while (${t}(),a) b`],
    ['while(a)b', `while(${t}(),a)b`],
    ['do { a } while (b)', `do { a } while (${t}(),b)`],
    ['for (;;) a', `for (;${t}(),true;) a`],
    ['for (let i = 0; i < 3; i++) a', `for (let i = 0; ${t}(),i < 3; i++) a`],
    ['for (let i = f(function () { x; y }); i; );', `for (let i = f(function () { x; y }); ${t}(),i; );`],
    ['for (const a of b) while (c) d', `for (const a of b) while (${t}(),c) d`],
    ['for (const a in b) c', 'for (const a in b) c'],
    ['a.while(b); a?.for(c); Symbol.for(d)', 'a.while(b); a?.for(c); Symbol.for(d)'],
    ['({ while: 1, for: 2 })', '({ while: 1, for: 2 })'],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that is read
      '"while (a)" + \'for (;;)\' + `while (${f(() => { while (x); })}) for(;;)`',
      `"while (a)" + 'for (;;)' + \`while (\${f(() => { while (${t}(),x); })}) for(;;)\``,
    ],
    ['/while (a)/.test(b) && c / d / e', '/while (a)/.test(b) && c / d / e'],
    ['if (a) /for (;;)/.test(b)', 'if (a) /for (;;)/.test(b)'],
    ['a++ / while_ / b; x = (a) / 2; y = a[0] / 2', 'a++ / while_ / b; x = (a) / 2; y = a[0] / 2'],
    ['if (a) { } /for (;;)/.test(b)', 'if (a) { } /for (;;)/.test(b)'],
    ['x = { a: 1 } / 2; while (y);', `x = { a: 1 } / 2; while (${t}(),y);`],
    ['// while (a)\n/* for (;;) */ while /* x */ (a) b', `// while (a)\n/* for (;;) */ while /* x */ (${t}(),a) b`],
    ['return /[/)]while (a)/g', 'return /[/)]while (a)/g'],
    ['while (a = b, c) d', `while (${t}(),a = b, c) d`],
    ['label: while (a) { continue label }', `label: while (${t}(),a) { continue label }`],
  ])('%s', (code, expected) => {
    expect(guardLoops(code)).toBe(expected);
    // a tick changes nothing else
    expect(guardLoops(code)?.replaceAll(`${t}(),true`, '').replaceAll(`${t}(),`, '')).toBe(code);
  });

  test.each(['while (a', 'a )', '`${', '"a', '/a', 'x = }'])('what cannot be read is left alone: %s', (code) => {
    expect(guardLoops(code)).toBeUndefined();
  });
});

test('a place in a bundle leads to the source', () => {
  // Line 3 of the bundle is line 7 of a.ts; line 4 has line 9 of b.ts from its fifth column on.
  const map = { version: 3, sources: ['a.ts', 'ü/b.ts'], names: [], mappings: ';;AAMA;ACEI,KAAA' };
  const code = `one\ntwo\nthree\nfour\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
  expect(originOf(code, { line: 3, column: 1 })).toEqual({ source: 'a.ts', line: 7 });
  expect(originOf(code, { line: 4, column: 2 })).toEqual({ source: 'ü/b.ts', line: 9 });
  expect(originOf(code, { line: 2, column: 1 })).toBeUndefined();
  expect(originOf('no map', { line: 1, column: 1 })).toBeUndefined();
});
