import type { Job } from 'graphile-worker';
import { expect, test } from 'vitest';
import { Ahead } from '../../../workers/runner/ahead.ts';

const jobs = (count: number): Job[] => Array.from({ length: count }, () => ({}) as Job);

test('small jobs are locked by the hundred, slow ones by what the attempts need', () => {
  const ahead = new Ahead(10, 512);
  ahead.locked(jobs(10), 0);
  // Ten in two milliseconds are 1,250 in a quarter of a second.
  ahead.locked(jobs(10), 2);
  expect(ahead.size).toBe(512);
  ahead.locked(jobs(512), 5000);
  // 512 in five seconds: 25 in a quarter.
  expect(ahead.size).toBe(512);
  ahead.locked(jobs(512), 10_000);
  expect(ahead.size).toBe(16);
  ahead.locked(jobs(16), 90_000);
  ahead.locked(jobs(16), 180_000);
  expect(ahead.size).toBe(10);
});

test('a load that was not full says nothing about speed', () => {
  const ahead = new Ahead(10, 512);
  for (let at = 0; at < 10; at++) ahead.locked(jobs(3), at);
  expect(ahead.size).toBe(10);
});

test("graphile-worker's queue follows, and one that has changed is left alone", () => {
  const ahead = new Ahead(10, 64);
  const queue = { getJobBatchSize: 10 };
  ahead.adjust(queue as never);
  ahead.locked(jobs(10), 0);
  ahead.locked(jobs(10), 1);
  expect(queue.getJobBatchSize).toBe(64);
  const another = {};
  const unknown = new Ahead(10, 64);
  unknown.adjust(another as never);
  unknown.locked(jobs(10), 0);
  unknown.locked(jobs(10), 1);
  expect(another).toEqual({});
});
