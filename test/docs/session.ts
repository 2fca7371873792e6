import type pg from 'pg';

/** One ```sql block of a page, and the ```text block after it, if any. */
export interface Step {
  readonly line: number;
  readonly sql: string;
  readonly expected: string | undefined;
}

export const stepsOf = (page: string): Step[] => {
  const steps: Step[] = [];
  for (const match of page.matchAll(/^```sql\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```)?/gm)) {
    const line = page.slice(0, match.index).split('\n').length;
    steps.push({ line, sql: match[1] ?? '', expected: match[2] });
  }
  return steps;
};

/** Statements of a block as psql takes them one by one; a semicolon in $$ … $$ ends none. Its own commands (\set …) change nothing that is compared. */
const statementsOf = (sql: string): string[] => {
  const statements: string[] = [];
  let open = '';
  for (const piece of sql.replace(/^\\.*$/gm, '').split(/(?<=;\s*?)$/m)) {
    open += piece;
    if (open.split('$$').length % 2 === 0) continue;
    statements.push(open.trim().replace(/;$/, ''));
    open = '';
  }
  return [...statements, open.trim()].filter((statement) => statement !== '');
};

/** Runs a block and gives what `psql -At` prints with SHOW_CONTEXT never. */
export const runStep = async (
  client: pg.Client,
  step: Step,
  after: () => Promise<void>,
): Promise<{ readonly printed: string; readonly failed: boolean }> => {
  const lines: string[] = [];
  let failed = false;
  const say = (notice: { severity?: string | undefined; message?: string | undefined }) => {
    lines.push(`${notice.severity}:  ${notice.message}`);
  };
  const tell = (error: pg.DatabaseError): void => {
    failed = true;
    lines.push(`ERROR:  ${error.message}`);
    if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`);
    if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`);
  };
  client.on('notice', say);
  try {
    for (const statement of statementsOf(step.sql)) {
      try {
        const { rows } = await client.query<(string | null)[]>({
          text: statement,
          rowMode: 'array',
          // Every value as the text that the server sends.
          types: { getTypeParser: () => String },
        });
        for (const row of rows) lines.push(row.map((value) => value ?? '').join('|'));
        await after();
      } catch (error) {
        if (!(error instanceof Error && 'severity' in error)) throw error;
        tell(error as pg.DatabaseError);
      }
    }
  } finally {
    client.off('notice', say);
  }
  return { printed: lines.map((line) => `${line}\n`).join(''), failed };
};
