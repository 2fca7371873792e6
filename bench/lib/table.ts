import { meets, type Result } from './result.ts';

const number = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '' : String(value);

/** The results as a table for people. */
export const printTable = (results: readonly Result[]): void => {
  const head = ['case', 'subject', 'against', 'ratio', 'spread', 'bar', '', 'tps', 'p50 ms', 'p99 ms', 'cpu ratio'];
  const rows = results.map((result) => {
    const verdict = meets(result);
    const found =
      result.ratio === null
        ? `${number(result.value)} ${result.unit ?? ''}${result.baseline_value === undefined ? '' : ` (${number(result.baseline_value)})`}`
        : number(result.ratio);
    return [
      result.case,
      result.subject,
      result.baseline,
      found,
      result.spread === undefined ? '' : result.spread.map((one) => number(Number(one.toPrecision(3)))).join('–'),
      result.bar === null ? '' : `${result.want === 'at most' ? '≤' : '≥'} ${result.bar}`,
      verdict === undefined ? '' : verdict ? 'met' : 'MISSED',
      number(result.tps),
      number(result.p50_ms),
      number(result.p99_ms),
      number(result.cpu_ratio),
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
};
