import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of a pg_dump, pg_restore and psql that are new enough for the server; undefined where there are none. */
export function dumpTools(serverVersion: number, binDir: string | null): string | undefined {
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(binDir === null ? [] : [binDir]),
    ...(existsSync(debian) ? readdirSync(debian).map((major) => join(debian, major, 'bin')) : []),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => {
    if (!['pg_dump', 'pg_restore', 'psql'].every((name) => existsSync(join(folder, name)))) return false;
    const said = spawnSync(join(folder, 'pg_dump'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
    return Number(/\) (\d+)/.exec(said)?.[1]) >= serverVersion;
  });
}

export type DumpFormat = 'plain' | 'custom';

export function dump(tools: string, url: string, format: DumpFormat): Buffer {
  return run(join(tools, 'pg_dump'), ['--dbname', url, '--format', format]);
}

/** Restores as a careful administrator does: the first error ends it. */
export function restore(tools: string, url: string, format: DumpFormat, archive: Buffer): void {
  if (format === 'plain') run(join(tools, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url], archive);
  else run(join(tools, 'pg_restore'), ['--exit-on-error', '--dbname', url], archive);
}

/**
 * The schema as pg_dump prints it, without what is the dump's own. Some builds of the server stamp each column with where in the write-ahead log it was
 * made (an option pg_attver, on those of pg_catalog too), which is no property of the schema.
 */
export function schemaOf(tools: string, url: string): string {
  return run(join(tools, 'pg_dump'), ['--dbname', url, '--schema-only'])
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !/^(--|\\(un)?restrict )| SET \(pg_attver=\d+\);$/.test(line))
    .join('\n');
}

function run(program: string, args: readonly string[], input?: Buffer): Buffer {
  const ran = spawnSync(program, args, { input, maxBuffer: 256 * 1024 * 1024 });
  if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout;
}
