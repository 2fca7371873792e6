import type { Command } from 'commander';
import pg from 'pg';
import { compileTables, OtherCompiler, type TableOutcome } from '../../install/compile-host.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { CliError, exitCode } from '../errors.ts';
import { requireThisVersion } from '../installation.ts';
import { createOutput, type Output, paint } from '../output.ts';

type Options = ConnectionOptions & { readonly force?: true; readonly json?: true };

export const register = (program: Command): void => {
  connectionOption(
    program
      .command('compile')
      .description('compile the declarations that have changed, outside of the database')
      .argument('[table]', 'only this one'),
  )
    .option('--force', 'compile what has not changed, too')
    .option('--json', 'say what became of each table as JSON')
    .action(compile);
};

async function compile(table: string | undefined, options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    await requireThisVersion(client);
    const outcomes = await compileDeclarations(client, { table, force: options.force === true }, output);
    output.data({ tables: outcomes });
    if (outcomes.length === 0) output.line('no table declares operations');
    if (outcomes.some(({ outcome }) => outcome === 'refused')) process.exitCode = exitCode.failed;
  });
}

/** Compiles and shows each table as it is done. @throws CliError that says how to mend what keeps the compiler from working */
export async function compileDeclarations(
  client: pg.Client,
  options: { readonly table?: string | undefined; readonly force?: boolean },
  output: Output,
): Promise<TableOutcome[]> {
  try {
    return await compileTables(client, { ...options, report: (outcome) => show(outcome, output) });
  } catch (error) {
    if (error instanceof OtherCompiler) {
      throw new CliError(error.message, {
        cause: error,
        hint: 'use the pg-ai that installed it, or bring the database to this one: pg-ai upgrade',
      });
    }
    if (error instanceof pg.DatabaseError && error.code === '42501') {
      throw new CliError(`${client.user} may not compile: ${error.message}`, {
        cause: error,
        hint: `connect as a superuser, or: grant ai_worker to "${client.user}"`,
      });
    }
    throw error;
  }
}

const colours = { compiled: 'green', unchanged: 'dim', withdrawn: 'yellow', refused: 'red' } as const;

function show({ table, outcome, diagnostics }: TableOutcome, output: Output): void {
  output.line(`${paint(colours[outcome], outcome.padEnd(9))}  ${table}`);
  for (const { severity, path, reason, suggestion } of diagnostics) {
    output.line(`           ${severity}: ${path}: ${reason}`);
    if (suggestion) output.line(`             ${suggestion}`);
  }
}
