import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCli, startCli } from '../../support/cli.ts';
import { useDatabase } from '../../support/database.ts';
import { until, useWorkers } from '../stage.ts';

const database = useDatabase();
const stage = useWorkers(database);

// What a handler does, and the step at which the process that is told so kills itself, as kill -9 does.
const folder = mkdtempSync(join(tmpdir(), 'pg-ai-faults-'));
const STEPS = ['started', 'effect', 'recorded', 'written', 'committed'] as const;
writeFileSync(
  join(folder, 'handlers.ts'),
  `
  import { EventRegistry } from 'pg-ai';
  const die = (step: string): void => { if (process.env.DIES_AT === step) process.kill(process.pid, 'SIGKILL'); };
  EventRegistry.register({ trigger: 'post', entity: 'fault.poison', action: '*', name: 'poison', handler: async (ctx): Promise<void> => {
    await ctx.autocommit.query("insert into public.effect values ('outside', $1, $2)", [ctx.event.topic, ctx.event.id]);
    if (ctx.event.topic === 'fault.poison.drunk') process.kill(process.pid, 'SIGKILL');
  } });
  for (const step of ${JSON.stringify(STEPS)}) {
    if (process.env.ONLY !== undefined && process.env.ONLY !== step) continue;
    EventRegistry.register({ trigger: 'post', entity: 'fault.' + step, action: '*', name: step, handler: async (ctx): Promise<void> => {
      const event = ctx.event.id;
      if (ctx.event.topic !== 'fault.' + step + '.happened') return;
      if (step === 'started') die(step);
      await ctx.once('outside', async () => {
        await ctx.autocommit.query("insert into public.effect values ('outside', $1, $2)", [step, event]);
        if (step === 'effect') die(step);
      });
      if (step === 'recorded') die(step);
      await ctx.db.query("insert into public.effect values ('inside', $1, $2)", [step, event]);
      if (step === 'written') die(step);
      if (step === 'committed' && process.env.DIES_AT === step)
        // Dies right after the commit, before the job can be taken off the queue.
        setInterval(async () => {
          const { rowCount } = await ctx.autocommit.query("select 1").catch(() => ({ rowCount: 0 }));
          if (rowCount === 0) die(step);
        }, 1);
    } });
  }`,
);

const started: RunningCli[] = [];
const worker = (env: Readonly<Record<string, string>> = {}): RunningCli => {
  const args = ['worker', '--url', stage.url, '--handlers', folder, '--lease', '1', '--poll', '100', '--no-compile'];
  const running = startCli(args, { env });
  started.push(running);
  return running;
};

beforeAll(async () => {
  await database.query(
    'create table public.effect (side text, step text, event bigint); grant select, insert on public.effect to ai_worker',
  );
});
afterAll(async () => {
  for (const { child, exit } of started) {
    child.kill('SIGKILL');
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
});

const effects = async (step: string) =>
  (
    await database.query<{ inside: number; outside: number }>(
      `select count(*) filter (where side = 'inside')::int as inside, count(*) filter (where side = 'outside')::int as outside
       from public.effect where step = $1`,
      [step],
    )
  )[0];

test('killed at any step: another worker takes over, and only what at-least-once allows is done twice', async () => {
  const doomed = STEPS.map((step) => worker({ DIES_AT: step, ONLY: step }));
  for (const running of doomed) await running.says('the worker runs');
  for (const step of STEPS) await database.query('select ai.emit_event($1)', [`fault.${step}.happened`]);
  // A signal has ended them, and nothing else.
  expect(await Promise.all(doomed.map(({ exit }) => exit))).toEqual(STEPS.map(() => null));
  const heir = worker();
  await heir.says('the worker runs');
  for (const step of STEPS) await stage.settled(step);
  expect(await Promise.all(STEPS.map(async (step) => [step, await effects(step)]))).toEqual([
    ['started', { inside: 1, outside: 1 }],
    // Dead between the effect and its record: this one could not be known.
    ['effect', { inside: 1, outside: 2 }],
    ['recorded', { inside: 1, outside: 1 }],
    ['written', { inside: 1, outside: 1 }],
    ['committed', { inside: 1, outside: 1 }],
  ]);
  expect(await database.query('select from ai.dead_letters')).toEqual([]);
  heir.child.kill('SIGTERM');
  expect(await heir.exit).toBe(0);
});

test('killed with a job that it has locked and not started: nothing is lost', async () => {
  const doomed = worker();
  await doomed.says('the worker runs');
  // What the payload should look like is read before the first handler is called, and cannot be.
  const blocker = await database.client();
  await blocker.query('begin; lock table ai.operation in access exclusive mode');
  await database.query(
    `insert into ai.event_log (topic, entity, operation, payload) values ('fault.started.happened', 'fault.started', 'happened', '{}')`,
  );
  await until(
    async () =>
      (
        await database.query(
          `select from graphile_worker.jobs where locked_by is not null and task_identifier = 'pg_ai.job:started'`,
        )
      ).length > 0,
  );
  doomed.child.kill('SIGKILL');
  await doomed.exit;
  expect(await effects('started')).toEqual({ inside: 1, outside: 1 });
  await blocker.query('rollback');
  const heir = worker();
  await heir.says('the worker runs');
  await stage.settled('started');
  expect(await effects('started')).toEqual({ inside: 2, outside: 2 });
  heir.child.kill('SIGTERM');
  await heir.exit;
});

test('a delivery that kills its worker again and again becomes a dead letter, and the others are done', async () => {
  await database.query(`select ai.emit_event('fault.poison.drunk')`);
  await database.query(`select ai.emit_event('fault.poison.looked-at')`);
  const dead = () =>
    database.query<{ error: string; attempts: number }>(
      `select error, attempts from ai.dead_letters where subscription = 'poison'`,
    );
  let died = 0;
  for (;;) {
    const running = worker();
    const buried = until(async () => (await dead()).length > 0).then(() => 'buried' as const);
    if ((await Promise.race([running.exit, buried])) === 'buried') {
      await stage.settled('poison');
      running.child.kill('SIGTERM');
      expect(await running.exit).toBe(0);
      break;
    }
    died++;
  }
  // The first time it is not known whether it was to blame.
  expect(died).toBe(4);
  expect(await dead()).toEqual([{ error: 'its worker died 3 times while it was attempted', attempts: 3 }]);
  expect(await effects('fault.poison.drunk')).toEqual({ inside: 0, outside: 4 });
  expect((await effects('fault.poison.looked-at'))?.outside).toBeGreaterThan(0);
});
