import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';

/** What ai.hooks, ai.policies and ai.meta_actions cannot hold is told in words, not by the name of a CHECK. */
const database = useDatabase();

type Mistake = { readonly path: string; readonly reason: string; readonly suggestion: string };
type Case = { readonly breaks: string; readonly row: Record<string, unknown>; readonly told: readonly Mistake[] };

const hook = { name: 'h', phase: 'pre', function: 'app.f' };
const policy = { name: 'p', kind: 'access', definition: {} };
const action = { action_name: 'a', code_template: 'select 1' };

const plain = 'does not do for a name: a small letter, then at most 39 small letters, digits and underscores';
const operations = 'create, update, delete, upsert, fetch';
const unknown = (path: string, value: string, suggestion: string): Mistake => ({
  path,
  reason: `"${value}" is not known`,
  suggestion,
});

const cases: Record<string, readonly Case[]> = {
  hooks: [
    {
      breaks: 'hooks_name_plain',
      row: { ...hook, name: 'Check the E-mail!' },
      told: [
        {
          path: 'hook Check the E-mail!: name',
          reason: `"Check the E-mail!" ${plain}`,
          suggestion: 'such as check_the_e_mail',
        },
      ],
    },
    {
      breaks: 'hooks_name_plain',
      row: { ...hook, name: 'thư' },
      told: [{ path: 'hook thư: name', reason: `"thư" ${plain}`, suggestion: 'such as th' }],
    },
    {
      breaks: 'hooks_name_plain',
      row: { ...hook, name: '' },
      told: [{ path: 'hook : name', reason: `"" ${plain}`, suggestion: 'such as normalise_email' }],
    },
    {
      breaks: 'hooks_operation_known',
      row: { ...hook, operation: 'read' },
      told: [unknown('hook h: operation', 'read', `use one of: ${operations}`)],
    },
    {
      breaks: 'hooks_phase_known',
      row: { ...hook, phase: 'Post' },
      told: [unknown('hook h: phase', 'Post', 'did you mean "post"?')],
    },
    {
      breaks: 'hooks_language_known',
      row: { ...hook, function: null, code: 'x', language: 'plv8' },
      told: [unknown('hook h: language', 'plv8', 'use one of: sql, plpgsql, javascript')],
    },
    {
      breaks: 'hooks_on_table_or_action',
      row: { ...hook, action: 'a', operation: 'create' },
      told: [
        {
          path: 'hook h: action',
          reason: 'a hook is about an action, or about tables and their operations',
          suggestion: 'leave out the action, or relation and operation',
        },
      ],
    },
    {
      breaks: 'hooks_function_or_code',
      row: { ...hook, code: 'x', language: 'sql' },
      told: [
        {
          path: 'hook h: function',
          reason: 'a hook is a function or code, and this is both',
          suggestion: 'leave out the one or the other',
        },
      ],
    },
    {
      breaks: 'hooks_function_or_code',
      row: { ...hook, function: null },
      told: [
        {
          path: 'hook h: function',
          reason: 'a hook is a function or code, and this is neither',
          suggestion: 'the name of a function (ctx jsonb) returns jsonb with its schema, or code and its language',
        },
      ],
    },
    {
      breaks: 'hooks_function_or_code',
      row: { ...hook, function: null, code: 'x' },
      told: [
        {
          path: 'hook h: language',
          reason: 'code is in a language',
          suggestion: 'use one of: sql, plpgsql, javascript',
        },
      ],
    },
    {
      breaks: 'hooks_function_or_code',
      row: { ...hook, language: 'sql' },
      told: [{ path: 'hook h: language', reason: 'a function has its language by itself', suggestion: 'leave it out' }],
    },
  ],
  policies: [
    {
      breaks: 'policies_name_plain',
      row: { ...policy, name: '2-fold' },
      told: [{ path: 'policy 2-fold: name', reason: `"2-fold" ${plain}`, suggestion: 'such as fold' }],
    },
    {
      breaks: 'policies_operation_known',
      row: { ...policy, operation: 'updat' },
      told: [unknown('policy p: operation', 'updat', 'did you mean "update"?')],
    },
    {
      breaks: 'policies_kind_known',
      row: { ...policy, kind: 'mask' },
      told: [unknown('policy p: kind', 'mask', 'use one of: access, rate_limit, input, data, limit')],
    },
    {
      breaks: 'policies_on_table_or_action',
      row: { ...policy, action: 'a', relation: 'ai.policies' },
      told: [
        {
          path: 'policy p: action',
          reason: 'a policy is about an action, or about tables and their operations',
          suggestion: 'leave out the action, or relation and operation',
        },
      ],
    },
  ],
  meta_actions: [
    {
      breaks: 'meta_actions_name_fits',
      row: { ...action, action_name: 'a\nb' },
      told: [
        {
          path: 'action a\nb: action_name',
          reason: 'a name has 1 to 100 characters, and no control characters among them',
          suggestion: 'such as user_signup',
        },
      ],
    },
    {
      breaks: 'meta_actions_language_known',
      row: { ...action, language: 'js' },
      told: [unknown('action a: language', 'js', 'use one of: sql, plpgsql, javascript, steps')],
    },
    {
      breaks: 'meta_actions_security_known',
      row: { ...action, security: 'define' },
      told: [unknown('action a: security', 'define', 'did you mean "definer"?')],
    },
  ],
};
const rows: Record<string, Record<string, unknown>> = { hooks: hook, policies: policy, meta_actions: action };

async function told(table: string, row: Record<string, unknown>): Promise<unknown> {
  const columns = Object.keys(row);
  const refused = await refusal(
    database.query(
      `insert into ai.${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    ),
  );
  expect(refused.code).toBe('PI007');
  return refused.detail.errors;
}

describe.each(Object.keys(cases))('ai.%s', (table) => {
  test('has a case here for each of its CHECKs', async () => {
    const found = await database.query<{ conname: string }>(
      `select conname from pg_constraint where conrelid = 'ai.${table}'::regclass and contype = 'c' order by conname`,
    );
    expect(found.map(({ conname }) => conname)).toEqual([...new Set(cases[table]?.map(({ breaks }) => breaks))].sort());
  });

  test.each(cases[table] ?? [])('tells what breaks $breaks', async ({ row, told: wanted }) => {
    expect(await told(table, row)).toEqual(wanted);
  });

  test('tells of each column that is null and must not be', async () => {
    const columns = await database.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'ai.${table}'::regclass and attnum > 0 and attnotnull and attname <> all ('{registered_by,changed_at}') order by attnum`,
    );
    for (const { name } of columns) {
      expect(await told(table, { ...rows[table], [name]: null })).toContainEqual({
        path: expect.stringMatching(new RegExp(`: ${name}$`)),
        reason: 'null is no value for it',
        suggestion: expect.any(String),
      });
    }
  });
});

test('all that is wrong with a row is told at once, and an update is no way around', async () => {
  expect(await told('hooks', { name: 'No Name', phase: null, code: 'x' })).toEqual([
    {
      path: 'hook No Name: phase',
      reason: 'null is no value for it',
      suggestion: 'use one of: pre, post, post_commit, on_error',
    },
    { path: 'hook No Name: name', reason: `"No Name" ${plain}`, suggestion: 'such as no_name' },
    {
      path: 'hook No Name: language',
      reason: 'code is in a language',
      suggestion: 'use one of: sql, plpgsql, javascript',
    },
  ]);
  await database.query(
    `insert into ai.meta_actions (action_name, code_template, registered_by) values ('a', 'select 1 as result', null)`,
  );
  const refused = await refusal(database.query(`update ai.meta_actions set security = 'root'`));
  expect([refused.code, refused.message]).toEqual(['PI007', expect.stringContaining('use one of: definer, invoker')]);
});
