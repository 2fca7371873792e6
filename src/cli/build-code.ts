import pg from 'pg';
import { buildHook, type HookBundle } from '../install/hook-bundle.ts';
import { type ConnectionOptions, withClient } from './connection.ts';
import { CliError } from './errors.ts';
import { createOutput } from './output.ts';

/** A file and what it imports. @throws CliError where it cannot be bundled */
export const bundled = (file: string): Promise<HookBundle> =>
  buildHook(file).catch((error: unknown) => {
    throw new CliError(`${file} cannot be bundled: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });

export interface HandOverOptions extends ConnectionOptions {
  readonly install?: true;
  readonly json?: true;
}

/** Prints the statement that registers what was built, or runs it; and tells sizes. */
export async function handOver(
  options: HandOverOptions,
  kind: 'hook' | 'action',
  name: string,
  bundle: HookBundle,
  statement: string,
): Promise<void> {
  const output = createOutput(options);
  output.progress(
    `${name}: ${bundle.bytes} bytes of code, ${bundle.mapBytes} of source map, from ${bundle.sources.length} file(s)`,
  );
  for (const { path, bytes } of bundle.sources) output.progress(`  ${String(bytes).padStart(8)}  ${path}`);
  for (const warning of bundle.warnings) output.progress(`warning: ${warning}`);
  if (options.install) {
    await withClient(options, (client) =>
      client.query(statement).catch((error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) throw error;
        throw new CliError(error.message, { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
      }),
    );
    output.line(`the ${kind} ${name} is registered`);
  } else if (!options.json) output.line(statement);
  output.data({ name, ...bundle, statement, installed: options.install === true });
}
