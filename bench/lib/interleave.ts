import { performance } from 'node:perf_hooks';
import { type Result, round } from './result.ts';
import { median, quantile, sum } from './statistics.ts';
import type { Wire } from './wire.ts';

/** One side of a comparison: what to send for the n-th call, and what has to be there before a run of them. */
export interface Side {
  readonly name: string;
  readonly sql: string;
  readonly parameters: (n: number) => readonly string[];
  /** Before a run of calls number `from` to `from + count`. Not timed. */
  readonly prepare?: (from: number, count: number) => Promise<void>;
  readonly bar?: number;
  /** Connections of its own, where the sides live in different databases. */
  readonly wires?: readonly Wire[];
}

export interface Plan {
  /** How often each side has its turn. */
  readonly rounds: number;
  /** How long a turn should be. */
  readonly turnMs: number;
}

interface Turn {
  readonly seconds: number;
  readonly times: Float64Array;
  readonly cpu: number | undefined;
}

let calls = 0;

/**
 * Compares sides that take turns (A B C, B C A, …) on the same connections, in turns so short that a noisy machine disturbs all alike.
 * The first side is the baseline; what is told of another is the median over the rounds of its time by the baseline's time.
 */
export const interleave = async (
  name: string,
  wires: readonly Wire[],
  sides: readonly Side[],
  plan: Plan,
): Promise<Result[]> => {
  // The first turns fill caches and tell how many calls fit in a turn.
  const clients = (first(sides).wires ?? wires).length;
  let count = clients * 30;
  for (const side of sides) await turn(wires, side, clients * 20);
  const pace = await turn(wires, first(sides), count);
  count = Math.max(clients * 10, Math.round(((plan.turnMs / 1000) * count) / pace.seconds / clients) * clients);
  for (const side of sides) await turn(wires, side, Math.ceil(count / 2));

  const turns = sides.map((): Turn[] => []);
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < sides.length; i++) {
      const at = (i + round) % sides.length;
      turns[at]?.push(await turn(wires, sides[at] ?? first(sides), count));
    }
  }
  const base = turns[0] ?? [];
  return sides.slice(1).map((side, i) => compare(name, first(sides).name, side, base, turns[i + 1] ?? []));
};

const first = (sides: readonly Side[]): Side => {
  const [side] = sides;
  if (side === undefined) throw new Error('nothing to compare');
  return side;
};

const turn = async (shared: readonly Wire[], side: Side, count: number): Promise<Turn> => {
  const wires = side.wires ?? shared;
  const from = calls;
  calls += count;
  await side.prepare?.(from, count);
  const frames: Buffer[][] = [];
  for (const [i, wire] of wires.entries()) {
    const mine: Buffer[] = [];
    for (let n = from + i; n < from + count; n += wires.length)
      mine.push(await wire.frame(side.sql, side.parameters(n)));
    frames.push(mine);
  }
  const cpuBefore = wires.map((wire) => wire.cpu());
  const start = performance.now();
  const times = await Promise.all(wires.map((wire, i) => wire.run(frames[i] ?? [])));
  const seconds = (performance.now() - start) / 1000;
  const used = wires.map((wire, i) => (wire.cpu() ?? Number.NaN) - (cpuBefore[i] ?? Number.NaN));
  const cpu = sum(used);
  return {
    seconds,
    times: Float64Array.from(times.flatMap((some) => [...some])),
    cpu: Number.isNaN(cpu) ? undefined : cpu,
  };
};

const compare = (name: string, baseline: string, side: Side, base: readonly Turn[], mine: readonly Turn[]): Result => {
  const ratios = mine.map((one, i) => one.seconds / (base[i]?.seconds ?? Number.NaN));
  const times = Float64Array.from(mine.flatMap((one) => [...one.times]));
  const perSecond = (turns: readonly Turn[]) => median(turns.map((one) => one.times.length / one.seconds));
  const perCall = (turns: readonly Turn[]) =>
    median(turns.map((one) => (one.cpu ?? Number.NaN) / one.times.length / 1000));
  const cpu = perCall(mine);
  return {
    case: name,
    subject: side.name,
    baseline,
    ratio: round(median(ratios)),
    bar: side.bar ?? null,
    want: 'at most',
    tps: round(perSecond(mine)),
    p50_ms: round(median(times)),
    p99_ms: round(quantile(times, 0.99)),
    runs: mine.length,
    spread: [round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))],
    baseline_tps: round(perSecond(base)),
    ...(Number.isNaN(cpu)
      ? {}
      : {
          cpu_us: round(cpu),
          baseline_cpu_us: round(perCall(base)),
          cpu_ratio: round(median(mine.map((one, i) => (one.cpu ?? 0) / (base[i]?.cpu ?? 1)))),
        }),
  };
};
