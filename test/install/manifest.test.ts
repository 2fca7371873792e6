import { expect, test } from 'vitest';
import { difference, expectedBodies, functionBodies, introspect } from '../../src/install/manifest.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

test('a fresh installation is what sql/manifest.txt says', async () => {
  const lines = await introspect(await database.client());
  const header = '# A fresh installation. Written by: npx vitest run test/install/manifest.test.ts -u';
  await expect(`${[header, ...lines].join('\n')}\n`).toMatchFileSnapshot('../../sql/manifest.txt');
});

test('the functions that are installed are those in sql/', async () => {
  const found = await functionBodies(await database.client());
  expect(difference(expectedBodies(), found)).toEqual({ missing: [], extra: [] });
  expect(found.length).toBeGreaterThan(50);
});

test('months of the logs are no difference', async () => {
  const before = await introspect(await database.client());
  await database.query('select ai.maintain(3)');
  expect(difference(before, await introspect(await database.client()))).toEqual({ missing: [], extra: [] });
});
