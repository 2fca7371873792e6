import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { type Server, startServer } from '../../src/dev/server.ts';
import { install } from '../../src/install/install.ts';
import { dotFolder } from '../../src/project.ts';
import { declare } from '../support/declare.ts';
import { needs } from '../support/needs.ts';

const given = inject('server');
needs(given.can.files, 'this test kills its server, and this one is not ours to kill');

/** A server of its own, on the disk as a real one is: what it said is committed has to be there after kill -9. */
const dataDir = join(dotFolder(), 'test', `kill-${process.pid}`);
let server: Server | undefined;

const start = async (): Promise<Server> => {
  mkdirSync(join(dotFolder(), 'test'), { recursive: true });
  server = await startServer({
    dataDir,
    major: given.variant.startsWith('pg18-') ? 18 : 'system',
    javascript: given.javascript === 'none' ? 'none' : 'auto',
  });
  return server;
};
const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client(server?.url);
  client.on('error', () => {});
  await client.connect();
  return client;
};

afterAll(async () => {
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('kill -9 in the middle of many calls: what was answered is there, and rows, audit and events agree', async () => {
  await start();
  const admin = await connect();
  await install(admin);
  await admin.query('create table done (id int primary key, who int); create table big (id int primary key)');
  await declare(admin, `comment on table done is '{"operations": {"create": {"optional": "*"}}}'`);
  await declare(admin, `comment on table big is '{"operations": {"create": true}}'`);
  await admin.query('select * from ai.seal_audit()');

  for (let round = 0; round < 3; round++) {
    const clients = await Promise.all(Array.from({ length: 4 }, connect));
    const pids = await Promise.all(
      clients.map(async (client) => (await client.query('select pg_backend_pid() as pid')).rows[0].pid as number),
    );
    const answered: number[] = [];
    const [bulk, open, ...singles] = clients as [pg.Client, pg.Client, ...pg.Client[]];
    const from = round * 1_000_000;
    const enough = Promise.withResolvers<void>();
    const loops = singles.map(async (client, who) => {
      for (let i = 0; ; i++) {
        const id = from + who * 100_000 + i;
        await client.query(`select ai.generate_mutation('create', 'done', $1)`, [{ id, who }]);
        answered.push(id);
        if (answered.length > 40 + round * 30) enough.resolve();
      }
    });
    const openEnded = (async () => {
      await open.query('begin');
      for (let i = 0; ; i++)
        await open.query(`select ai.generate_mutation('create', 'done', $1)`, [{ id: from + 900_000 + i, who: 9 }]);
    })();
    const set = bulk.query(
      `select ai.generate_mutations('create', 'big', (select jsonb_agg(jsonb_build_object('id', n)) from generate_series($1::int, $1::int + 60000) n))`,
      [from],
    );
    const all = Promise.allSettled([...loops, openEnded, set]);
    await enough.promise;
    // The machine loses its power: no process of the server may finish anything.
    server?.kill9();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has already gone with its parent.
      }
    }
    await all;
    await server?.ended;
    for (const client of clients) await client.end().catch(() => {});

    await start();
    const after = await connect();
    const [counts] = (
      await after.query(`
        select (select count(*)::int from done where id >= ${from + 900_000} and id < ${from + 1_000_000}) as open,
          (select count(*)::int from big where id >= ${from}) as big,
          (select count(*)::int from ai.audit_log where relation = 'public.done') - (select count(*)::int from done) as done_difference,
          (select count(*)::int from ai.audit_log where relation = 'public.big') - (select count(*)::int from big) as big_difference,
          (select count(*)::int from ai.audit_log a full join ai.event_log e on e.audit_id = a.id where a.id is null or e.id is null) as alone`)
    ).rows;
    expect(counts).toEqual({ open: 0, big: expect.any(Number), done_difference: 0, big_difference: 0, alone: 0 });
    expect([0, 60_001]).toContain(counts.big);
    const { rows: lost } = await after.query('select id from unnest($1::int[]) as id except select id from done', [
      answered,
    ]);
    expect(lost).toEqual([]);
    const { rows: verified } = await after.query('select ok, problem from ai.verify_audit()');
    expect(verified).toEqual([{ ok: true, problem: null }]);
    await after.query('select * from ai.seal_audit()');
    await after.end();
    if (round === 0) await admin.end().catch(() => {});
  }
});
