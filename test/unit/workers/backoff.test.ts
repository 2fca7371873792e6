import { expect, test } from 'vitest';
import { delayAfter } from '../../../workers/runner/backoff.ts';

const backoff = { base_ms: 100, factor: 2, max_ms: 1000, jitter: 0 };

test('each pause is longer than the one before, up to the longest', () => {
  expect([1, 2, 3, 4, 5, 60, 5000].map((attempt) => delayAfter(attempt, backoff))).toEqual([
    100, 200, 400, 800, 1000, 1000, 1000,
  ]);
});

test('chance takes or adds up to its share, and never more than the longest', () => {
  const shaky = { ...backoff, jitter: 0.5 };
  expect([0, 0.5, 1].map((chance) => delayAfter(2, shaky, chance))).toEqual([100, 200, 300]);
  expect(delayAfter(9, shaky, 1)).toBe(1000);
});

test('a factor of one keeps the pause, a base of nothing makes none', () => {
  expect(delayAfter(50, { ...backoff, factor: 1 })).toBe(100);
  expect(delayAfter(5000, { ...backoff, base_ms: 0 })).toBe(0);
});
