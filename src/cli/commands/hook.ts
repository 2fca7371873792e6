import { basename } from 'node:path';
import type { Command } from 'commander';
import { type HookRow, registration } from '../../install/hook-bundle.ts';
import { bundled, handOver } from '../build-code.ts';
import { type ConnectionOptions, connectionOption } from '../connection.ts';
import { wholeNumber } from '../whole-number.ts';

type Options = ConnectionOptions & {
  readonly name?: string;
  readonly table?: string;
  readonly operation?: string;
  readonly phase: string;
  readonly position?: number;
  readonly timeoutMs?: number;
  readonly install?: true;
  readonly json?: true;
};

export const register = (program: Command): void => {
  const hook = program.command('hook').description('hooks that are written in TypeScript');
  connectionOption(
    hook
      .command('build')
      .description('bundle a TypeScript or JavaScript file and what it imports into one hook, as an SQL statement')
      .argument('<file>', 'its default export is the hook'),
  )
    .option('--name <name>', 'the hook’s name; default: the file’s')
    .option('--table <schema.table>', 'the table; default: every table')
    .option('--operation <operation>', 'create, update, delete, upsert or fetch; default: every operation')
    .option('--phase <phase>', 'pre, post or on_error', 'pre')
    .option('--position <number>', 'the order among the hooks of a phase', wholeNumber(0))
    .option('--timeout-ms <number>', 'how long it may run', wholeNumber(1))
    .option('--install', 'run the statement instead of printing it')
    .option('--json', 'print name, sizes, inputs and the statement as JSON')
    .action(build);
};

async function build(file: string, options: Options): Promise<void> {
  const row: HookRow = {
    name:
      options.name ??
      basename(file)
        .replace(/\.[^.]+$/, '')
        .replaceAll('-', '_')
        .toLowerCase(),
    relation: options.table,
    operation: options.operation,
    phase: options.phase,
    position: options.position,
    timeoutMs: options.timeoutMs,
  };
  const bundle = await bundled(file);
  await handOver(options, 'hook', row.name, bundle, registration(row, bundle.code));
}
