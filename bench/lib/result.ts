/** One line of bench/results.json. */
export interface Result {
  readonly case: string;
  readonly subject: string;
  readonly baseline: string;
  /** Time of the subject by time of the baseline, the median of the pairs of interleaved runs. Null where a measure has no baseline. */
  readonly ratio: number | null;
  /** What the ratio (where there is none, the value) must not exceed, or with "want": "at least" must reach. Null: told, not judged. */
  readonly bar: number | null;
  readonly want: 'at most' | 'at least';
  readonly tps: number | null;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** Pairs that were compared. */
  readonly runs: number;
  /** Quartiles of the ratio over the pairs. */
  readonly spread?: readonly [number, number];
  readonly baseline_tps?: number;
  /** Processor time of the server for one call, and what is between the two sides: the strictest view, without client and network. */
  readonly cpu_us?: number;
  readonly baseline_cpu_us?: number;
  readonly cpu_ratio?: number;
  /** Measures that are no times: what was found, in which unit, and the same for the baseline. */
  readonly value?: number;
  readonly baseline_value?: number;
  readonly unit?: string;
  readonly note?: string;
}

/** Whether the bar is met; undefined where there is none. */
export const meets = (result: Result): boolean | undefined => {
  const found = result.ratio ?? result.value;
  if (result.bar === null || found === undefined) return undefined;
  return result.want === 'at most' ? found <= result.bar : found >= result.bar;
};

/** A measure that is one number. */
export const measure = (
  name: string,
  subject: string,
  value: number,
  unit: string,
  more: Partial<Result> = {},
): Result => ({
  case: name,
  subject,
  baseline: more.baseline_value === undefined ? 'none' : 'by hand',
  ratio: null,
  bar: null,
  want: 'at most',
  tps: null,
  p50_ms: null,
  p99_ms: null,
  runs: 1,
  value: round(value),
  unit,
  ...more,
});

/** Four digits that count. */
export const round = (value: number): number => Number(value.toPrecision(4));
