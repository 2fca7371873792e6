import type { Job, WorkerEventMap } from 'graphile-worker';

/**
 * How many jobs are locked with one statement. Many make small jobs cheap; but a job that is locked waits for this worker, though another may be idle, and
 * dies with it. So it is as many as were done lately in a quarter of a second, and always enough for all attempts at once.
 */
export class Ahead {
  readonly #least: number;
  readonly #most: number;
  #size: number;
  #queue: { getJobBatchSize: number } | undefined;
  #last: { readonly at: number; readonly jobs: number } | undefined;

  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = Math.max(least, most);
    this.#size = least;
  }

  get size(): number {
    return this.#size;
  }

  /** graphile-worker fixes the number when it starts: this changes it later, where the field is the one we know. */
  adjust(queue: WorkerEventMap['localQueue:init']['localQueue']): void {
    const known = queue as unknown as { getJobBatchSize?: unknown };
    if (typeof known.getJobBatchSize === 'number') this.#queue = known as { getJobBatchSize: number };
  }

  /** After each statement that locked jobs. */
  locked(jobs: readonly Job[], now = performance.now()): void {
    const { jobs: before, at } = this.#last ?? {};
    // Only a full load tells how fast the attempts are: after one that was not, they have waited.
    if (before !== undefined && at !== undefined && before >= this.#size) {
      const inQuarter = (before / Math.max(1, now - at)) * 250;
      // Powers of two, since each number has a prepared statement of its own.
      const wanted = 2 ** Math.floor(Math.log2(Math.max(1, inQuarter)));
      this.#size = Math.min(this.#most, Math.max(this.#least, wanted));
      if (this.#queue !== undefined) this.#queue.getJobBatchSize = this.#size;
    }
    this.#last = { at: now, jobs: jobs.length };
  }
}
