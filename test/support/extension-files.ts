import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { projectRoot } from '../../src/project.ts';

/** How CREATE EXTENSION comes to find pg_ai on the server of this run. */
export type ExtensionFiles = {
  /** What is missing, where it cannot. */
  readonly missing?: string;
  /** Where further scripts of the extension may be put; undefined where the server's folder is not ours to write. */
  readonly folder?: string;
  /** `make install` where the server looks nowhere but in its own folder. */
  place(): void;
  /** Takes away again what was placed. */
  remove(): void;
};

export function extensionFiles(): ExtensionFiles {
  const { can, binDir, version } = inject('server');
  const nothing = { place() {}, remove() {} };
  if (binDir !== null && version < 18) return placedInSystem(binDir);
  return can.extension
    ? nothing
    : { ...nothing, missing: 'CREATE EXTENSION does not find pg_ai on this server: make build, or make install there' };
}

function placedInSystem(binDir: string): ExtensionFiles {
  const pgConfig = join(binDir, 'pg_config');
  const folder = join(output(pgConfig, ['--sharedir']), 'extension');
  const wasThere = existsSync(join(folder, 'pg_ai.control'));
  const make = (target: string): void => {
    // Never the set-up: npm would exchange the packages under the running tests where package.json is newer than they are.
    output('make', ['-C', projectRoot, '-o', 'node_modules/.setup', target, `PG_CONFIG=${pgConfig}`]);
  };
  const files = { place: () => make('install'), remove: () => wasThere || make('uninstall') };
  try {
    accessSync(folder, constants.W_OK);
    return { ...files, folder };
  } catch {
    return { ...files, missing: `this user may not write ${folder}: run "make install" and the tests as one who may` };
  }
}

function output(program: string, args: readonly string[]): string {
  const ran = spawnSync(program, args, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout.trim();
}
