/** Small pieces that the generated pages are made of. */

export const code = (text: string): string => {
  // A text that holds backticks stands between longer ones.
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** Says where a page comes from, for those who open it to edit it. */
export const generated = (source: string): string =>
  `<!-- Generated from ${source} by \`make docs\`. Edit that, not this page. -->`;
