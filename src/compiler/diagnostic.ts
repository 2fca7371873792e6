/** One finding about a declaration: where, what, and how to mend it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Where it stands, as `comment on column shop.users.email: format`. */
  readonly path: string;
  readonly reason: string;
  /** What to do about it, as a sentence. */
  readonly suggestion?: string;
}

export const error = (path: string, reason: string, suggestion?: string): Diagnostic => ({
  severity: 'error',
  path,
  reason,
  ...(suggestion === undefined ? {} : { suggestion }),
});

export const warning = (path: string, reason: string, suggestion?: string): Diagnostic => ({
  ...error(path, reason, suggestion),
  severity: 'warning',
});

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');

/** Levenshtein's distance, counting a swap of neighbours as one edit (the commonest slip of the fingers). */
const distance = (a: string, b: string): number => {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
};

/** The candidate nearest to what was written, when one is near enough to be meant. */
export const nearest = (written: string, candidates: readonly string[]): string | undefined => {
  const limit = Math.max(1, Math.floor(written.length / 3));
  return candidates
    .map((candidate) => ({ candidate, d: distance(written.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ d }) => d <= limit)
    .sort((x, y) => x.d - y.d || (x.candidate < y.candidate ? -1 : 1))[0]?.candidate;
};

/** "did you mean email?" or the list of what there is; where there is nothing, that. */
export const suggest = (written: string, candidates: readonly string[]): string => {
  if (candidates.length === 0) return 'there is none';
  const meant = nearest(written, candidates);
  return meant === undefined ? `use one of: ${candidates.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`;
};
