import type { Command } from 'commander';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { usageError } from '../errors.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput, type Output, paint } from '../output.ts';

type Options = ConnectionOptions & { readonly json?: true; readonly options?: string };

interface Explanation {
  readonly operation: string;
  readonly table: string;
  readonly function: string;
  readonly runs_as: string;
  readonly roles: readonly string[];
  readonly checks: readonly {
    readonly field: string | null;
    readonly code: string;
    readonly rule: Readonly<Record<string, unknown>>;
    readonly outcome: 'passed' | 'failed' | 'not reached';
  }[];
  readonly statement: { readonly sql: string; readonly plan: readonly string[] | null };
  readonly refused: { readonly sqlstate: string; readonly message: string } | null;
  readonly diff: Readonly<Record<string, { readonly old?: unknown; readonly new?: unknown }>>;
  readonly audit: readonly { readonly operation: string; readonly relation: string; readonly actor: string }[];
  readonly events: readonly { readonly topic: string }[];
  readonly side_effects: readonly string[];
}

export const register = (program: Command): void => {
  connectionOption(
    program
      .command('explain')
      .description('tell what a call would check, change, audit and emit, without doing it')
      .argument('<operation>', 'create, update, delete, upsert or fetch')
      .argument('<table>', 'by search_path or as schema.table')
      .argument('<inputs>', 'the inputs as a JSON object'),
  )
    .option('--options <json>', 'options of the call as a JSON object', '{}')
    .option('--json', 'the whole explanation as JSON')
    .action(explain);
};

const parseJson = (what: string, text: string): string => {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw usageError(`${what} is not valid JSON: ${text}`, `quote it for the shell: '{"email": "ann@example.com"}'`);
  }
};

async function explain(operation: string, table: string, inputs: string, options: Options): Promise<void> {
  const output = createOutput(options);
  const [given, settings] = [parseJson('<inputs>', inputs), parseJson('--options', options.options ?? '{}')];
  await withClient(options, async (client) => {
    await requireInstallation(client);
    const { rows } = await client.query<{ explained: Explanation }>(
      'select ai.explain_mutation($1, $2, $3, $4) as explained',
      [operation, table, given, settings],
    );
    const explained = rows[0]?.explained;
    if (explained === undefined) return;
    output.data(explained);
    show(explained, output);
  });
}

const MARKS = { passed: '✓', failed: '✗', 'not reached': '·' } as const;

function show(explained: Explanation, output: Output): void {
  const section = (title: string): void => {
    output.line('');
    output.line(paint('bold', title));
  };
  output.line(`${paint('bold', `${explained.operation} on ${explained.table}`)}, by ${explained.function}`);
  output.line(`callers: ${explained.roles.join(', ')}; runs as ${explained.runs_as}`);

  section('Checks');
  for (const check of explained.checks) {
    const text = `  ${MARKS[check.outcome]} ${check.field ?? '(all inputs)'}: ${check.code} ${JSON.stringify(check.rule)}`;
    output.line(check.outcome === 'failed' ? paint('red', text) : text);
  }
  section('Statement');
  for (const line of explained.statement.sql.split('\n')) output.line(`  ${line}`);
  if (explained.statement.plan !== null) {
    section('Plan');
    for (const line of explained.statement.plan) output.line(`  ${line}`);
  }
  if (explained.refused !== null) {
    section('Refused');
    output.line(paint('red', `  ${explained.refused.sqlstate}: ${explained.refused.message}`));
    return;
  }
  section('Changes');
  for (const [field, { old, new: fresh }] of Object.entries(explained.diff)) {
    output.line(
      `  ${field}: ${old === undefined ? '' : `${JSON.stringify(old)} → `}${fresh === undefined ? 'gone' : JSON.stringify(fresh)}`,
    );
  }
  section('Would be written');
  for (const row of explained.audit) output.line(`  audit: ${row.operation} on ${row.relation} by ${row.actor}`);
  for (const event of explained.events) output.line(`  event: ${event.topic}`);
  section('Kept all the same');
  for (const effect of explained.side_effects) output.line(`  ${effect}`);
  if (explained.side_effects.length === 0) output.line('  nothing');
}
