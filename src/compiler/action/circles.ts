/** The circle that calls of an action make, if they make one. */
export const circleOf = (
  name: string,
  calls: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined => {
  const seen = new Set<string>();
  const visit = (each: string, above: readonly string[]): readonly string[] | undefined => {
    if (each === name && above.length > 0) return [...above, each];
    if (seen.has(each)) return undefined;
    seen.add(each);
    for (const called of calls.get(each) ?? []) {
      const circle = visit(called, [...above, each]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  return visit(name, []);
};
