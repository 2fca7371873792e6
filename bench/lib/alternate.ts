import type { Side } from './interleave.ts';
import { measure, type Result, round } from './result.ts';
import { median, quantile } from './statistics.ts';
import type { Wire } from './wire.ts';

interface Plan {
  readonly calls: number;
  readonly rounds: number;
}

interface Round {
  /** Milliseconds of each call, baseline and subject. */
  readonly times: readonly [readonly number[], readonly number[]];
  /** Nanoseconds of the server's processor. */
  readonly cpu: readonly [readonly number[], readonly number[]];
}

/** Calls two sides in turn on one connection, A B A B …, so that whatever happens to the machine happens to both. */
const callByCall = async (
  wire: Wire,
  [baseline, subject]: readonly [Side, Side],
  { calls, rounds }: Plan,
): Promise<readonly Round[]> => {
  const warm = Math.ceil(calls / 10);
  const all: Round[] = [];
  let n = 500_000_000;
  for (let turn = 0; turn < rounds; turn++) {
    const times: [number[], number[]] = [[], []];
    const cpu: [number[], number[]] = [[], []];
    // Both sides do the same with the same rows.
    await baseline.prepare?.(n, 2 * (calls + warm));
    for (let i = 0; i < 2 * (calls + warm); i++) {
      const which = i % 2 === 0 ? 0 : 1;
      const side = which === 0 ? baseline : subject;
      const frame = await wire.frame(side.sql, side.parameters(n++));
      const before = wire.cpu();
      const [time = Number.NaN] = await wire.run([frame]);
      if (i < 2 * warm) continue;
      times[which].push(time);
      cpu[which].push((wire.cpu() ?? Number.NaN) - (before ?? Number.NaN));
    }
    all.push({ times, cpu });
  }
  return all;
};

/** What others do to the machine slows calls and makes none faster: the slowest of the faster tenth tells what a call costs. */
const tenth = (values: readonly number[]): number => quantile(Float64Array.from(values), 0.1);

/** Compares two sides for differences of a few per cent, as the ratio of the faster tenth of the calls of each. */
export const alternate = async (
  name: string,
  wire: Wire,
  sides: readonly [Side, Side],
  plan: Plan,
): Promise<Result> => {
  const rounds = await callByCall(wire, sides, plan);
  const [baseline, subject] = sides;
  const ratios = rounds.map(({ times }) => tenth(times[1]) / tenth(times[0]));
  const times = Float64Array.from(rounds.flatMap((one) => one.times[1]));
  const [baseCpu, ownCpu] = [0, 1].map((side) => median(rounds.map(({ cpu }) => tenth(cpu[side as 0 | 1])))) as [
    number,
    number,
  ];
  return {
    case: name,
    subject: subject.name,
    baseline: baseline.name,
    ratio: round(median(ratios)),
    bar: subject.bar ?? null,
    want: 'at most',
    tps: null,
    p50_ms: round(quantile(times, 0.5)),
    p99_ms: round(quantile(times, 0.99)),
    runs: rounds.length,
    spread: [round(quantile(Float64Array.from(ratios), 0.25)), round(quantile(Float64Array.from(ratios), 0.75))],
    ...(Number.isNaN(baseCpu)
      ? {}
      : {
          cpu_us: round(ownCpu / 1000),
          baseline_cpu_us: round(baseCpu / 1000),
          cpu_ratio: round(median(rounds.map(({ cpu }) => tenth(cpu[1]) / tenth(cpu[0])))),
        }),
    note: 'call by call, the faster tenth of each side',
  };
};

/** What the subject costs over the baseline, in microseconds a call. The subject's bar is in microseconds, too. */
export const overhead = async (name: string, wire: Wire, sides: readonly [Side, Side], plan: Plan): Promise<Result> => {
  const rounds = await callByCall(wire, sides, plan);
  const us = rounds.map(({ times }) => (tenth(times[1]) - tenth(times[0])) * 1000);
  const base = median(rounds.map(({ times }) => tenth(times[0])));
  return measure(name, sides[1].name, median(us), 'µs a call more', {
    baseline: sides[0].name,
    bar: sides[1].bar ?? null,
    runs: rounds.length,
    note: `${round(base * 1000)} µs without; call by call, the faster tenth of each side`,
  });
};
