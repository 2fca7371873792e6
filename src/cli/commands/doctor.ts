import type { Command } from 'commander';
import { examine } from '../../install/checks.ts';
import { projectVersion } from '../../project.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { exitCode } from '../errors.ts';
import { requireInstallation, sayInstallation } from '../installation.ts';
import { createOutput, paint } from '../output.ts';

type Options = ConnectionOptions & { readonly json?: true };

export const register = (program: Command): void => {
  connectionOption(
    program.command('doctor').description('say what is installed, what is not as it should be, and how to mend it'),
  )
    .option('--json', 'findings as JSON')
    .action(doctor);
};

async function doctor(options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    const installed = await requireInstallation(client);
    const findings = await examine(client, installed);
    const problems = findings.filter(({ level }) => level === 'problem').length;
    output.data({ installed, version: projectVersion, problems, findings });
    output.line(`pg_ai ${installed.version} in ${client.database}`);
    sayInstallation(output, installed);
    for (const { level, about, message, mend } of findings) {
      output.line();
      output.line(`${paint(level === 'problem' ? 'red' : 'yellow', `${level}:`)} ${paint('bold', about)}: ${message}`);
      if (mend !== undefined) output.line(`  mend: ${mend}`);
    }
    output.line();
    output.line(problems === 0 ? 'no problems' : problems === 1 ? '1 problem' : `${problems} problems`);
    if (problems > 0) process.exitCode = exitCode.failed;
  });
}
