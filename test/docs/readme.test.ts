import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';
import { compilePending } from '../support/declare.ts';
import { runStep, stepsOf } from './session.ts';

const database = useDatabase();
const compilesHere = inject('server').javascript !== 'none';

/** What differs from run to run, as the page writes it. */
const normalised = (text: string, user: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+\+00:00/g, '2026-01-05T08:00:00+00:00').replaceAll(user, 'postgres');

test('the session in the README gives what the README says', async () => {
  const steps = stepsOf(readFileSync(join(projectRoot, 'README.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(6);
  const client = await database.client();
  await client.query(`set timezone = 'UTC'`);
  const user = (await client.query<{ name: string }>('select session_user as name')).rows[0]?.name ?? '';
  const printed: string[] = [];
  const expected: string[] = [];
  for (const step of steps) {
    const result = await runStep(client, step, async () => {
      // The page is written for a database that compiles by itself, where a wrong declaration is refused.
      if (!compilesHere) await compilePending(client, () => true);
    });
    const place = `README.md, line ${step.line}:\n`;
    // Where nothing follows a block, it must pass in silence.
    printed.push(place + normalised(result.printed, user));
    expected.push(place + (step.expected ?? ''));
  }
  expect(printed.join('\n')).toBe(expected.join('\n'));
});
