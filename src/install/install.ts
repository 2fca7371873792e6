import type { Client } from 'pg';
import { projectVersion } from '../project.ts';
import { bundleCompiler } from './bundle.ts';
import { findInstallation, type Installation } from './installed.ts';
import { installScript } from './sql.ts';

export interface InstallReport extends Installation {
  /** false: it was there before, and nothing was changed. */
  readonly changed: boolean;
}

export interface InstallOptions {
  /** auto: create plv8 or pljs where the server offers one. none: leave JavaScript out, even where it is installed. */
  readonly javascript?: 'auto' | 'none';
  /** none: leave the event triggers out. Default: create them where the role may. */
  readonly eventTriggers?: 'auto' | 'none';
}

/** Another version is installed: upgrading is a decision of its own. */
export class OtherVersion extends Error {
  readonly installed: Installation;
  constructor(installed: Installation) {
    super(`pg_ai ${installed.version} is installed here, and this is ${projectVersion}`);
    this.installed = installed;
  }
}

const LANGUAGES = ['plv8', 'pljs'] as const;

/** The JavaScript languages that the server offers and this database has not, the better one first; none where it has one. */
export const offeredLanguages = async (client: Client): Promise<string[]> => {
  const { rows } = await client.query<{ name: string; installed: boolean }>(
    'select name, installed_version is not null as installed from pg_available_extensions where name = any ($1)',
    [LANGUAGES],
  );
  if (rows.some((row) => row.installed)) return [];
  return LANGUAGES.filter((name) => rows.some((row) => row.name === name));
};

/** Creates the best JavaScript language that the server offers, if the role may. */
const createLanguage = async (client: Client): Promise<string | undefined> => {
  for (const name of await offeredLanguages(client)) {
    await client.query('savepoint language');
    try {
      await client.query(`create extension ${name}`);
      await client.query('release savepoint language');
      return name;
    } catch {
      // Not allowed, or the library does not load: everything else works without it, and doctor says so.
      await client.query('rollback to savepoint language');
    }
  }
  return undefined;
};

/** Settings of a library that is not loaded yet are a superuser's to set, or of whom one has granted it. */
export const maySetStartProcs = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ may: boolean }>(
    `select rolsuper or (has_parameter_privilege('plv8.start_proc', 'SET') and has_parameter_privilege('pljs.start_proc', 'SET')) as may
     from pg_roles where rolname = current_user`,
  );
  return rows[0]?.may === true;
};

/** The script that install() runs, for reading or for psql. */
export const scriptFor = async (client: Client, options: InstallOptions): Promise<string> =>
  installScript({
    bundle: await bundleCompiler(),
    startProcs: await maySetStartProcs(client),
    asExtension: false,
    eventTriggers: options.eventTriggers !== 'none',
    javascript: options.javascript !== 'none',
  });

/**
 * Installs pg_ai in the database that `client` is connected to, in one transaction; where this version is there already it changes nothing.
 * @throws OtherVersion
 * @throws pg.DatabaseError PI501 where pg_ai cannot be; then nothing is changed
 */
export const install = async (client: Client, options: InstallOptions = {}): Promise<InstallReport> => {
  const before = await findInstallation(client);
  if (before !== undefined) {
    if (before.version !== projectVersion) throw new OtherVersion(before);
    return { ...before, changed: false };
  }
  const script = await scriptFor(client, options);
  await client.query('begin');
  try {
    const language = options.javascript === 'none' ? undefined : await createLanguage(client);
    await client.query(script);
    await client.query('update ai_private.installation set created_language = $1', [language ?? null]);
    const installed = await findInstallation(client);
    if (installed === undefined) throw new Error('pg_ai is not to be found after installing it');
    await client.query('commit');
    return { ...installed, changed: true };
  } catch (cause) {
    await client.query('rollback');
    throw cause;
  }
};
