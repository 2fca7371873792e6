import { beforeAll, expect, test } from 'vitest';
import { execute, mistakes, register } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';

/** A mail after an action: an event that waits for the worker's mailer, once the transaction has committed. */
const database = useDatabase();

beforeAll(async () => {
  await database.query(
    `insert into ai.email_templates (name, locale, subject, body_text, variables) values
       ('welcome', 'en', 'Hello {{name}}', 'Your code: {{code}}', '{"name": {"type": "string"}, "code": {"type": "integer"}}')`,
  );
  await register(database, {
    action_name: 'greet',
    code_template: 'select {{email}} as email, 42 as code',
    input_schema: {
      properties: { email: { type: 'string' }, name: { type: 'string', default: 'you' } },
      required: ['email'],
    },
    output_schema: { type: 'object', properties: { email: { type: 'string' }, code: { type: 'integer' } } },
    post_actions: [
      {
        send_email: 'welcome',
        to: '$result.email',
        variables: { name: '$name', code: '$result.code' },
        locale: 'en',
        when: `:name <> 'nobody'`,
      },
    ],
  });
});

const queued = () =>
  database.query(`select payload, action, topic from ai.event_log where topic like '%mail%' order by id`);

test('is queued with the template’s variables, and named as the action’s', async () => {
  expect(await execute(database, 'greet', { email: 'lan@example.com', name: 'Lan' })).toEqual({
    email: 'lan@example.com',
    code: 42,
  });
  expect(await queued()).toEqual([
    {
      action: 'greet',
      topic: expect.any(String),
      payload: expect.objectContaining({ template: 'welcome', variables: { name: 'Lan', code: 42 } }),
    },
  ]);
  const [taken] = await database.query<{ ids: string[] }>(
    `select t.ids from ai_private.take_events('{email}', 100) as t`,
  );
  expect(taken?.ids).toHaveLength(1);
});

test('is not where "when" says no, where the action fails, and in a dry run', async () => {
  await execute(database, 'greet', { email: 'lan@example.com', name: 'nobody' });
  await execute(database, 'greet', { email: 'lan@example.com' }, { dry_run: true });
  expect((await refusal(execute(database, 'greet', { email: 'no address' }))).code).toBe('PI413');
  expect(await queued()).toHaveLength(1);
});

test('needs a recipient', async () => {
  const refused = await refusal(
    register(database, {
      action_name: 'nobody',
      code_template: 'select 1',
      post_actions: [{ send_email: 'welcome', to: '$nowhere' }],
    }),
  );
  expect(mistakes(refused.detail)).toEqual([expect.stringContaining('post_actions[0].to')]);
});
