import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { startProxy, type TcpProxy } from '../../support/proxy.ts';
import { handlersOf, until, useWorkers } from '../stage.ts';

/** Connections of a worker that break, and some that fall silent without breaking. */
const database = useDatabase();
const stage = useWorkers(database);
let proxy: TcpProxy;

beforeAll(async () => {
  await database.query(
    'create table public.effect (kind text, event bigint); grant select, insert on public.effect to ai_worker',
  );
  proxy = await startProxy(stage.url);
});
// Before the worker stops: a connection that is frozen does not say goodbye.
afterAll(() => proxy.close());

/** What a step did elsewhere, by event: the place that no transaction reaches. */
const outside = new Map<string, number>();
const handlers = handlersOf((registry) => {
  for (const kind of ['cut', 'frozen'])
    registry.register({
      trigger: 'post',
      entity: `net.${kind}`,
      action: 'happened',
      name: kind,
      backoff: { base_ms: 20, factor: 1, max_ms: 20, jitter: 0 },
      maxAttempts: 1000,
      timeoutMs: 2000,
      handler: async (ctx) => {
        const id = ctx.event.id;
        await ctx.once('outside', async () => {
          await delay(2);
          outside.set(id, (outside.get(id) ?? 0) + 1);
        });
        await ctx.autocommit.query('select 1');
        await ctx.db.query('insert into public.effect values ($1, $2)', [kind, id]);
      },
    });
});
const done = async (kind: string): Promise<number> =>
  (await database.query<{ n: number }>('select count(*)::int as n from public.effect where kind = $1', [kind]))[0]?.n ??
  0;
const emit = (kind: string, events: number) =>
  database.query(`select count(ai.emit_event('net.' || $1 || '.happened')) from generate_series(1, $2::int)`, [
    kind,
    events,
  ]);

test.each([
  ['cut', () => proxy.cut()],
  // Half-open: the worker's statements vanish, and nobody tells it.
  ['frozen', () => proxy.freeze()],
] as const)(
  'connections that are %s: the worker goes on, nothing is lost, and no step that once() has done is done again',
  async (kind, harm) => {
    outside.clear();
    const worker = await stage.start({
      handlers,
      deliveries: {},
      compile: false,
      concurrency: 4,
      leaseMs: 1500,
      connection: { connectionString: proxy.url },
    });
    let sent = 0;
    for (let round = 1; round <= 4; round++) {
      await emit(kind, 100);
      sent += 100;
      // In the middle of its work.
      await until(async () => (await done(kind)) >= sent - 80);
      harm();
    }
    await until(async () => (await done(kind)) >= sent);
    await stage.settled(kind);
    const twice = await database.query(
      'select event from public.effect where kind = $1 group by event having count(*) > 1',
      [kind],
    );
    expect(twice).toEqual([]);
    expect(await done(kind)).toBe(sent);
    expect(outside.size).toBe(sent);
    expect([...outside.values()].filter((times) => times > 1)).toEqual([]);
    expect(await database.query('select from ai.dead_letters')).toEqual([]);
    // All of it works again: what comes now is done without a hitch.
    await until(async () => (await worker.unready()) === undefined);
    await emit(kind, 50);
    await until(async () => (await done(kind)) >= sent + 50);
    await worker.stop(0);
  },
);
