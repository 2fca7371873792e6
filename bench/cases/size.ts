import type { Case } from '../lib/case.ts';
import { interleave, type Side } from '../lib/interleave.ts';

const declaration = (name: string): string => `
  comment on table bench.${name} is '{"operations": {"update": {"optional": ["note", "amount"]}}}'`;

/** Rows that are updated in both tables: as many, spread over the large one, so that both are in memory and only the way to the row differs. */
const HOT = 1000;

/** An update by key in a large table against a small one. */
export const size: Case = {
  name: 'size',
  about: 'update by key in a table of 10 million rows against one of 1,000',
  run: async ({ bench, quick, say }) => {
    const rows = quick ? 1_000_000 : 10_000_000;
    say(`a table of ${rows} rows`);
    const database = await bench.database('bench_size');
    const { admin } = database;
    await admin.query('create schema bench');
    for (const [name, count] of [
      ['small', HOT],
      ['large', rows],
    ] as const) {
      await admin.query(
        `create table bench.${name} (id bigint not null, note text not null, amount integer not null) with (fillfactor = 90)`,
      );
      await admin.query(
        `insert into bench.${name} select i, 'note ' || i, i % 1000 from generate_series(1, ${count}) as i`,
      );
      await admin.query(`alter table bench.${name} add primary key (id)`);
      await admin.query(declaration(name));
    }
    await admin.query('vacuum (analyze)');
    await admin.query('checkpoint');
    // The whole of a page goes to the WAL at its first change after a checkpoint. The rows of the large table are on 1,000 pages, those of the
    // small one on a few, so without this the turns would measure checkpoints.
    for (const [name, step] of [
      ['small', 1],
      ['large', Math.floor(rows / HOT)],
    ] as const) {
      await admin.query(
        `update bench.${name} set amount = amount where id in (select i * ${step} + 1 from generate_series(0, ${HOT - 1}) as i)`,
      );
    }
    const wire = await database.wire({ synchronous_commit: 'off' });
    const side = (name: string, table: string, step: number, bar?: number): Side => ({
      name,
      sql: `select ai.generate_mutation('update', 'bench.${table}', $1::jsonb)`,
      parameters: (n) => [JSON.stringify({ id: ((n * 7919) % HOT) * step + 1, note: `note ${n}`, amount: n % 1000 })],
      ...(bar === undefined ? {} : { bar }),
    });
    const results = await interleave(
      `update by key, ${rows} rows`,
      [wire],
      [side('1,000 rows', 'small', 1), side(`${rows} rows`, 'large', Math.floor(rows / HOT), 1.2)],
      quick ? { rounds: 7, turnMs: 200 } : { rounds: 15, turnMs: 200 },
    );
    await wire.close();
    await database.drop();
    return results;
  },
};
