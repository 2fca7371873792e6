import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Database } from './database.ts';
import { type Result, round } from './result.ts';
import { median, quantile } from './statistics.ts';

const folder = join(import.meta.dirname, '..', 'peers');

/** Installs what pg_ai is compared with, as its own lockfile says. */
export const installPeers = (say: (line: string) => void): void => {
  const done = join(folder, 'node_modules', '.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  say('npm: installing the packages of bench/peers/package-lock.json');
  const run = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('npm ci failed in bench/peers');
};

/** A library that creates accounts. */
export interface Peer {
  readonly create: (inputs: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export const openPeer = async (name: string, options: Readonly<Record<string, unknown>>): Promise<Peer> => {
  const module = (await import(pathToFileURL(join(folder, `${name}.mjs`)).href)) as {
    open: (options: Readonly<Record<string, unknown>>) => Peer;
  };
  return module.open(options);
};

/** A role as an application has it: it writes the tables itself, and may call operations. */
export const applicationUrl = async (database: Database): Promise<string> => {
  const url = new URL(database.url);
  await database.admin.query(`do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'bench_application') then
      create role bench_application login password '${url.password}' in role ai_user;
    end if; end $$`);
  await database.admin.query(`grant usage on schema bench, ai to bench_application;
    grant select, insert on bench.account, ai.audit_log, ai.event_log to bench_application;
    grant usage on all sequences in schema ai to bench_application;
    -- what the logs' defaults call
    grant usage on schema ai_private to bench_application;
    grant execute on function ai_private.current_action() to bench_application`);
  url.username = 'bench_application';
  return url.href;
};

/** A server process of bench/peers that prints its port. */
export const startPeerServer = async (
  name: string,
  ...parameters: readonly string[]
): Promise<{ port: number; stop: () => void }> => {
  const child = spawn(process.execPath, [join(folder, `${name}.mjs`), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
  });
  const port = await new Promise<number>((done, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /port (\d+)/.exec(chunk.toString())?.[1];
      if (found !== undefined) done(Number(found));
    });
    child.once('exit', (code) => fail(new Error(`${name} ended with ${code}`)));
  });
  return { port, stop: () => child.kill() };
};

/** One way to do the same thing, called by many at once. */
export interface Contender {
  readonly name: string;
  readonly call: (n: number) => Promise<void>;
  /** In place of the note of the race. */
  readonly note?: string;
  /** Compared with the others as we are, without a bar: the best that can be done on our side, written by hand, or another way to call us. */
  readonly floor?: boolean;
}

let calls = 0;

const turn = async (
  contender: Contender,
  count: number,
  workers: number,
): Promise<Float64Array & { seconds?: number }> => {
  const from = calls;
  calls += count;
  const times: number[] = [];
  let next = from;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let n = next++; n < from + count; n = next++) {
        const before = performance.now();
        await contender.call(n);
        times.push(performance.now() - before);
      }
    }),
  );
  return Object.assign(Float64Array.from(times), { seconds: (performance.now() - start) / 1000 });
};

/** Throughput of the first contender, and of the floor, by that of each other, in turns. */
export const race = async (
  name: string,
  contenders: readonly [Contender, ...Contender[]],
  {
    rounds,
    turnMs,
    workers,
    bar,
    note,
  }: { rounds: number; turnMs: number; workers: number; bar: number; note?: string },
): Promise<Result[]> => {
  const counts: number[] = [];
  for (const contender of contenders) {
    // JavaScript is compiled in tiers: a library that has not run for a while is slower than it is in a server.
    const warm = performance.now() + turnMs * 6;
    let pace = await turn(contender, workers * 20, workers);
    while (performance.now() < warm) pace = await turn(contender, workers * 20, workers);
    counts.push(Math.max(workers * 4, Math.round((turnMs / 1000) * (pace.length / (pace.seconds ?? 1)))));
  }
  const turns: (Float64Array & { seconds?: number })[][] = contenders.map(() => []);
  for (let i = 0; i < rounds; i++) {
    for (let j = 0; j < contenders.length; j++) {
      const at = (i + j) % contenders.length;
      turns[at]?.push(await turn(contenders[at] ?? contenders[0], counts[at] ?? 1, workers));
    }
  }
  const rate = (one: (Float64Array & { seconds?: number }) | undefined): number =>
    one === undefined ? Number.NaN : one.length / (one.seconds ?? 1);
  const ours = contenders.map((contender, i) => ({ contender, turns: turns[i] ?? [] }));
  const others = ours.slice(1).filter(({ contender }) => contender.floor !== true);
  return ours
    .filter(({ contender }, i) => i === 0 || contender.floor === true)
    .flatMap((subject) =>
      others.map(({ contender, turns: theirs }) => {
        const ratios = subject.turns.map((one, round) => rate(one) / rate(theirs[round]));
        const times = Float64Array.from(subject.turns.flatMap((one) => [...one]));
        const told = subject.contender.floor === true ? subject.contender.note : (contender.note ?? note);
        return {
          case: name,
          subject: subject.contender.name,
          baseline: contender.name,
          ratio: round(median(ratios)),
          bar: subject.contender.floor === true ? null : bar,
          want: 'at least',
          tps: round(median(subject.turns.map(rate))),
          p50_ms: round(median(times)),
          p99_ms: round(quantile(times, 0.99)),
          runs: rounds,
          spread: [round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))],
          baseline_tps: round(median(theirs.map(rate))),
          ...(told === undefined || told === '' ? {} : { note: told }),
        };
      }),
    );
};
