import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/project.ts';
import { runCli, startCli } from '../support/cli.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();

test('shows each operation with its calls, what failed and how fast it was', async () => {
  await declare(
    database,
    `create table ticket (id int primary key);
     comment on table ticket is '{"operations": {"create": {"required": ["id"]}, "delete": true}}'`,
  );
  for (let id = 1; id <= 4; id++) await mutate(database, 'create', 'ticket', { id });
  await mutate(database, 'delete', 'ticket', { id: 1 });
  for (let i = 0; i < 6; i++) await refusal(mutate(database, 'delete', 'ticket', { id: 1 }));
  const { code, stdout, stderr } = await runCli(['top', '--once', '--url', database.url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [title, , head, ...lines] = stdout.trimEnd().split('\n');
  expect(title).toMatch(
    new RegExp(`^${database.name}: [0-9.]+ calls/s; in the last 5 min 11 calls, 6 failed, 0 of them refused$`),
  );
  expect(head).toMatch(/^operation +calls\/s +calls +failed +refused +p50 ms +p95 ms +p99 ms +max ms {2}errors$/);
  expect(lines).toEqual([
    expect.stringMatching(/^public\.ticket\.delete +[0-9.]+ +7 +6 +0 +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ {2}PI103 ×6$/),
    expect.stringMatching(/^public\.ticket\.create +[0-9.]+ +4 +0 +0 +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$/),
  ]);
});

test('as JSON, and once where the output is no terminal', async () => {
  const { code, stdout } = await runCli(['top', '--json', '--url', database.url]);
  expect(code).toBe(0);
  const { metrics, seconds } = JSON.parse(stdout) as {
    metrics: { operation: string; calls: number }[];
    seconds: number;
  };
  expect(metrics.map(({ operation, calls }) => [operation, calls])).toEqual([
    ['create', 4],
    ['delete', 7],
  ]);
  expect(seconds).toBeGreaterThan(299);
  const { code: piped, stdout: text } = await runCli(['top', '--url', database.url]);
  expect(piped).toBe(0);
  expect(text).not.toContain('\x1b');
});

test('a wrong option is told', async () => {
  expect((await runCli(['top', '--interval', '0', '--url', database.url])).code).toBe(2);
  expect((await runCli(['top', '--sort', 'name', '--url', database.url])).code).toBe(2);
});

// A terminal of its own, from util-linux. What is typed comes from a file that ends, so only signals are tried with it.
const SCRIPT = '/usr/bin/script';

test.runIf(process.platform === 'linux' && existsSync(SCRIPT)).each(['SIGINT', 'SIGTERM'] as const)(
  'on a terminal it goes on, draws anew, and leaves the terminal as it was on %s',
  async (signal) => {
    const command = `stty cols 160 rows 40; echo pid $$; exec ${process.execPath} ${join(projectRoot, 'src/cli/main.ts')} top --interval 0.1 --url ${database.url}`;
    const running = startCli([], {
      command: [SCRIPT, '-qec', command, '/dev/null'],
      env: { TERM: 'xterm', SHELL: '/bin/sh' },
    });
    await running.says('\x1b[?1049h');
    await running.says('public.ticket.create');
    await mutate(database, 'create', 'ticket', { id: signal === 'SIGINT' ? 100 : 101 });
    await running.says(signal === 'SIGINT' ? '12 calls' : '13 calls');
    const pid = Number(/pid ([0-9]+)/.exec(running.stdout())?.[1]);
    process.kill(pid, signal);
    expect(await running.exit).toBe(0);
    expect(running.stdout().trimEnd().endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  },
);
