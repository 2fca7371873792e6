import { paint } from './output.ts';

/** One row of ai.metrics_since. */
export type Metric = {
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
};

export const SORTS = ['calls', 'errors', 'p95', 'p99'] as const;
export type Sort = (typeof SORTS)[number];

export type Screen = {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Calls a second of each, in the same order. */
  readonly perSecond: readonly number[];
  readonly sort: Sort;
  /** Columns and lines that there are; what does not fit is left out. */
  readonly width: number;
  readonly height: number;
};

type Column = { readonly head: string; readonly cell: (metric: Metric, rate: number) => string };

const COLUMNS: readonly Column[] = [
  { head: 'calls/s', cell: (_, rate) => figure(rate) },
  { head: 'calls', cell: ({ calls }) => String(calls) },
  { head: 'failed', cell: ({ failed }) => String(failed) },
  { head: 'refused', cell: ({ refused }) => String(refused) },
  { head: 'p50 ms', cell: ({ p50_ms }) => figure(p50_ms) },
  { head: 'p95 ms', cell: ({ p95_ms }) => figure(p95_ms) },
  { head: 'p99 ms', cell: ({ p99_ms }) => figure(p99_ms) },
  { head: 'max ms', cell: ({ max_ms }) => figure(max_ms) },
];
/** What is left out first where names would be cut short. */
const SPARE = ['refused', 'max ms', 'p50 ms', 'calls/s'];

const WORTH: Readonly<Record<Sort, (metric: Metric) => number>> = {
  calls: (metric) => metric.calls,
  errors: (metric) => metric.failed,
  p95: (metric) => metric.p95_ms ?? -1,
  p99: (metric) => metric.p99_ms ?? -1,
};

export const nameOf = ({ relation, operation, action }: Metric): string =>
  action !== null && relation === null
    ? `action ${action}`
    : relation === null
      ? '(not known)'
      : `${relation}.${operation}${action === null ? '' : ` in ${action}`}`;

/** Up to three digits that say something. */
const figure = (value: number | null): string =>
  value === null ? '-' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const errorsOf = ({ errors }: Metric): string =>
  Object.entries(errors)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ×${count}`)
    .join('  ');

/** The lines of the screen. */
export const drawTop = ({ title, metrics, perSecond, sort, width, height }: Screen): string[] => {
  const worth = WORTH[sort];
  const rows = metrics
    .map((metric, i) => ({ metric, name: nameOf(metric), rate: perSecond[i] ?? 0 }))
    .sort((a, b) => worth(b.metric) - worth(a.metric) || a.name.localeCompare(b.name))
    .slice(0, Math.max(1, height - 4));
  const longest = Math.max(9, ...rows.map(({ name }) => name.length));
  const columns = COLUMNS.map(({ head, cell }) => {
    const cells = rows.map(({ metric, rate }) => cell(metric, rate));
    return { head, cells, width: Math.max(head.length, ...cells.map((text) => text.length)) };
  });
  const room = (): number => width - columns.reduce((sum, column) => sum + column.width + 2, 0);
  for (const head of SPARE) {
    if (room() < Math.min(longest, 32))
      columns.splice(
        columns.findIndex((column) => column.head === head),
        1,
      );
  }
  const nameWidth = Math.max(9, Math.min(longest, room()));
  const cut = (text: string): string =>
    text.length <= nameWidth ? text.padEnd(nameWidth) : `${text.slice(0, nameWidth - 1)}…`;
  const line = (name: string, cells: readonly string[]): string =>
    cut(name) + cells.map((text, i) => `  ${text.padStart(columns[i]?.width ?? 0)}`).join('');
  const head = line(
    'operation',
    columns.map((column) => column.head),
  );
  return [
    title.slice(0, width),
    '',
    paint('bold', `${head}  errors`.slice(0, width)),
    ...rows.map(({ metric, name }, i) => {
      const start = line(
        name,
        columns.map(({ cells }) => cells[i] ?? ''),
      ).slice(0, width);
      const errors = errorsOf(metric).slice(0, Math.max(0, width - start.length - 2));
      return errors === '' ? start : `${start}  ${paint('red', errors)}`;
    }),
    ...(rows.length === 0 ? ['nothing was called yet'] : []),
  ];
};
