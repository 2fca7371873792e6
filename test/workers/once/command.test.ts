import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTables } from '../../guarantees/fixture.ts';
import { type RunningCli, runCli, startCli } from '../../support/cli.ts';
import { useDatabase } from '../../support/database.ts';
import { mutate } from '../../support/mutation.ts';
import { until, useWorkers } from '../stage.ts';

const database = useDatabase();
const stage = useWorkers(database);
useTables(
  database,
  `create table public.users (id int primary key, email text not null);
   comment on table public.users is '{"operations": {"create": {"required": ["id", "email"]}}}'`,
);

// Handlers lie where a user's do: outside of the package, in TypeScript, and import it by its name.
const folder = mkdtempSync(join(tmpdir(), 'pg-ai-handlers-'));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const handler = (name: string, body: string): string => `
  import { EventRegistry, GiveUp } from 'pg-ai';
  EventRegistry.register({ trigger: 'post', entity: 'user', action: 'create', name: '${name}', handler: async (ctx): Promise<void> => { ${body} } });`;

beforeAll(async () => {
  await database.query(
    'create table public.effect (who text, note text); grant select, insert on public.effect to ai_worker',
  );
  mkdirSync(join(folder, 'more'));
  write('_draft.ts', 'throw new Error("never loaded");');
  write(
    'more/welcome.ts',
    handler(
      'welcome',
      `ctx.log.info({ email: ctx.payload.email }, 'welcome'); await ctx.db.query("insert into public.effect values ('welcome', $1)", [ctx.payload.email]);`,
    ),
  );
});
const started: RunningCli[] = [];
afterAll(async () => {
  for (const { child, exit } of started) {
    child.kill('SIGKILL');
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
});

const worker = (...args: string[]): RunningCli => {
  const running = startCli(['worker', '--url', stage.url, '--poll', '100', '--http', '0', ...args]);
  started.push(running);
  return running;
};
const effects = (who: string) => database.query('select note from public.effect where who = $1 order by 1', [who]);
const urlOf = ({ stdout }: RunningCli): string => /"url":"(http:[^"]+)"/.exec(stdout())?.[1] ?? '';
const get = async (running: RunningCli, path: string) => {
  const response = await fetch(`${urlOf(running)}${path}`);
  return { status: response.status, body: await response.text() };
};

test('loads handlers, runs them, answers for itself, and stops when it is told to', async () => {
  const running = worker('--handlers', folder);
  await running.says('the worker runs');
  await until(async () => (await get(running, '/ready')).status === 200);
  // What is wrong with one subscription is told, and no reason to be taken out of service.
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings) values ('away', '{x.y}', 'notify', '{"channel": "x"}')`,
  );
  // As often as it takes for a pause of half a minute.
  await database.query(`select ai_private.put_off('away', 'it is away') from generate_series(1, 6)`);
  expect(await get(running, '/ready')).toEqual({
    status: 200,
    body: '{"status":"ready","problems":[{"about":"subscription","name":"away","problem":"it is away"}]}',
  });
  await mutate(database, 'create', 'users', { id: 1, email: 'one@example.org' });
  await until(async () => (await effects('welcome')).length > 0);
  expect(await effects('welcome')).toEqual([{ note: 'one@example.org' }]);
  const lines = running
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'info', msg: 'welcome', subscription: 'welcome', email: 'one@example.org' }),
  );
  expect(await get(running, '/health')).toEqual({ status: 200, body: '{"status":"ok"}' });
  const { body } = await get(running, '/metrics');
  expect(body).toMatch(/^pg_ai_deliveries_total\{subscription="welcome",outcome="done"\} 1$/m);
  expect(body).toMatch(/^pg_ai_workers 1$/m);
  expect((await get(running, '/else')).status).toBe(404);
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  expect(running.stderr()).toBe('');
  expect(await database.query('select from ai_private.worker')).toEqual([]);
});

test('told to stop, it finishes what it can and hands back what it cannot', async () => {
  write(
    'quick.ts',
    handler(
      'quick',
      `await new Promise((done) => setTimeout(done, 300)); await ctx.db.query("insert into public.effect values ('quick', $1)", [String(ctx.attempt)]);`,
    ),
  );
  write(
    'endless.ts',
    handler(
      'endless',
      `ctx.log.info('endless began'); if (ctx.attempt === 1 && !process.env.SECOND) await new Promise(() => {}); await ctx.db.query("insert into public.effect values ('endless', $1)", [String(ctx.attempt)]);`,
    ),
  );
  const first = worker('--handlers', folder, '--grace', '1');
  await first.says('the worker runs');
  await mutate(database, 'create', 'users', { id: 2, email: 'two@example.org' });
  await first.says('endless began');
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  expect(await effects('quick')).toEqual([{ note: '1' }]);
  expect(await effects('endless')).toEqual([]);
  const locked = `select from graphile_worker.jobs where locked_by is not null`;
  expect(await database.query(locked)).toEqual([]);
  const second = startCli(['worker', '--url', stage.url, '--poll', '100', '--handlers', folder], {
    env: { SECOND: '1' },
  });
  started.push(second);
  // The first one's doing does not count as an attempt.
  await until(async () => (await effects('endless')).length > 0);
  expect(await effects('endless')).toEqual([{ note: '1' }]);
  second.child.kill('SIGINT');
  expect(await second.exit).toBe(0);
  rmSync(join(folder, 'quick.ts'));
  rmSync(join(folder, 'endless.ts'));
});

test('--watch starts anew when a handler changes, and waits while one is broken', async () => {
  write(
    'changing.ts',
    handler('changing', `await ctx.db.query("insert into public.effect values ('changing', 'before')");`),
  );
  const running = worker('--handlers', folder, '--watch');
  await running.says('the worker runs');
  await mutate(database, 'create', 'users', { id: 3, email: 'three@example.org' });
  await until(async () => (await effects('changing')).length === 1);
  write('changing.ts', 'this is no TypeScript');
  await until(() => running.stderr().includes('starts again when a handler file changes'));
  expect(running.stderr()).toContain('changing.ts');
  write(
    'changing.ts',
    handler('changing', `await ctx.db.query("insert into public.effect values ('changing', 'after')");`),
  );
  await mutate(database, 'create', 'users', { id: 4, email: 'four@example.org' });
  await until(async () => (await effects('changing')).length === 2);
  expect(await effects('changing')).toEqual([{ note: 'after' }, { note: 'before' }]);
  // As editors do that write another file and put it in the old one's place; the second time is the one that is easily missed.
  for (const [i, note] of ['renamed', 'renamed again'].entries()) {
    writeFileSync(
      join(folder, '_new'),
      handler('changing', `await ctx.db.query("insert into public.effect values ('changing', '${note}')");`),
    );
    renameSync(join(folder, '_new'), join(folder, 'changing.ts'));
    const runs = (): number => running.stdout().split('the worker runs').length - 1;
    const before = runs();
    await until(() => runs() > before);
    await mutate(database, 'create', 'users', { id: 5 + i, email: 'more@example.org' });
    await until(async () => (await effects('changing')).length === 3 + i);
    expect(await effects('changing')).toContainEqual({ note });
  }
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  rmSync(join(folder, 'changing.ts'));
});

test('what is emitted without a table has handlers; a rejection that none of them awaits is told, and ends nothing', async () => {
  write(
    'paid.ts',
    `import { EventRegistry } from 'pg-ai';
     EventRegistry.register({ trigger: 'post', entity: 'order', action: 'paid', name: 'paid', handler: async (ctx) => {
       setTimeout(() => void Promise.reject(new Error('too late')), 10);
       await ctx.db.query("insert into public.effect values ('paid', $1)", [ctx.payload.n]); } });
     EventRegistry.register({ trigger: 'post', entity: '*', action: 'paid', name: 'any-paid', handler: async (ctx) => {
       await ctx.db.query("insert into public.effect values ('any-paid', $1)", [ctx.payload.n]); } });`,
  );
  const running = worker('--handlers', folder);
  await running.says('the worker runs');
  await database.query(`select ai.emit_event('order.paid', '{"n": "1"}')`);
  await running.says('that nobody awaits');
  expect(running.stdout()).toContain('too late');
  await database.query(`select ai.emit_event('order.paid', '{"n": "2"}')`);
  for (const name of ['paid', 'any-paid']) {
    await until(async () => (await effects(name)).length === 2);
    expect(await effects(name)).toEqual([{ note: '1' }, { note: '2' }]);
  }
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  rmSync(join(folder, 'paid.ts'));
});

test.each([
  [['--handlers', '/nowhere/at/all'], 1, /there is no \/nowhere\/at\/all/],
  [['--concurrency', '0'], 2, /"0" is no number of this kind/],
  [['--http', 'here'], 2, /"here" is no address/],
  [['--log-level', 'loud'], 2, /error, warn, info, debug/],
  [['--watch'], 2, /name the folder to watch/],
])('%j is refused', async (args, code, why) => {
  const result = await runCli(['worker', '--url', stage.url, ...(args as string[])]);
  expect(result.code).toBe(code);
  expect(result.stderr).toMatch(why as RegExp);
});

test('a file that registers nothing, or twice the same, is refused', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'pg-ai-handlers-'));
  writeFileSync(join(empty, 'one.ts'), 'export {}');
  const nothing = await runCli(['worker', '--url', stage.url, '--handlers', empty]);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('registers a handler') });
  writeFileSync(join(empty, 'one.ts'), handler('same', '') + handler('same', '').replace(/import.*/, ''));
  const twice = await runCli(['worker', '--url', stage.url, '--handlers', empty]);
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('there is a handler "same" already') });
  writeFileSync(join(empty, 'one.ts'), handler('waits', '').concat('await new Promise(() => {});'));
  const waiting = await runCli(['worker', '--url', stage.url, '--handlers', empty]);
  expect(waiting).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/one\.ts: it awaits something at its top level/),
  });
  rmSync(empty, { recursive: true });
});

test('a newer database is refused, and one that becomes newer ends the worker', async () => {
  const version = (text: string) =>
    database.query(
      `create or replace function ai.version() returns text language sql immutable as $$ select '${text}' $$`,
    );
  const [{ own } = { own: '' }] = await database.query<{ own: string }>('select ai.version() as own');
  await version('99.1.0');
  const refused = await runCli(['worker', '--url', stage.url]);
  await version(own);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /the database holds pg_ai 99\.1\.0, and this worker is [\d.]+\n.*start the workers of pg-ai 99\.1\.0/s,
  );
  // Upgraded under a worker that is in the middle of something: that ends as it should, and then the worker does.
  rmSync(join(folder, 'endless.ts'), { force: true });
  write(
    'lasting.ts',
    handler(
      'lasting',
      `ctx.log.info('lasting began'); await new Promise((done) => setTimeout(done, 11_000)); await ctx.db.query("insert into public.effect values ('lasting', $1)", [ctx.event.id]);`,
    ),
  );
  const running = worker('--handlers', folder, '--grace', '60');
  await running.says('the worker runs');
  await mutate(database, 'create', 'users', { id: 50, email: 'fifty@example.org' });
  await running.says('lasting began');
  await version('99.1.0');
  expect(await running.exit).toBe(1);
  await version(own);
  expect(running.stderr()).toContain('start the workers of pg-ai 99.1.0');
  expect(await effects('lasting')).toHaveLength(1);
  expect(await database.query('select from ai_private.worker')).toEqual([]);
  expect(await database.query('select from graphile_worker.jobs where locked_by is not null')).toEqual([]);
  rmSync(join(folder, 'lasting.ts'));
});

test('a login that may not make the queue is told who may', async () => {
  await database.query('drop schema graphile_worker cascade');
  const refused = await runCli(['worker', '--url', stage.url]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('pg-ai worker --prepare') });
  expect(await runCli(['worker', '--url', database.url, '--prepare'])).toMatchObject({ code: 0, stderr: '' });
  expect(
    await database.query(`select nspowner::regrole::text as owner from pg_namespace where nspname = 'graphile_worker'`),
  ).toEqual([{ owner: 'ai_worker' }]);
  const running = worker('--no-run', '--no-compile');
  await running.says('the worker runs');
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
});
