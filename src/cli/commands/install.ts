import type { Command } from 'commander';
import { install as installInto, OtherVersion, offeredLanguages, scriptFor } from '../../install/install.ts';
import { findInstallation } from '../../install/installed.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { otherVersion, sayInstallation } from '../installation.ts';
import { createOutput } from '../output.ts';

type Options = ConnectionOptions & {
  readonly dryRun?: true;
  readonly javascript: boolean;
  readonly eventTriggers: boolean;
  readonly json?: true;
};

export const register = (program: Command): void => {
  connectionOption(program.command('install').description('install pg_ai in a database, in one transaction'))
    .option('--dry-run', 'print the SQL instead of running it')
    .option('--no-javascript', 'compile with pg-ai compile only, even where the database has plv8 or pljs')
    .option('--no-event-triggers', 'compile on request only, even where event triggers may be created')
    .option('--json', 'say what was done as JSON')
    .action(install);
};

async function install(options: Options): Promise<void> {
  const output = createOutput(options);
  const wanted = {
    javascript: options.javascript ? 'auto' : 'none',
    eventTriggers: options.eventTriggers ? 'auto' : 'none',
  } as const;
  await withClient(options, async (client) => {
    if (options.dryRun) {
      const installed = await findInstallation(client);
      const [language] = options.javascript ? await offeredLanguages(client) : [];
      const lines = [
        `-- pg-ai install for the database ${client.database}`,
        ...(installed === undefined
          ? []
          : [`-- pg_ai ${installed.version} is installed there: this script would refuse`]),
        'begin;',
        ...(language === undefined ? [] : [`create extension ${language};`]),
        await scriptFor(client, wanted),
        ...(language === undefined ? [] : [`update ai_private.installation set created_language = '${language}';`]),
        'commit;',
      ];
      output.data({ sql: lines.join('\n') });
      output.line(lines.join('\n'));
      return;
    }
    try {
      const report = await installInto(client, wanted);
      output.data(report);
      output.line(
        report.changed
          ? `pg_ai ${report.version} is now installed in ${client.database}`
          : `pg_ai ${report.version} is installed in ${client.database} already; nothing was changed`,
      );
      sayInstallation(output, report);
    } catch (error) {
      throw error instanceof OtherVersion ? otherVersion(error) : error;
    }
  });
}
