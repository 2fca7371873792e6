import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** `pg-ai hook build`: a TypeScript file and what it imports become one hook, whose errors name the TypeScript line. */
const database = useDatabase();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pg-ai-hook-'));
  writeFileSync(
    join(folder, 'rules.ts'),
    `// a line of its own\nexport interface Signup { readonly email: string }\n\nexport const check = (email: string): void => {\n  if (email.endsWith('.example')) throw new Refusal('PI350', 'no examples', { email });\n};\n`,
  );
  writeFileSync(
    join(folder, 'sign-up.ts'),
    `import { check, type Signup } from './rules.ts';\n\nlet calls = 0;\nexport default (ctx: { inputs: Signup }) => {\n  calls++;\n  const email = ctx.inputs.email.trim().toLowerCase();\n  check(email);\n  return { inputs: { email, calls } };\n};\n`,
  );
  writeFileSync(join(folder, 'wrong.ts'), 'export default () => {\n  const a = ;\n};\n');
  writeFileSync(join(folder, 'nothing.ts'), 'export const hook = 1;\n');
  writeFileSync(
    join(folder, 'node.ts'),
    `import { readFileSync } from 'node:fs';\nexport default () => readFileSync('x');\n`,
  );
  writeFileSync(
    join(folder, 'early.ts'),
    `type Codes = {\n  readonly list: readonly string[];\n};\nconst codes = undefined as unknown as Codes;\nconst first = codes.list[0];\nexport default () => ({ inputs: { email: first } });\n`,
  );
  writeFileSync(join(folder, 'timer.ts'), 'export default () => { setTimeout(() => {}, 1); };\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (file: string, ...more: string[]) => runCli(['hook', 'build', join(folder, file), ...more]);

test('prints one statement, and tells sizes', async () => {
  const built = await build('sign-up.ts', '--table', 'public.users', '--operation', 'create', '--timeout-ms', '50');
  expect([built.code, built.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^insert into ai\.hooks \(name, relation, operation, phase, language, settings, code\)\nvalues \('sign_up', 'public\.users'::regclass, 'create', 'pre', 'javascript', '{"timeout_ms":50}', \$code\$/,
    ),
  ]);
  expect(built.stderr).toMatch(/sign_up: \d+ bytes of code, \d+ of source map, from 2 file\(s\)/);
  const { stdout } = await build('sign-up.ts', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'sign_up',
    installed: false,
    sources: [{ bytes: expect.any(Number) }, {}],
  });
});

test.each([
  ['wrong.ts', 'wrong.ts:2:12: ERROR: Unexpected ";"'],
  ['nothing.ts', 'it has no default export'],
  ['node.ts', 'Could not resolve "node:fs": code in the database has no modules of Node'],
  ['missing.ts', 'Could not resolve'],
])('%s is refused', async (file, message) => {
  const built = await build(file);
  expect([built.code, built.stderr]).toEqual([1, expect.stringContaining(message)]);
});

test.each(['--position', '--timeout-ms'])('%s that is no number is told', async (option) => {
  const built = await build('sign-up.ts', option, 'soon');
  expect([built.code, built.stdout, built.stderr]).toEqual([
    2,
    '',
    expect.stringContaining('"soon" is no number of this kind'),
  ]);
});

test('what the database does not have is warned of', async () => {
  expect((await build('timer.ts')).stderr).toContain('warning: setTimeout is not there in the database');
});

describe('installed', () => {
  needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

  test('it runs, is evaluated once, and an error names the TypeScript line', async () => {
    await database.query(
      `create table users (id integer generated always as identity primary key, email text not null, calls integer);
       comment on table users is '{"operations": {"create": {"optional": ["calls"]}}}'`,
    );
    for (const _ of [1, 2]) {
      const built = await build('sign-up.ts', '--table', 'users', '--install', '--url', database.url);
      expect([built.code, built.stdout]).toEqual([0, 'the hook sign_up is registered\n']);
    }
    expect(await mutate(database, 'create', 'users', { email: ' A@b.de ' })).toMatchObject({
      email: 'a@b.de',
      calls: 1,
    });
    expect(await mutate(database, 'create', 'users', { email: ' A@b.de ' })).toMatchObject({ calls: 2 });
    const refused = await refusal(mutate(database, 'create', 'users', { email: 'a@b.example' }));
    expect(refused).toMatchObject({
      code: 'PI350',
      message: 'no examples',
      detail: { line: 5, detail: { email: 'a@b.example' } },
    });
    expect(refused.detail.source).toBe('rules.ts');
    expect(refused.hint).toBe('Refused by the hook "sign_up", rules.ts, line 5.');
    // what a module does by itself, before there is a hook
    await build('early.ts', '--name', 'sign_up', '--table', 'users', '--install', '--url', database.url);
    const early = await refusal(mutate(database, 'create', 'users', { email: 'a@b.de' }));
    expect([early.code, early.hint]).toEqual(['PI301', 'Refused by the hook "sign_up", early.ts, line 5.']);
  });
});
