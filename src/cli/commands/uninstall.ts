import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { planUninstall, uninstall as run, type UninstallPlan } from '../../install/uninstall.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { CliError } from '../errors.ts';
import { createOutput, type Output } from '../output.ts';

type Options = ConnectionOptions & {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly deleteHistory?: true;
  readonly json?: true;
};

export const register = (program: Command): void => {
  connectionOption(
    program.command('uninstall').description('take pg_ai out of a database; comments on tables and columns stay'),
  )
    .option('--dry-run', 'print the SQL instead of running it')
    .option('--yes', 'do not ask')
    .option('--delete-history', 'also where the audit trail or the event log holds rows: they are deleted')
    .option('--json', 'say what was done as JSON')
    .action(uninstall);
};

async function uninstall(options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    const plan = await planUninstall(client);
    if (plan === undefined) {
      output.data({ changed: false });
      output.line(`pg_ai is not installed in the database ${client.database}; nothing was changed`);
      return;
    }
    if (options.dryRun) {
      const sql = ['begin', ...plan.statements, 'commit'].map((statement) => `${statement};`).join('\n');
      output.data({ sql, ...about(plan) });
      output.line(sql);
      return;
    }
    refuse(plan, options);
    if (!options.yes) await confirm(client.database ?? '', plan, output);
    await run(client, plan);
    output.data({ changed: true, ...about(plan) });
    output.line(`pg_ai ${plan.installed.version} is gone from ${client.database}; comments on tables and columns stay`);
    if (plan.rolesStay !== undefined) {
      output.line(`the roles ai_owner, ai_admin, ai_worker and ai_user stay: ${plan.rolesStay}`);
    }
  });
}

const about = ({ installed, history, rolesStay }: UninstallPlan) => ({
  version: installed.version,
  history,
  ...(rolesStay === undefined ? {} : { rolesStay }),
});

function refuse({ history, dependents }: UninstallPlan, options: Options): void {
  if (dependents.length > 0) {
    throw new CliError(`other objects use pg_ai and would be dropped with it: ${dependents.join(', ')}`, {
      hint: 'drop or change them first',
    });
  }
  if (history.audit + history.events > 0 && !options.deleteHistory) {
    throw new CliError(
      `the audit trail (${history.audit} rows) and the event log (${history.events} rows) would be deleted`,
      {
        hint: 'keep a copy if you want one (psql: \\copy (select * from ai.audit_log) to audit.csv csv header), then say --delete-history',
      },
    );
  }
}

async function confirm(database: string, { installed, history }: UninstallPlan, output: Output): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CliError(`nothing was changed: say --yes to take pg_ai out of ${database}`, {
      hint: '--dry-run shows the statements',
    });
  }
  output.progress(`pg_ai ${installed.version} with ${history.audit} audit rows and ${history.events} events will go.`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Take pg_ai out of the database ${database}? Type its name to go on: `);
  prompt.close();
  if (answer.trim() !== database) throw new CliError('nothing was changed');
}
