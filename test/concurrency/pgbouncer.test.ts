import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';
import { findPgbouncer, type Pooler, startPgbouncer } from '../support/pgbouncer.ts';

/** In transaction mode every transaction may meet another server session: nothing that pg_ai does may lean on the one before. */
const program = findPgbouncer();
needs(!('missing' in program), `PgBouncer: ${'missing' in program ? program.missing : ''}`);

const database = useDatabase();

beforeAll(async () => {
  await database.query('create table pooled (id int primary key, name text, who text)');
  await declare(
    database,
    `comment on table pooled is '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "fetch": true}}'`,
  );
});

describe.each([
  ['off', 0],
  ['on', 50],
])('through PgBouncer in transaction mode, named prepared statements %s', (named, most) => {
  let pooler: Pooler | undefined;
  const clients: pg.Client[] = [];

  beforeAll(async () => {
    if ('missing' in program) return;
    pooler = await startPgbouncer(program, database.url, { max_prepared_statements: most });
    for (let i = 0; i < 6; i++) {
      const client = new pg.Client(pooler.url);
      await client.connect();
      clients.push(client);
    }
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await pooler?.stop();
  });

  test('many sessions on two connections each get what they asked for', async () => {
    const base = most * 1000;
    await Promise.all(
      clients.map(async (client, who) => {
        for (let i = 0; i < 40; i++) {
          const id = base + who * 100 + i;
          const text = `select ai.generate_mutation('create', 'public.pooled', $1) as row`;
          const values = [{ id, name: `n${id}` }];
          const { rows } = await client.query(
            named === 'on' ? { name: 'create pooled', text, values } : { text, values },
          );
          expect(rows[0].row).toMatchObject({ id, name: `n${id}` });
        }
      }),
    );
    expect(
      await database.query(`select count(*)::int as n from pooled where id between $1 and $1 + 999`, [base]),
    ).toEqual([{ n: 240 }]);
  });

  test('an actor set for a transaction stays in it', async () => {
    await Promise.all(
      clients.map(async (client, who) => {
        for (let i = 0; i < 10; i++) {
          const id = most * 1000 + 1000 + who * 100 + i;
          await client.query('begin');
          await client.query(`select set_config('pg_ai.actor', $1, true)`, [`actor ${who}`]);
          await mutate(client, 'create', 'public.pooled', { id, who: `actor ${who}` });
          await client.query('commit');
        }
      }),
    );
    const wrong = await database.query(
      `select * from ai.audit_log where operation = 'create' and new_row ->> 'who' is not null and actor <> new_row ->> 'who'`,
    );
    expect(wrong).toEqual([]);
    const [first] = clients as [pg.Client];
    await mutate(first, 'update', 'public.pooled', { id: most * 1000 + 1000, name: 'later' });
    expect(
      await database.query(`select actor from ai.audit_log where operation = 'update' order by id desc limit 1`),
    ).toEqual([{ actor: decodeURIComponent(new URL(database.url).username) }]);
  });

  test('the table may change under the sessions, and refusals leave the connection usable', async () => {
    const [first, second] = clients as [pg.Client, pg.Client];
    const fetch = (client: pg.Client) =>
      client.query({
        ...(named === 'on' ? { name: 'fetch pooled' } : {}),
        text: `select ai.generate_mutation('fetch', 'public.pooled', $1) as row`,
        values: [{ id: most * 1000 }],
      });
    for (const client of clients) await fetch(client);
    await declare(database, `alter table pooled add column extra_${named} text default 'x'`);
    for (const client of clients) expect((await fetch(client)).rows[0].row).toMatchObject({ [`extra_${named}`]: 'x' });
    expect((await refusal(mutate(first, 'create', 'public.pooled', { id: 'x' }))).code).toBe('PI100');
    expect((await refusal(mutate(second, 'create', 'public.pooled', { id: most * 1000 }))).code).toBe('23505');
    for (const client of clients) expect((await fetch(client)).rows[0].row).toMatchObject({ id: most * 1000 });
    const { rows } = await first.query(`select ai.generate_mutations('update', 'public.pooled', $1) as rows`, [
      JSON.stringify([{ id: most * 1000, name: 'z' }]),
    ]);
    expect(rows[0].rows).toMatchObject([{ name: 'z' }]);
    expect(
      (
        await second.query(`select ai.explain_mutation('update', 'public.pooled', $1) as e`, [
          { id: most * 1000, name: 'y' },
        ])
      ).rows[0].e.refused,
    ).toBeNull();
  });
});
