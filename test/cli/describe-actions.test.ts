import { expect, test } from 'vitest';
import { register } from '../support/action.ts';
import { runCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

const database = useDatabase();

test('pg-ai describe shows actions with their inputs', async () => {
  await register(database, {
    action_name: 'greet',
    description: 'Says hello.',
    input_schema: { properties: { name: { type: 'string', maxLength: 9 } }, required: ['name'] },
    code_template: 'select :name as result',
  });
  await declare(
    database,
    `insert into ai.policies (name, action, kind, definition) values ('often', 'greet', 'rate_limit', '{"limit": "9/min"}'), ('short', 'greet', 'limit', '{"max_latency": "1 s"}');
     insert into ai.hooks (name, action, phase, language, code) values ('tidy', 'greet', 'pre', 'sql', 'select null::jsonb')`,
  );
  for (const args of [['describe'], ['describe', '--action'], ['describe', '--action', 'greet']]) {
    const { stdout } = await runCli([...args, '--url', database.url]);
    expect(stdout).toContain('greet  Says hello.');
    expect(stdout).toContain('name  required  string, x-type text, maxLength 9');
    expect(stdout).toContain('function: ai_gen.greet__action');
    expect(stdout).toContain('policies: often (rate_limit), short (limit)');
    expect(stdout).toContain('hooks: tidy (pre)');
  }
  const { stdout } = await runCli(['describe', '--action', 'greet', '--json', '--url', database.url]);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', language: 'sql', inputs: { required: ['name'] } });
});
