import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS, INPUT_ERRORS, TEXTS } from '../../src/errors/registry.ts';
import { projectRoot } from '../../src/project.ts';

const sources = (folder: string): string =>
  readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(sql|ts)$/.test(entry.name) && !entry.parentPath.endsWith('errors'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
const sql = sources('sql');
const typescript = sources('src') + sources('plv8');
const all = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''));

const known = [...ERRORS, ...TEXTS];
const raised = all(sql + typescript, /'(PI\d{3}(?:\.[a-z]+)*)'/g);
const messages = all(sql, /ai_private\.message\('([^']+)'/g);

test('every code that is raised is in the registry, and every code in the registry is raised', () => {
  const codes = new Set(known.map(({ code }) => code));
  const used = new Set(
    [...raised, ...[...messages].filter((code) => !code.startsWith('input.'))].map((code) =>
      code.replace(/\.hint$/, ''),
    ),
  );
  expect([...used].filter((code) => !codes.has(code))).toEqual([]);
  expect([...codes].filter((code) => !used.has(code))).toEqual([]);
});

test('every hint that is raised is in the registry', () => {
  const hints = new Set(known.filter(({ hint }) => hint !== undefined).map(({ code }) => `${code}.hint`));
  expect([...messages, ...raised].filter((code) => code.endsWith('.hint') && !hints.has(code))).toEqual([]);
});

test('every code of a single field is in the registry, and the other way round', () => {
  const codes = new Set(INPUT_ERRORS.map(({ code }) => code));
  const used = new Set([
    ...all(sql, /input_error\([^,]+, '([a-zA-Z]+)'/g),
    ...all(sql, /'code', '([a-zA-Z]+)'/g),
    ...all(/error_code constant text := case[\s\S]*?end;/.exec(sql)?.[0] ?? '', /(?:then|else) '([a-zA-Z]+)'/g),
    ...all(typescript, /add\(\s*'([a-zA-Z]+)'/g),
    ...all(typescript, /\bcode: '([a-zA-Z]+)'/g),
  ]);
  expect([...used].filter((code) => !codes.has(code))).toEqual([]);
  expect([...codes].filter((code) => !used.has(code))).toEqual([]);
});

test('no code stands twice', () => {
  for (const list of [known, INPUT_ERRORS]) expect(new Set(list.map(({ code }) => code)).size).toBe(list.length);
});

describe.each([...known, ...INPUT_ERRORS])('$code', ({ meaning, en, vi, hint }) => {
  const placeholders = (text: string) => [...all(text, /\{([a-zA-Z]+)\}/g)].sort();
  test('says the same with the same placeholders in every language', () => {
    expect(placeholders(vi)).toEqual(placeholders(en));
    expect(placeholders(hint?.vi ?? '')).toEqual(placeholders(hint?.en ?? ''));
    for (const text of [meaning, en, vi]) expect(text.trim()).not.toBe('');
  });
});
