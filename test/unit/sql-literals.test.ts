import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';

const folder = join(projectRoot, 'sql');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'));

/** PL/pgSQL reads a function's text under the session's settings, and '\' means another thing when standard_conforming_strings is off. */
test.each(files)('%s has no literal that a session could read differently: backslashes stand in E strings', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const tokens = text.match(/--[^\n]*|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/g) ?? [];
  expect(tokens.filter((token) => token.startsWith("'") && token.includes('\\'))).toEqual([]);
});
