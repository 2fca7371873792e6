import type { Side } from './interleave.ts';
import { type Result, round } from './result.ts';
import { median, quantile } from './statistics.ts';
import type { Wire } from './wire.ts';

/**
 * Compares two sides call by call on one connection, A B A B …, for differences of a few per cent: what others do to the machine slows calls and
 * makes none faster, so the faster tenth of the calls of each side is compared, as the ratio of its slowest.
 */
export const alternate = async (
  name: string,
  wire: Wire,
  [baseline, subject]: readonly [Side, Side],
  { calls, rounds }: { readonly calls: number; readonly rounds: number },
): Promise<Result> => {
  const warm = Math.ceil(calls / 10);
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  const all: number[] = [];
  const cpus: [number[], number[]] = [[], []];
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
    const tenth = (values: readonly number[]): number => quantile(Float64Array.from(values), 0.1);
    ratios.push(tenth(times[1]) / tenth(times[0]));
    cpuRatios.push(tenth(cpu[1]) / tenth(cpu[0]));
    cpus[0].push(tenth(cpu[0]));
    cpus[1].push(tenth(cpu[1]));
    all.push(...times[1]);
  }
  const [baseCpu, ownCpu] = [median(cpus[0]), median(cpus[1])];
  return {
    case: name,
    subject: subject.name,
    baseline: baseline.name,
    ratio: round(median(ratios)),
    bar: subject.bar ?? null,
    want: 'at most',
    tps: null,
    p50_ms: round(quantile(Float64Array.from(all), 0.5)),
    p99_ms: round(quantile(Float64Array.from(all), 0.99)),
    runs: rounds,
    spread: [round(quantile(Float64Array.from(ratios), 0.25)), round(quantile(Float64Array.from(ratios), 0.75))],
    ...(Number.isNaN(baseCpu)
      ? {}
      : {
          cpu_us: round(ownCpu / 1000),
          baseline_cpu_us: round(baseCpu / 1000),
          cpu_ratio: round(median(cpuRatios)),
        }),
    note: 'call by call, the faster tenth of each side',
  };
};
