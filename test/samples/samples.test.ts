import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { readTables, type Table } from './catalog.ts';
import { declarationOf, type Outcome, runSample, type Sample } from './run.ts';

const two = (n: number): string => String(n).padStart(2, '0');

const samples: readonly (Sample & { readonly name: string; readonly tables: number })[] = [
  {
    name: 'film rental',
    schema: 'film_rental',
    tables: 15,
    makers: {
      release_year: (random) => random.int(1901, 2155),
      // Nothing is rented twice at the same time.
      rental_period: (_random, n) => {
        const day = new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
        return `["${day} 08:00:00+00","${day} 20:30:00+00")`;
      },
      // Only these months have a partition.
      payment_date: (random) => `2026-0${random.int(1, 3)}-${two(random.int(1, 28))}T10:00:00.${random.int(1, 999)}Z`,
    },
    filledByTriggers: ['fulltext', 'last_update'],
    // The trigger fills it after all, but the column demands a value.
    defaults: { film: { fulltext: '' } },
  },
  {
    name: 'music store',
    schema: 'Music Store',
    tables: 18,
    makers: { 'per cent': (random) => `${random.int(0, 99)}.${two(random.int(0, 99))}` },
    filledByTriggers: [],
  },
];

describe.each(samples)('$name', (sample) => {
  const db = useDatabase();
  const role = `sample_caller_${process.pid}`;
  let tables: readonly Table[];
  let outcome: Outcome;

  beforeAll(async () => {
    const folder = sample.name.replaceAll(' ', '-');
    await db.query(readFileSync(new URL(`./${folder}/schema.sql`, import.meta.url), 'utf8'));
    await db.query('reset search_path');
    tables = await readTables(db, sample.schema);
    for (const table of tables) {
      const declaration = pg.escapeLiteral(declarationOf(table, sample));
      await declare(db, `comment on table ${table.qualified} is ${declaration}`);
    }
    await db.query(`create role ${role}`);
    await db.query(`grant ai_user to ${role}`);
    const caller = await db.as(role);
    // Some rows are judged before they are committed, so the judge shares the connection.
    const judge = {
      query: async (sql: string, params?: unknown[]) => {
        await caller.query('reset session authorization');
        const { rows } = await caller.query(sql, params);
        await caller.query(`set session authorization ${role}`);
        return rows;
      },
    };
    outcome = await runSample(caller, judge, tables, sample);
  });
  afterAll(async () => {
    await db.query(`drop role if exists ${role}`);
  });

  test('every table is declared', () => {
    expect(tables.length).toBe(sample.tables);
  });

  test('every operation runs on every table', () => {
    const missing = tables.flatMap((table) =>
      Object.keys(JSON.parse(declarationOf(table, sample)).operations)
        .filter((operation) => !outcome.calls.get(table.name)?.has(operation as 'create'))
        .map((operation) => `${table.name} ${operation}`),
    );
    expect(missing).toEqual([]);
  });

  test('answers and rows are what PostgreSQL itself makes of the inputs', () => {
    expect(outcome.problems).toEqual([]);
  });

  test('the audit trail has each call with the row before and after', async () => {
    const entries = await db.query(
      `select relation, operation, old_row::text as "oldRow", new_row::text as "newRow" from ai.audit_log order by id`,
    );
    expect(entries).toEqual(outcome.done);
  });

  test('event and audit entry tell the same', async () => {
    const differing = await db.query(
      `select a.id from ai.audit_log a left join ai.event_log e on e.audit_id = a.id
        where (e.entity, e.operation, e.row_key, e.payload) is distinct from (a.relation, a.operation, a.row_key, coalesce(a.new_row, a.old_row))`,
    );
    expect(differing).toEqual([]);
  });
});
