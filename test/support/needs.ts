import { beforeEach } from 'vitest';

/**
 * Said at the top of a file or a describe block: its tests run only where the condition holds. Elsewhere each of them is
 * skipped by name, and the end of the run lists them with what is missing and how to get it.
 */
export function needs(condition: unknown, missing: string): void {
  if (condition) return;
  beforeEach((context) => {
    context.skip(missing);
  });
}
