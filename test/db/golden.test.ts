import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import type { TableSnapshot } from '../../src/compiler/catalog.ts';
import { compile } from '../../src/compiler/compile.ts';
import { projectRoot } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

/**
 * What the compiler prints, as files that are read in reviews: test/golden/<schema>.sql declares tables and calls them,
 * <schema>.pg18.expected.sql and <schema>.pg15.expected.sql are the functions (from 18 on RETURNING gives the old row too).
 * `UPDATE_GOLDEN=1` writes them anew; never where CI=true.
 */
const folder = join(projectRoot, 'test/golden');
const update = process.env.UPDATE_GOLDEN === '1';
const edition = inject('server').version >= 18 ? 'pg18' : 'pg15';
const database = useDatabase();

const compiledText = async (schema: string): Promise<string> => {
  const tables = await database.query<{ snapshot: TableSnapshot }>(
    `select ai_private.catalog_snapshot(c.oid) as snapshot from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace = to_regnamespace($1) order by c.relname`,
    [schema],
  );
  return tables
    .map(({ snapshot }) => {
      // The number of the server's version would differ within an edition.
      const { privileges, operations } = compile({ table: snapshot, fingerprint: 'fingerprint' });
      const grants = privileges.map(
        ({ on, name, privilege, columns }) =>
          `grant ${privilege}${columns === undefined ? '' : ` (${columns.map(pg.escapeIdentifier).join(', ')})`} on ${on} ${name} to ai_owner;`,
      );
      const functions = operations.flatMap(
        ({ jsonFunction, typedFunction, bulkFunction, inputSchema, outputSchema }) => [
          `${jsonFunction};`,
          ...[typedFunction, bulkFunction].filter((text) => text !== undefined).map((text) => `${text};`),
          `-- inputs: ${JSON.stringify(inputSchema)}\n-- outputs: ${JSON.stringify(outputSchema)}`,
        ],
      );
      return [...grants, ...functions].join('\n\n');
    })
    .join('\n\n')
    .concat('\n');
};

test('goldens are not written where CI=true', () => {
  expect(update && process.env.CI === 'true').toBe(false);
});

describe.each(readdirSync(folder).filter((name) => /^[^.]+\.sql$/.test(name)))('%s', (file) => {
  const schema = file.replace('.sql', '');
  const [definition = '', calls = ''] = readFileSync(join(folder, file), 'utf8').split(
    '-- Calls and what they give.\n',
  );

  test('compiles to the functions beside it', async () => {
    await declare(database, definition);
    const text = await compiledText(schema);
    const path = join(folder, `${schema}.${edition}.expected.sql`);
    if (update && process.env.CI !== 'true') writeFileSync(path, text);
    expect(existsSync(path), `${path} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  test('which do what its calls say', async () => {
    const steps = [...calls.matchAll(/^(select[\s\S]*?;)\n--> (.*)$/gm)];
    expect(steps.length).toBeGreaterThan(3);
    for (const [, sql = '', expected] of steps) {
      const client = await database.client();
      const { rows } = await client.query({
        text: sql.replace(/^select ([\s\S]*);$/, 'select ($1)::text'),
        rowMode: 'array',
      });
      await client.end();
      expect([sql, rows[0]?.[0]]).toEqual([sql, expected]);
    }
  });
});
