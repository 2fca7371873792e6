import { Command, CommanderError } from 'commander';
import { projectVersion } from '../project.ts';
import { register as action } from './commands/action.ts';
import { register as audit } from './commands/audit.ts';
import { register as compile } from './commands/compile.ts';
import { register as describe } from './commands/describe.ts';
import { register as dev } from './commands/dev.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as events } from './commands/events.ts';
import { register as explain } from './commands/explain.ts';
import { register as hook } from './commands/hook.ts';
import { register as install } from './commands/install.ts';
import { register as top } from './commands/top.ts';
import { register as uninstall } from './commands/uninstall.ts';
import { register as upgrade } from './commands/upgrade.ts';
import { register as worker } from './commands/worker.ts';
import { CliError, exitCode } from './errors.ts';
import { createOutput } from './output.ts';

const commands = [
  dev,
  install,
  upgrade,
  uninstall,
  compile,
  describe,
  explain,
  hook,
  action,
  audit,
  events,
  doctor,
  top,
  worker,
];

function createProgram(): Command {
  const program = new Command('pg-ai')
    .description('Compiles what tables say about themselves into plain SQL functions.')
    .version(projectVersion)
    .showHelpAfterError('(pg-ai --help shows what there is)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes: ${exitCode.ok} done, ${exitCode.failed} failed or problems found, ${exitCode.usage} the command line is wrong.
Results go to stdout, progress and errors to stderr; --json makes stdout one JSON document.`,
    );
  for (const register of commands) register(program);
  for (const command of program.commands) {
    for (const each of [command, ...command.commands]) each.exitOverride();
  }
  return program;
}

// `pg-ai … | head` closes the pipe early, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok);
  throw error;
});

try {
  const program = createProgram();
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has said what is wrong by now; asking for help or the version also ends here, with 0.
    process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  } else {
    createOutput({ json: process.argv.includes('--json') }).error(error);
    process.exitCode = error instanceof CliError ? error.exitCode : exitCode.failed;
  }
}
