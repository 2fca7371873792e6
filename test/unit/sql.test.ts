import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comment, dollarQuoted, ident, indent, literal, textArray } from '../../src/compiler/emit/sql.ts';

/** Reads a quoted piece of SQL back, as PostgreSQL's lexer does. */
const read = (sql: string): string => {
  if (sql.startsWith('E')) {
    return sql
      .slice(2, -1)
      .replaceAll(/''|\\(.)/g, (pair, escaped) =>
        pair === "''" ? "'" : ({ n: '\n', r: '\r' }[escaped as string] ?? escaped),
      );
  }
  const quote = sql.charAt(0);
  return quote === '"' || quote === "'" ? sql.slice(1, -1).replaceAll(quote + quote, quote) : sql;
};
const hostile = fc.string({
  unit: fc.constantFrom(...`'"\\$-*/ \n\r\t;ab_Ae%{}日😀`, '$pg_ai$', '$pg_ai', '--', '/*', "''"),
});

test('literals and names come back as they were, on one line', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(read(literal(text))).toBe(text);
      expect(literal(text)).not.toContain('\n');
      if (text !== '') expect(read(ident(text))).toBe(text);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test.each(['select', 'user', 'Mixed', 'a b', '1a', 'é', 'into', 'strict', 'a$b'])('%s is quoted', (name) => {
  expect(ident(name)).toBe(`"${name}"`);
});

test('plain names stay plain', () => {
  for (const name of ['users', '_x', 'a1', 'name_of']) expect(ident(name)).toBe(name);
});

test('text arrays quote what arrays read', () => {
  expect(textArray(['a', 'b"c', "d'e", 'f\\g', 'NULL', ''])).toBe(
    String.raw`E'{"a","b\\"c","d''e","f\\\\g","NULL",""}'::text[]`,
  );
});

describe('dollar quotes', () => {
  test('take a tag that the body does not hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('$pg_ai$', '$pg_ai', '$pg_ai_1$', '$pg_ai_1', '$', '$$', 'x', '\n')),
        (parts) => {
          const body = parts.join('');
          const quoted = dollarQuoted(body);
          const tag = /^\$[a-z_0-9]+\$/.exec(quoted)?.[0] ?? '';
          expect(quoted.slice(tag.length, -tag.length)).toBe(`\n${body}\n`);
          expect(quoted.indexOf(tag, tag.length)).toBe(quoted.length - tag.length);
        },
      ),
      { seed: 4 },
    );
  });
});

describe('indent', () => {
  test('never reaches into names and literals', () => {
    expect(indent(`a := 'x\ny' || "p\n q";\nb;`)).toBe(`  a := 'x\ny' || "p\n q";\n  b;`);
  });

  test('is not misled by quotes in comments, nor by dashes in names', () => {
    expect(indent(`-- the table's\nb "--'" c\nd`)).toBe(`  -- the table's\n  b "--'" c\n  d`);
  });
});

test('comments end at no line end', () => {
  expect(comment('a\nb\r\nc\rd')).toBe('-- a\n-- b\n-- c\n-- d');
});
