import { type Command, InvalidArgumentError, Option } from 'commander';
import type pg from 'pg';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput } from '../output.ts';
import { drawTop, type Metric, nameOf, SORTS, type Sort } from '../top.ts';

type Options = ConnectionOptions & {
  readonly interval: number;
  readonly window: number;
  readonly sort: Sort;
  readonly once?: true;
  readonly json?: true;
};

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
};

export const register = (program: Command): void => {
  connectionOption(
    program.command('top').description('show what is called, how fast it is and what fails, as it happens'),
  )
    .option('--interval <seconds>', 'how often the screen is drawn anew', positive, 2)
    .option('--window <minutes>', 'the time that is looked back on', positive, 5)
    .addOption(new Option('--sort <by>', 'what comes first').choices([...SORTS]).default('calls'))
    .option('--once', 'show it once and end; so it does where the output is no terminal')
    .option('--json', 'once, as JSON')
    .addHelpText('after', '\nq or ctrl-C ends it. It reads ai.metrics_since, for members of ai_admin and ai_worker.')
    .action(top);
};

async function top(options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    await requireInstallation(client);
    if (options.once || options.json || !process.stdout.isTTY) {
      const { metrics, seconds } = await look(client, options.window);
      output.data({ seconds, metrics });
      const perSecond = metrics.map((metric) => metric.calls / seconds);
      const { columns: width = 200 } = process.stdout;
      const title = titleOf(client, metrics, perSecond, options);
      for (const line of drawTop({ title, metrics, perSecond, sort: options.sort, width, height: Infinity }))
        output.line(line);
      return;
    }
    await live(client, options);
  });
}

/** The metrics of the last minutes, and how many seconds they are. */
async function look(client: pg.Client, minutes: number): Promise<{ metrics: Metric[]; seconds: number }> {
  // What is counted once need not be counted each time. On a replica nothing can be.
  await client.query('select ai.gather_metrics() where not pg_catalog.pg_is_in_recovery()');
  const { rows } = await client.query<{ metrics: Metric[]; seconds: number }>(
    `select coalesce(jsonb_agg(to_jsonb(m) - 'latency'), '[]') as metrics,
       extract(epoch from clock_timestamp() - date_trunc('minute', now() - make_interval(secs => $1 * 60)))::float8 as seconds
     from ai.metrics_since(now() - make_interval(secs => $1 * 60)) as m`,
    [minutes],
  );
  return rows[0] ?? { metrics: [], seconds: 1 };
}

function titleOf(
  client: pg.Client,
  metrics: readonly Metric[],
  perSecond: readonly number[],
  options: Options,
): string {
  const sum = (of: (metric: Metric) => number): number => metrics.reduce((all, metric) => all + of(metric), 0);
  const [calls, failed, refused] = [sum((m) => m.calls), sum((m) => m.failed), sum((m) => m.refused)];
  const rate = perSecond.reduce((all, each) => all + each, 0).toFixed(1);
  return `${client.database}: ${rate} calls/s; in the last ${options.window} min ${calls} calls, ${failed} failed, ${refused} of them refused`;
}

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

async function live(client: pg.Client, options: Options): Promise<void> {
  let wake = (): void => {};
  let ended = false;
  const end = (): void => {
    ended = true;
    wake();
  };
  const onKey = (key: Buffer): void => {
    if (key.toString() === 'q' || key[0] === 3) end();
  };
  const onResize = (): void => wake();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  process.stdout.on('resize', onResize);
  if (process.stdin.isTTY) process.stdin.setRawMode(true).on('data', onKey);
  process.stdout.write(ENTER);
  // Calls since a fixed moment only grow; their growth from one look to the next is the speed.
  let before = new Map<string, number>();
  let lookedAt = performance.now();
  try {
    while (!ended) {
      const [{ metrics, seconds }, counted] = [await look(client, options.window), await countAll(client)];
      const passed = (performance.now() - lookedAt) / 1000;
      lookedAt = performance.now();
      const perSecond = metrics.map((metric) => {
        const name = nameOf(metric);
        return before.size === 0
          ? metric.calls / seconds
          : ((counted.get(name) ?? 0) - (before.get(name) ?? 0)) / Math.max(passed, 0.001);
      });
      before = counted;
      // A terminal that does not know its size says 0.
      const [width, height] = [process.stdout.columns || 80, process.stdout.rows || 24];
      const lines = drawTop({
        title: titleOf(client, metrics, perSecond, options),
        metrics,
        perSecond,
        sort: options.sort,
        width,
        height,
      });
      process.stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, options.interval * 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (ended) wake();
      });
    }
  } finally {
    process.stdout.write(LEAVE);
    process.stdout.off('resize', onResize);
    if (process.stdin.isTTY) process.stdin.setRawMode(false).off('data', onKey).pause();
  }
}

async function countAll(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<Metric>(
    'select relation, operation, action, calls::float8 as calls from ai.metrics',
  );
  return new Map(rows.map((metric) => [nameOf(metric), metric.calls]));
}
