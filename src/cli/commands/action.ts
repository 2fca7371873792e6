import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { actionRegistration } from '../../install/hook-bundle.ts';
import { bundled, handOver } from '../build-code.ts';
import { type ConnectionOptions, connectionOption } from '../connection.ts';
import { CliError } from '../errors.ts';

type Options = ConnectionOptions & {
  readonly name?: string;
  readonly inputs?: string;
  readonly outputs?: string;
  readonly install?: true;
  readonly json?: true;
};

export const register = (program: Command): void => {
  const action = program.command('action').description('actions that are written in TypeScript');
  connectionOption(
    action
      .command('build')
      .description('bundle a TypeScript or JavaScript file and what it imports into one action, as an SQL statement')
      .argument('<file>', 'its default export is the action'),
  )
    .option('--name <name>', 'the action’s name; default: the file’s')
    .option('--inputs <file>', 'a file with the JSON Schema of the inputs; default: as registered')
    .option('--outputs <file>', 'a file with the JSON Schema of the answer; default: as registered')
    .option('--install', 'run the statement instead of printing it')
    .option('--json', 'print name, sizes, inputs and the statement as JSON')
    .action(build);
};

const schemaIn = async (file: string | undefined): Promise<string | undefined> => {
  if (file === undefined) return undefined;
  try {
    const text = await readFile(file, 'utf8');
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

async function build(file: string, options: Options): Promise<void> {
  const name =
    options.name ??
    basename(file)
      .replace(/\.[^.]+$/, '')
      .replaceAll('-', '_');
  const row = { name, inputSchema: await schemaIn(options.inputs), outputSchema: await schemaIn(options.outputs) };
  const bundle = await bundled(file);
  await handOver(options, 'action', name, bundle, actionRegistration(row, bundle.code));
}
