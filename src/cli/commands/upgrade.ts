import type { Command } from 'commander';
import { hasThisCompiler, NoWay, upgrade as run, scriptForUpgrade } from '../../install/upgrade.ts';
import { projectVersion } from '../../project.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { CliError, exitCode } from '../errors.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput } from '../output.ts';
import { compileDeclarations } from './compile.ts';

type Options = ConnectionOptions & { readonly dryRun?: true; readonly repair?: true; readonly json?: true };

export const register = (program: Command): void => {
  connectionOption(
    program
      .command('upgrade')
      .description('bring pg_ai in a database to the version of this command, and compile what it had compiled'),
  )
    .option('--dry-run', 'print the SQL instead of running it')
    .option('--repair', 'put functions, texts and grants in place anew although the version is this one')
    .option('--json', 'say what was done as JSON')
    .action(upgrade);
};

async function upgrade(options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    const installed = await requireInstallation(client);
    const from = installed.version;
    const current = from === projectVersion && (await hasThisCompiler(client));
    if (current && !options.repair) {
      output.data({ changed: false, from, to: projectVersion });
      output.line(`pg_ai ${from} is what this command brings; there is nothing to upgrade`);
      return;
    }
    if (from === projectVersion && installed.as === 'extension') {
      throw new CliError(`the extension is at ${from} already, and its objects are PostgreSQL's to keep in order`, {
        hint: 'if they differ, restore the database from a dump: CREATE EXTENSION puts them in place anew',
      });
    }
    try {
      if (options.dryRun) {
        const sql = `begin;\n${await scriptForUpgrade(client, installed)}\ncommit;`;
        output.data({ sql });
        output.line(sql);
        return;
      }
      await run(client, installed);
    } catch (error) {
      if (error instanceof NoWay) {
        throw new CliError(error.message, { cause: error, hint: 'use the pg-ai of a version in between' });
      }
      throw error;
    }
    output.line(from === projectVersion ? `pg_ai ${from} is in place anew` : `pg_ai ${from} is now ${projectVersion}`);
    const tables = await compileDeclarations(client, {}, output);
    output.data({ changed: true, from, to: projectVersion, tables });
    if (tables.some(({ outcome }) => outcome === 'refused')) process.exitCode = exitCode.failed;
  });
}
