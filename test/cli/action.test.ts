import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { amend, execute } from '../support/action.ts';
import { runCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** `pg-ai action build`: a TypeScript file and what it imports become one action. */
const database = useDatabase();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pg-ai-action-'));
  writeFileSync(join(folder, 'money.ts'), 'export const twice = (sum: bigint): bigint => sum * 2n;\n');
  writeFileSync(
    join(folder, 'pay-out.ts'),
    `import type { Action } from 'pg-ai/hooks';\nimport { twice } from './money.ts';\n\nconst action: Action<{ sum: number }> = (ctx) => {\n  if (ctx.inputs.sum < 0) throw new Error('less than nothing');\n  return { sum: twice(BigInt(ctx.inputs.sum)) };\n};\nexport default action;\n`,
  );
  writeFileSync(
    join(folder, 'inputs.json'),
    '{"properties": {"sum": {"type": "integer", "maximum": "9007199254740993"}}, "required": ["sum"]}',
  );
  writeFileSync(join(folder, 'wrong.json'), '{"properties": }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (...more: string[]) => runCli(['action', 'build', join(folder, 'pay-out.ts'), ...more]);

test('prints one statement, and tells sizes', async () => {
  const built = await build('--inputs', join(folder, 'inputs.json'));
  expect([built.code, built.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^insert into ai\.meta_actions \(action_name, language, input_schema, code_template\)\nvalues \('pay_out', 'javascript', '{"properties".*', \$code\$[\s\S]*on conflict \(action_name\) do update set language = excluded\.language, input_schema = excluded\.input_schema, code_template = excluded\.code_template, steps = null;\n$/,
    ),
  ]);
  expect(built.stderr).toMatch(/pay_out: \d+ bytes of code, \d+ of source map, from 2 file\(s\)/);
});

test('a schema that is no JSON is refused', async () => {
  const built = await build('--outputs', join(folder, 'wrong.json'));
  expect([built.code, built.stderr]).toEqual([1, expect.stringContaining('wrong.json cannot be read as JSON')]);
});

describe('installed', () => {
  needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

  test('it runs, an error names the TypeScript line, and built again it keeps the rest of its row', async () => {
    const install = (...more: string[]) => build('--install', '--url', database.url, ...more);
    const built = await install('--inputs', join(folder, 'inputs.json'));
    expect([built.code, built.stdout]).toEqual([0, 'the action pay_out is registered\n']);
    expect(await execute(database, 'pay_out', { sum: 4 })).toEqual({ sum: 8 });
    const refused = await refusal(execute(database, 'pay_out', { sum: -1 }));
    expect(refused).toMatchObject({ code: 'PI315', message: 'less than nothing', detail: { line: 5 } });
    expect(refused.hint).toMatch(/pay-out\.ts, line 5\.$/);
    await amend(database, 'pay_out', { description: 'kept' });
    await install();
    expect(
      await database.query(`select description, input_schema #>> '{required,0}' as required from ai.meta_actions`),
    ).toEqual([{ description: 'kept', required: 'sum' }]);
  });
});
