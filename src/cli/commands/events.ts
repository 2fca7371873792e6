import type { Command } from 'commander';
import type { Client } from 'pg';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { usageError } from '../errors.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput, type Output, paint } from '../output.ts';

type Common = ConnectionOptions & { readonly json?: true };
type List = Common & { readonly limit: string };
type Some = Common & { readonly all?: true };
type Replay = Common & { readonly from: string };

export const register = (program: Command): void => {
  const events = program
    .command('events')
    .description('what waits to be delivered, what was given up, and mending that');
  connectionOption(events.command('list').description('subscriptions, how far each is, and what was given up'))
    .option('--limit <number>', 'how many of what was given up, the newest first', '20')
    .option('--json', 'as JSON')
    .action(list);
  connectionOption(
    events.command('show').description('an event, and what has become of it').argument('<event>', 'its id'),
  )
    .option('--json', 'as JSON')
    .action(show);
  connectionOption(
    events
      .command('retry')
      .description('have what was given up tried again')
      .argument('<subscription>')
      .argument('[event]', 'its id'),
  )
    .option('--all', 'everything that the subscription has given up')
    .option('--json', 'as JSON')
    .action((subscription, event, options) => settle('retry', subscription, event, options));
  connectionOption(
    events
      .command('drop')
      .description('forget what was given up; the events stay in the log')
      .argument('<subscription>')
      .argument('[event]', 'its id'),
  )
    .option('--all', 'everything that the subscription has given up')
    .option('--json', 'as JSON')
    .action((subscription, event, options) => settle('drop', subscription, event, options));
  connectionOption(
    events
      .command('replay')
      .description('deliver an event, and all after it, again')
      .argument('<subscription>')
      .requiredOption('--from <event>', 'the id of the first event'),
  )
    .option('--json', 'as JSON')
    .action(replay);
};

const idOf = (text: string, what: string): string => {
  if (!/^\d{1,18}$/.test(text)) throw usageError(`${what} is not the id of an event: ${text}`, 'ids are whole numbers');
  return text;
};

const inDatabase = (options: Common, work: (client: Client, output: Output) => Promise<void>): Promise<void> =>
  withClient(options, async (client) => {
    await requireInstallation(client);
    await work(client, createOutput(options));
  });

const list = (options: List): Promise<void> =>
  inDatabase(options, async (client, output) => {
    const limit = idOf(options.limit, '--limit');
    const { rows: subscriptions } = await client.query<{
      kind: string;
      name: string;
      delivery: string | null;
      state: string;
      waiting: string;
      dead_letters: string;
      problem: string | null;
    }>(
      `select t.about as kind, t.name, s.delivery, t.state, t.waiting::text, t.problem,
         (select count(*) from ai.dead_letters d where d.subscription = t.name and t.about = 'subscription')::text as dead_letters
       from ai.status() as t left join ai.subscriptions s on t.about = 'subscription' and s.name = t.name
       where t.about in ('subscription', 'listener')
       order by t.about desc, t.name`,
    );
    const { rows: dead } = await client.query<DeadLetter>(
      `select subscription, event_id::text as event, attempts, at, error from ai.dead_letters order by at desc, subscription, event_id limit $1`,
      [limit],
    );
    output.data({ subscriptions, dead_letters: dead });
    if (subscriptions.length === 0) output.line('nobody subscribes: insert into ai.subscriptions');
    for (const { kind, name, delivery, state, waiting, dead_letters, problem } of subscriptions) {
      const about = [
        delivery ?? kind,
        paint(state === 'failing' ? 'red' : state === 'paused' ? 'yellow' : 'green', state),
        ...(waiting === '0' ? [] : [`${waiting} to come`]),
        ...(dead_letters === '0' ? [] : [paint('red', `${dead_letters} given up`)]),
      ];
      output.line(`${paint('bold', name)}  ${about.join(', ')}`);
      if (problem !== null) output.line(`    ${problem}`);
    }
    if (dead.length > 0) output.line();
    for (const one of dead) sayDeadLetter(output, one);
  });

type DeadLetter = {
  readonly subscription: string;
  readonly event: string;
  readonly attempts: number;
  readonly at: Date;
  readonly error: string;
};

const sayDeadLetter = (output: Output, { subscription, event, attempts, at, error }: DeadLetter): void => {
  output.line(`${at.toISOString()}  ${paint('bold', subscription)} ${event}, ${attempts} attempts: ${error}`);
};

const show = (event: string, options: Common): Promise<void> =>
  inDatabase(options, async (client, output) => {
    const id = idOf(event, '<event>');
    // Raises where there is none.
    const { rows: deliveries } = await client.query<{
      subscription: string;
      delivery: string;
      state: string;
      attempts: number | null;
      at: Date | null;
      error: string | null;
    }>('select * from ai.deliveries($1)', [id]);
    const { rows } = await client.query<Record<string, unknown>>(
      `select id::text, at, topic, entity, operation, action, row_key, actor, payload, trace_id, audit_id::text from ai.event_log where id = $1`,
      [id],
    );
    output.data({ event: rows[0], deliveries });
    for (const [name, value] of Object.entries(rows[0] ?? {}))
      if (value !== null)
        output.line(
          `${name.padEnd(10)}${value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : value}`,
        );
    output.line();
    if (deliveries.length === 0) output.line('no subscription wants it');
    for (const { subscription, delivery, state, attempts, error } of deliveries)
      output.line(
        `${paint('bold', subscription)}  ${delivery}, ${paint(state === 'given up' ? 'red' : 'green', state)}${error === null ? '' : ` after ${attempts} attempts: ${error}`}`,
      );
  });

const settle = (
  what: 'retry' | 'drop',
  subscription: string,
  event: string | undefined,
  options: Some,
): Promise<void> => {
  if ((event === undefined) === (options.all === undefined))
    throw usageError('which one?', `name an event, or give --all: pg-ai events ${what} ${subscription} --all`);
  return inDatabase(options, async (client, output) => {
    const { rows } = await client.query<{ count: string }>(`select ai.${what}_dead_letters($1, $2)::text as count`, [
      subscription,
      event === undefined ? null : idOf(event, '[event]'),
    ]);
    const count = Number(rows[0]?.count ?? 0);
    output.data({ subscription, count });
    output.line(
      count === 0
        ? `${subscription} has given up ${event === undefined ? 'nothing' : `no event ${event}`}`
        : what === 'retry'
          ? `${count} will be tried again`
          : `${count} forgotten`,
    );
  });
};

const replay = (subscription: string, options: Replay): Promise<void> =>
  inDatabase(options, async (client, output) => {
    const from = idOf(options.from, '--from');
    await client.query('select ai.replay($1, $2)', [subscription, from]);
    output.data({ subscription, from });
    output.line(`${subscription} gets the event ${from} and all after it again`);
  });
