import { expect, test } from 'vitest';
import { drawTop, type Metric } from '../../src/cli/top.ts';

const metric = (operation: string, more: Partial<Metric> = {}): Metric => ({
  relation: 'public.customer_account',
  operation,
  action: null,
  calls: 10,
  succeeded: 10,
  failed: 0,
  errors: {},
  refused: 0,
  rows: 10,
  mean_ms: 1,
  p50_ms: 0.4,
  p95_ms: 12.34,
  p99_ms: 123.4,
  max_ms: 1234.5,
  ...more,
});
const screen = { title: 'db: 1.0 calls/s', perSecond: [1, 2, 3], sort: 'calls', width: 140, height: 24 } as const;

test('what is called most comes first, with its errors, most first', () => {
  const metrics = [
    metric('create', { failed: 3, errors: { PI100: 1, '23505': 2 } }),
    metric('update', { calls: 2000, p50_ms: null }),
    metric('create', { relation: null, action: 'sign_up', operation: null }),
  ];
  expect(drawTop({ ...screen, metrics })).toEqual([
    'db: 1.0 calls/s',
    '',
    'operation                       calls/s  calls  failed  refused  p50 ms  p95 ms  p99 ms  max ms  errors',
    'public.customer_account.update     2.00   2000       0        0       -    12.3     123    1235',
    'action sign_up                     3.00     10       0        0    0.40    12.3     123    1235',
    'public.customer_account.create     1.00     10       3        0    0.40    12.3     123    1235  23505 ×2  PI100 ×1',
  ]);
});

test('by errors, by latency', () => {
  const metrics = [metric('create'), metric('update', { failed: 1 }), metric('delete', { p99_ms: 500 })];
  const first = (sort: 'errors' | 'p95' | 'p99') => drawTop({ ...screen, metrics, sort })[3]?.split(' ')[0];
  expect(first('errors')).toBe('public.customer_account.update');
  expect(first('p99')).toBe('public.customer_account.delete');
});

test('a narrow screen leaves columns out rather than names; nothing is wider or longer than the screen', () => {
  const metrics = [metric('create', { failed: 3, errors: { PI100: 1, '23505': 2 } }), metric('update')];
  expect(drawTop({ ...screen, metrics, width: 76 })).toEqual([
    'db: 1.0 calls/s',
    '',
    'operation                       calls/s  calls  failed  p95 ms  p99 ms  erro',
    'public.customer_account.create     1.00     10       3    12.3     123  2350',
    'public.customer_account.update     2.00     10       0    12.3     123',
  ]);
  const lines = drawTop({ ...screen, metrics, width: 40, height: 5 });
  expect(lines).toHaveLength(4);
  expect(lines.every((line) => line.length <= 40)).toBe(true);
  expect(lines[3]).toMatch(/^public\.c… +10 /);
  for (let width = 1; width <= 40; width++)
    expect(drawTop({ ...screen, metrics, width }).filter((line) => line.length > width)).toEqual([]);
});

test('nothing yet', () => {
  expect(drawTop({ ...screen, metrics: [] }).at(-1)).toBe('nothing was called yet');
});
