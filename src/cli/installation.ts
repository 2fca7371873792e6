import type { Client } from 'pg';
import { OtherVersion } from '../install/install.ts';
import { findInstallation, type Installation } from '../install/installed.ts';
import { projectVersion } from '../project.ts';
import { CliError } from './errors.ts';
import type { Output } from './output.ts';

/** @throws CliError where pg_ai is not in the database that the client is connected to */
export async function requireInstallation(client: Client): Promise<Installation> {
  const installed = await findInstallation(client);
  if (installed !== undefined) return installed;
  throw new CliError(`pg_ai is not installed in the database ${client.database}`, {
    hint: 'pg-ai install puts it there',
  });
}

/** The same, and of this very version: the command relies on how the objects look. */
export async function requireThisVersion(client: Client): Promise<Installation> {
  const installed = await requireInstallation(client);
  if (installed.version !== projectVersion) throw otherVersion(new OtherVersion(installed));
  return installed;
}

export function otherVersion(error: OtherVersion): CliError {
  const hint = error.installed.as === 'extension' ? 'alter extension pg_ai update, or pg-ai upgrade' : 'pg-ai upgrade';
  return new CliError(error.message, { hint, cause: error });
}

export function sayInstallation(output: Output, installed: Installation): void {
  output.line(`  installed as:    ${installed.as === 'extension' ? 'extension pg_ai' : 'plain objects'}`);
  output.line(
    `  JavaScript:      ${installed.javascript}${installed.javascript === 'none' ? ' (after changing a declaration, run: pg-ai compile)' : ' (declarations compile in the database)'}`,
  );
  output.line(
    `  event triggers:  ${installed.eventTriggers ? 'yes (a declaration takes effect in its own statement)' : 'no (after changing a declaration or a declared table, call ai.compile() or run: pg-ai compile)'}`,
  );
}
