import type { Client } from 'pg';
import { projectVersion } from '../project.ts';
import { bundleCompiler } from './bundle.ts';
import { maySetStartProcs } from './install.ts';
import type { Installation } from './installed.ts';
import { upgradableVersions, upgradeScript } from './sql.ts';

export interface UpgradeOptions {
  /** Where the upgrade scripts lie, and where they lead. Default: sql/upgrade, and this version. */
  readonly folder?: string;
  readonly version?: string;
}

/** No chain of scripts leads from the installed version to this one. */
export class NoWay extends Error {
  constructor(from: string, to: string, folder?: string) {
    const known = upgradableVersions(folder, to);
    super(
      `there is no upgrade from pg_ai ${from} to ${to}${known.length === 0 ? '' : ` (there is one from ${known.join(', ')})`}`,
    );
  }
}

/** The script that brings what is installed to this version. @throws NoWay */
export const scriptForUpgrade = async (
  client: Client,
  installed: Installation,
  options: UpgradeOptions = {},
): Promise<string> => {
  if (installed.as === 'extension') return `alter extension pg_ai update to '${options.version ?? projectVersion}';\n`;
  const script = upgradeScript({
    bundle: await bundleCompiler(),
    startProcs: await maySetStartProcs(client),
    asExtension: false,
    from: installed.version,
    // What was left out when it was installed stays out.
    eventTriggers: installed.eventTriggers,
    javascript: installed.javascript !== 'none',
    ...(options.folder === undefined ? {} : { folder: options.folder }),
    ...(options.version === undefined ? {} : { version: options.version }),
  });
  if (script === undefined) throw new NoWay(installed.version, options.version ?? projectVersion, options.folder);
  return script;
};

/** Brings what is installed to this version, in one transaction. Declarations then have to be compiled anew. @throws NoWay */
export const upgrade = async (client: Client, installed: Installation, options: UpgradeOptions = {}): Promise<void> => {
  const script = await scriptForUpgrade(client, installed, options);
  await client.query('begin');
  try {
    await client.query(script);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw cause;
  }
};

/** Whether the database holds the compiler of this version. */
export const hasThisCompiler = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ hash: string }>(
    `select hash from ai_private.javascript where name = 'compiler'`,
  );
  return rows[0]?.hash === (await bundleCompiler()).hash;
};
