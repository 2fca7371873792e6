import { type Runner, rowsOf } from '../support/declare.ts';

export interface Metric {
  readonly relation: string | null;
  readonly operation: string | null;
  readonly action: string | null;
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly rows: number;
  readonly mean_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
  readonly latency: Readonly<Record<string, number>>;
}

/** ai.metrics, its numbers as numbers. */
export const metrics = async (runner: Runner): Promise<Metric[]> =>
  (await rowsOf<{ row: Metric }>(runner, 'select to_jsonb(m) as row from ai.metrics as m')).map(({ row }) => row);

const NONE: Metric = {
  relation: null,
  operation: null,
  action: null,
  calls: 0,
  succeeded: 0,
  failed: 0,
  errors: {},
  refused: 0,
  rows: 0,
  mean_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  max_ms: null,
  latency: {},
};

/** The metrics of one operation. */
export const metricOf = async (runner: Runner, relation: string | null, operation: string | null): Promise<Metric> =>
  (await metrics(runner)).find((metric) => metric.relation === relation && metric.operation === operation) ?? NONE;

/** What came to a metric while something was done. */
export const added = async (
  runner: Runner,
  relation: string | null,
  operation: string | null,
  work: () => Promise<unknown>,
): Promise<{ readonly succeeded: number; readonly errors: Readonly<Record<string, number>> }> => {
  const before = await metricOf(runner, relation, operation);
  await work();
  const after = await metricOf(runner, relation, operation);
  const codes = Object.entries(after.errors).map(
    ([code, count]) => [code, count - (before.errors[code] ?? 0)] as const,
  );
  return {
    succeeded: after.succeeded - before.succeeded,
    errors: Object.fromEntries(codes.filter(([, count]) => count !== 0)),
  };
};
