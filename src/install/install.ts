import type { Client } from 'pg';
import { bundleCompiler } from './bundle.ts';
import { installScript } from './sql.ts';

export interface InstallReport {
  /** The language that compiles inside the database. */
  readonly javascript: 'plv8' | 'pljs' | 'none';
  /** Whether declarations compile in their own statement; else after ai.compile(). */
  readonly eventTriggers: boolean;
}

export interface InstallOptions {
  /** auto: create plv8 or pljs where the server offers one. none: leave JavaScript out, even where it is installed. */
  readonly javascript?: 'auto' | 'none';
}

const LANGUAGES = ['plv8', 'pljs'] as const;

/** Creates the best JavaScript language that the server offers, if the role may. */
const createLanguage = async (client: Client): Promise<void> => {
  const { rows } = await client.query<{ name: string; installed: boolean }>(
    'select name, installed_version is not null as installed from pg_available_extensions where name = any ($1)',
    [LANGUAGES],
  );
  if (rows.some((row) => row.installed)) return;
  const offered = LANGUAGES.filter((name) => rows.some((row) => row.name === name));
  for (const name of offered) {
    await client.query('savepoint language');
    try {
      await client.query(`create extension ${name}`);
      await client.query('release savepoint language');
      return;
    } catch {
      // Not allowed, or the library does not load: everything else works without it, and doctor says so.
      await client.query('rollback to savepoint language');
    }
  }
};

const isSuperuser = async (client: Client): Promise<boolean> =>
  (await client.query<{ super: boolean }>('select rolsuper as super from pg_roles where rolname = current_user'))
    .rows[0]?.super === true;

/**
 * Installs pg_ai in the database that `client` is connected to, in one transaction. Raises PI501 when it cannot be there; then nothing is changed.
 */
export const install = async (client: Client, options: InstallOptions = {}): Promise<InstallReport> => {
  const bundle = await bundleCompiler();
  await client.query('begin');
  try {
    if (options.javascript !== 'none') await createLanguage(client);
    const eventTriggers = await isSuperuser(client);
    await client.query(installScript({ bundle, asExtension: false, eventTriggers }));
    if (options.javascript === 'none') await client.query('drop function if exists ai_private.compile_text(text)');
    const { rows } = await client.query<{ language: InstallReport['javascript'] }>(
      'select ai.javascript_language() as language',
    );
    await client.query('commit');
    return { javascript: rows[0]?.language ?? 'none', eventTriggers };
  } catch (cause) {
    await client.query('rollback');
    throw cause;
  }
};
