import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { embeddedBinaries, systemBinaries } from '../../src/dev/binaries.ts';
import { javascriptLanguage } from '../../src/dev/javascript-language.ts';
import { dotFolder } from '../../src/project.ts';

/** What the same suite runs on: `url`, `docker`, `pg18-js`, `pg18-nojs`, or `pg` and the system's own major version. */
export type Variant = string;

/** A whole variant that this machine cannot run, and why. */
export type MissingVariant = { readonly what: string; readonly why: string };

/** Decides on which servers the suite runs here. */
export function chooseVariants(): { variants: Variant[]; missing: MissingVariant[] } {
  if (process.env.PG_AI_TEST_URL) return { variants: ['url'], missing: [] };
  const variants: Variant[] = [];
  const missing: MissingVariant[] = [];

  const embedded = attempt(embeddedBinaries);
  if (typeof embedded === 'string') {
    missing.push({ what: 'every test on PostgreSQL 18', why: embedded });
  } else {
    const language = javascriptLanguage(join(dotFolder(), 'pljs'), () => {});
    if ('missing' in language)
      missing.push({ what: 'every test with JavaScript in the database', why: language.missing });
    else variants.push('pg18-js');
    variants.push('pg18-nojs');
  }

  const system = attempt(systemBinaries);
  if (typeof system === 'object' && system.major >= 15) variants.push(`pg${system.major}`);
  else
    missing.push({
      what: "every test on the system's own PostgreSQL",
      why: 'none of version 15 or newer is installed',
    });

  const wanted = process.env.PG_AI_TEST_DOCKER === '1';
  if (wanted || variants.length === 0) {
    if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0) variants.push('docker');
    else missing.push({ what: 'every test on PLV8 in a container', why: 'no Docker engine answers' });
  }
  return { variants, missing };
}

function attempt<T>(find: () => T): T | string {
  try {
    return find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
