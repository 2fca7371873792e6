import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

test.each(['email.md', 'webhooks.md'])('the SQL in docs/%s runs as it stands', async (page) => {
  const text = readFileSync(join(projectRoot, 'docs', page), 'utf8');
  const examples = [...text.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = '']) => sql);
  expect(examples.length).toBeGreaterThan(0);
  for (const sql of examples) await database.query(sql);
});
