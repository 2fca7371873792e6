import { expect, test } from 'vitest';
import { register } from '../support/action.ts';
import { runCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

test('pg-ai describe shows actions with their inputs', async () => {
  await register(database, {
    action_name: 'greet',
    description: 'Says hello.',
    input_schema: { properties: { name: { type: 'string', maxLength: 9 } }, required: ['name'] },
    code_template: 'select :name as result',
  });
  for (const args of [['describe'], ['describe', '--action'], ['describe', '--action', 'greet']]) {
    const { stdout } = await runCli([...args, '--url', database.url]);
    expect(stdout).toContain('greet  Says hello.');
    expect(stdout).toContain('name  required  string, x-type text, maxLength 9');
    expect(stdout).toContain('function: ai_gen.greet__action');
  }
  const { stdout } = await runCli(['describe', '--action', 'greet', '--json', '--url', database.url]);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', language: 'sql', inputs: { required: ['name'] } });
});
