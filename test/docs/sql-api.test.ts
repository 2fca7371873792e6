import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const page = readFileSync(join(projectRoot, 'docs/sql-api.md'), 'utf8');

test('the page has every public function with its parameters, and no other', async () => {
  const rows = await database.query<{ signature: string }>(
    `select pg_catalog.format('ai.%s(%s)', p.proname, array_to_string(p.proargnames[1:p.pronargs], ', ')) as signature
       from pg_catalog.pg_proc p where p.pronamespace = 'ai'::regnamespace`,
  );
  const documented = [...page.matchAll(/^### (ai\..*)$/gm)].map(([, signature]) => signature);
  expect(documented.toSorted()).toEqual(rows.map(({ signature }) => signature).toSorted());
});

test('the page has every public table, and no other', async () => {
  const rows = await database.query<{ name: string }>(
    `select 'ai.' || c.relname as name from pg_catalog.pg_class c
      where c.relnamespace = 'ai'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`,
  );
  const section = page.slice(page.indexOf('## Tables'), page.indexOf('A reader of'));
  const documented = [...section.matchAll(/^\| (`ai\..*?) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(.*?)`/g)].map(([, name]) => name),
  );
  expect(documented.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});

test('the page says who may read which table', async () => {
  const section = page.slice(page.indexOf('## Tables'), page.indexOf('A reader of'));
  const wrong: string[] = [];
  for (const [, names = '', roles = ''] of section.matchAll(/^\| (`ai\..*?) \|.*\| (.*?) \|$/gm)) {
    for (const [, table = ''] of names.matchAll(/`(.*?)`/g)) {
      for (const role of ['ai_user', 'ai_admin', 'ai_worker']) {
        const [row] = await database.query<{ may: boolean }>(
          `select pg_catalog.has_table_privilege($1, $2, 'select') as may`,
          [role, table],
        );
        if (row?.may !== roles.includes(`\`${role}\``)) wrong.push(`${role} on ${table}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
