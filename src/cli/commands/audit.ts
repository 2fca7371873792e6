import type { Command } from 'commander';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { CliError, usageError } from '../errors.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput, paint } from '../output.ts';

type Common = ConnectionOptions & { readonly json?: true };
type Verify = Common & { readonly anchor?: string };

/** The secret of keyed seals is read from the environment: arguments can be seen by everyone on the machine. */
const SECRET = 'PG_AI_AUDIT_SECRET';
const secret = (): string | null => process.env[SECRET] ?? null;

export const register = (program: Command): void => {
  const audit = program.command('audit').description('seal, verify and read the audit trail');
  connectionOption(audit.command('seal').description(`seal what is new (keyed with $${SECRET} when it is set)`))
    .option('--json', 'as JSON')
    .action(seal);
  connectionOption(
    audit.command('verify').description('check the trail against its seals; exit code 1 when it was tampered with'),
  )
    .option('--anchor <root>', 'a root that an earlier "audit seal" printed; it must still be there')
    .option('--json', 'as JSON')
    .action(verify);
  connectionOption(
    audit
      .command('history')
      .description('what happened to one row, oldest first')
      .argument('<table>', 'by search_path or as schema.table')
      .argument('<key>', 'the primary key as JSON: {"id": 7}'),
  )
    .option('--json', 'as JSON')
    .action(history);
};

async function seal(options: Common): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    await requireInstallation(client);
    const { rows } = await client.query<{ seal: string; sealed_rows: string; root: string }>(
      'select * from ai.seal_audit($1)',
      [secret()],
    );
    const last = rows[0];
    output.data(last ?? null);
    if (last === undefined) output.line('nothing to seal: the audit trail is empty');
    else output.line(`sealed ${last.sealed_rows} rows; seal ${last.seal}, root ${last.root}`);
  });
}

async function verify(options: Verify): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    await requireInstallation(client);
    const { rows } = await client.query<{
      ok: boolean;
      checked_rows: string;
      sealed_rows: string;
      first_bad: string | null;
      problem: string | null;
      unchecked: string | null;
    }>('select * from ai.verify_audit($1, $2)', [secret(), options.anchor ?? null]);
    const result = rows[0];
    if (result === undefined) return;
    output.data(result);
    if (result.unchecked !== null) output.line(`not checked: ${result.unchecked} in $${SECRET}`);
    if (!result.ok) {
      const where = result.first_bad === null ? '' : `audit row ${result.first_bad}: `;
      throw new CliError(`the audit trail is not as it was written: ${where}${result.problem}`);
    }
    output.line(`${paint('green', 'ok')}: ${result.checked_rows} rows, ${result.sealed_rows} of them sealed`);
  });
}

async function history(table: string, key: string, options: Common): Promise<void> {
  const output = createOutput(options);
  try {
    JSON.parse(key);
  } catch {
    throw usageError(`<key> is not valid JSON: ${key}`, `quote it for the shell: '{"id": 7}'`);
  }
  await withClient(options, async (client) => {
    await requireInstallation(client);
    const { rows } = await client.query<{
      at: Date;
      operation: string;
      actor: string;
      changes: Record<string, { old?: unknown; new?: unknown }>;
    }>('select at, operation, actor, changes from ai.history($1, $2)', [table, key]);
    output.data(rows);
    if (rows.length === 0) output.line(`nothing is recorded of ${table} ${key}`);
    for (const row of rows) {
      output.line(`${row.at.toISOString()}  ${paint('bold', row.operation)} by ${row.actor}`);
      for (const [field, { old, new: fresh }] of Object.entries(row.changes)) {
        output.line(
          `    ${field}: ${old === undefined ? '' : `${JSON.stringify(old)} → `}${fresh === undefined ? 'gone' : JSON.stringify(fresh)}`,
        );
      }
    }
  });
}
