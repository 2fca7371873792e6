import type { Backoff } from '../delivery.ts';

export const DEFAULT_BACKOFF: Backoff = { base_ms: 1000, factor: 2, max_ms: 3_600_000, jitter: 0.2 };

/**
 * How long to wait after a failed attempt: longer each time, and by chance a little more or less, so that what failed together does not come back together.
 * @param attempt the one that has failed, from 1
 * @param chance from 0 to 1
 */
export const delayAfter = (attempt: number, backoff: Backoff, chance = Math.random()): number => {
  // Far enough out, the power is infinite and the product may be no number.
  const raw = Math.min(
    backoff.max_ms,
    backoff.base_ms * Math.min(backoff.factor ** (attempt - 1), Number.MAX_SAFE_INTEGER),
  );
  return Math.max(0, Math.round(Math.min(backoff.max_ms, raw * (1 + backoff.jitter * (2 * chance - 1)))));
};
