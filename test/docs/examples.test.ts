import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';
import { compilePending, compilePendingActions, rowsOf } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';
import { runStep, stepsOf } from './session.ts';

const database = useDatabase();
const pageOf = (name: string): string => readFileSync(join(projectRoot, 'docs', name), 'utf8');

test.each(['email.md', 'webhooks.md'])('the SQL in docs/%s runs as it stands', async (page) => {
  const examples = stepsOf(pageOf(page));
  expect(examples.length).toBeGreaterThan(0);
  for (const { sql } of examples) await database.query(sql);
});

test.each(['actions.md', 'javascript.md'])('docs/%s can be pasted, and gives what it says', async (page) => {
  const client = await database.client();
  const examples = stepsOf(pageOf(page));
  expect(examples.length).toBeGreaterThan(0);
  for (const step of examples) {
    const { printed, failed } = await runStep(client, step, async () => {
      await compilePending(client);
      await compilePendingActions(client);
    });
    const place = `docs/${page}, line ${step.line}`;
    if (inject('server').javascript === 'none' && step.sql.includes(`'javascript'`)) {
      expect(failed, place).toBe(true);
      continue;
    }
    if (step.expected !== undefined) expect(printed, place).toBe(step.expected);
    expect(failed, `${place}:\n${printed}`).toBe(false);
  }
});

describe('in JavaScript', () => {
  needs(inject('server').javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

  test('the transfer in docs/actions.md neither loses nor takes money', async () => {
    const balances = () => rowsOf(database, 'select id::int, balance::text from shop.account order by id');
    const before = await balances();
    const transfer = (inputs: object) => refusal(database.query(`select ai.execute_action('transfer', $1)`, [inputs]));
    expect((await transfer({ from: 1, to: 99, amount: 1 })).code).toBe('PI351');
    expect((await transfer({ from: 99, to: 1, amount: 1 })).code).toBe('PI351');
    expect((await transfer({ from: 1, to: 2, amount: -1 })).fields).toEqual(['amount:exclusiveMinimum']);
    expect((await transfer({ from: 2, to: 1, amount: 1000 })).code).toBe('PI350');
    expect(await balances()).toEqual(before);
  });
});
