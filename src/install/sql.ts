import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERRORS, INPUT_ERRORS, TEXTS } from '../errors/registry.ts';
import { projectVersion } from '../project.ts';
import type { CompilerBundle } from './bundle.ts';

const ROOT = fileURLToPath(new URL('../../sql/', import.meta.url));

/** Tables that others refer to come first; else the order of names does. */
const FIRST_TABLES = ['declaration.sql', 'audit_seal.sql', 'subscriptions.sql', 'webhook_endpoint.sql'];

/** Functions, in the order of the story: a table declares, the compiler compiles, callers run, what was done is recorded, others act on it, and all of it is measured. */
const FUNCTION_FOLDERS = [
  'declare',
  'compile',
  'run',
  'action',
  'record',
  'encrypt',
  'after',
  'measure',
  'revise',
] as const;
const EVENT_TRIGGERS = 'declare/event_triggers.sql';
/** Triggers of tables, which need their functions. They stay where they are in an upgrade. */
const TABLE_TRIGGERS: readonly string[] = ['declare/program_triggers.sql', 'after/table_triggers.sql'];

/** Views, after the functions that they read. */
const VIEWS: readonly string[] = ['encrypt/ai.encryption_keys.sql', 'measure/ai.metrics.sql'];

const filesIn = (folder: string): string[] => {
  const names = readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return folder === 'table' ? [...FIRST_TABLES, ...names.filter((name) => !FIRST_TABLES.includes(name))] : names;
};

const section = (path: string): string => `-- ${path}\n${readFileSync(join(ROOT, path), 'utf8').trimEnd()}\n`;

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const messages = (): string => {
  const rows = [
    ...ERRORS,
    ...TEXTS,
    ...INPUT_ERRORS.map((entry) => ({ ...entry, code: `input.${entry.code}` })),
  ].flatMap((entry) => [
    [entry.code, 'en', entry.en],
    [entry.code, 'vi', entry.vi],
    ...(entry.hint === undefined
      ? []
      : [
          [`${entry.code}.hint`, 'en', entry.hint.en],
          [`${entry.code}.hint`, 'vi', entry.hint.vi],
        ]),
  ]);
  return `-- texts of errors, from the registry\ninsert into ai_private.message (code, language, template) values\n${rows.map((row) => `  (${row.map((cell) => quote(cell ?? '')).join(', ')})`).join(',\n')};\n`;
};

const javascript = (bundle: CompilerBundle): string =>
  `-- the compiler, and what runs the JavaScript of others\ninsert into ai_private.javascript (name, hash, source) values\n  ('compiler', ${quote(bundle.hash)}, ${quote(bundle.source)}),\n  ('runtime', ${quote(bundle.runtime.hash)}, ${quote(bundle.runtime.source)});\n`;

/** The files of functions as they are. */
export const functionSources = (version = projectVersion): string =>
  FUNCTION_FOLDERS.flatMap((folder) => filesIn(folder).map((name) => `${folder}/${name}`))
    .filter((path) => path !== EVENT_TRIGGERS && !TABLE_TRIGGERS.includes(path) && !VIEWS.includes(path))
    .concat(VIEWS)
    .map(section)
    .join('\n')
    .replaceAll('@version@', version);

export interface ScriptOptions {
  readonly bundle: CompilerBundle;
  /** For CREATE EXTENSION: also marks what pg_dump keeps. */
  readonly asExtension: boolean;
  /** false leaves the event triggers out; true creates them where the role may. Default true. */
  readonly eventTriggers?: boolean;
  /** false leaves the compiler outside of the database, even where there is a JavaScript language. Default true. */
  readonly javascript?: boolean;
  /** false where the role may not set plv8.start_proc before there is plv8: then ai.attach_javascript() sets it. Default true. */
  readonly startProcs?: boolean;
  /** Default: this version. */
  readonly version?: string;
}

/** The whole of pg_ai as one script: the files of sql/, one object each, in the order in which they can be created. */
export const installScript = (options: ScriptOptions): string =>
  [
    section('schema/refuse.sql'),
    section('schema/roles.sql'),
    section('schema/schemas.sql'),
    ...filesIn('table').map((name) => section(`table/${name}`)),
    messages(),
    javascript(options.bundle),
    ...objects(options),
    ...TABLE_TRIGGERS.map(section),
    ...(options.asExtension ? [section('schema/extension.sql')] : []),
    section('schema/finish.sql'),
  ].join('\n');

/** What is the same for a first installation and for an upgrade: functions, their grants, event triggers, the compiler. */
const objects = ({ eventTriggers, javascript, startProcs, version = projectVersion }: ScriptOptions): string[] => [
  // SQL functions may call what is created after them.
  'set local check_function_bodies = off;\n',
  startProcs === false
    ? functionSources(version).replaceAll(/^set (plv8|pljs)\.start_proc = ''\n/gm, '')
    : functionSources(version),
  ...(eventTriggers === false ? [] : [section(EVENT_TRIGGERS)]),
  section('schema/grants.sql'),
  ...(javascript === false ? [] : [section('schema/attach.sql')]),
];

export interface UpgradeOptions extends ScriptOptions {
  /** What is installed. */
  readonly from: string;
  /** Where the scripts lie: `<from>--<to>.sql`, each with what changed but for functions. Default: sql/upgrade. */
  readonly folder?: string;
}

/**
 * From an older version to this one. The scripts in sql/upgrade say only how tables change and what goes away: functions, texts and
 * the compiler are put in place anew from the same files as a first installation, so that both end in the same.
 * @returns undefined where no chain of scripts leads here
 */
export const upgradeScript = (options: UpgradeOptions): string | undefined => {
  const { from, version: to = projectVersion, folder = join(ROOT, 'upgrade') } = options;
  const steps = upgradePath(from, to, upgradeSteps(folder));
  if (steps === undefined) return undefined;
  return [
    `-- pg_ai ${from} to ${to}`,
    'grant create on schema ai, ai_private to ai_owner;\n',
    'drop event trigger if exists pg_ai_on_ddl;\ndrop event trigger if exists pg_ai_on_drop;\n',
    ...steps.map((step) => `-- upgrade/${step.from}--${step.to}.sql\n${readFileSync(step.path, 'utf8').trimEnd()}\n`),
    `truncate ai_private.message, ai_private.javascript;\n`,
    messages(),
    javascript(options.bundle),
    ...objects(options).map((text) => text.replaceAll(/^create (function|view) /gm, 'create or replace $1 ')),
    section('schema/finish.sql'),
  ].join('\n');
};

interface UpgradeStep {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

const upgradeSteps = (folder: string): UpgradeStep[] =>
  (existsSync(folder) ? readdirSync(folder) : []).sort().flatMap((name) => {
    const [, from, to] = /^(.+)--(.+)\.sql$/.exec(name) ?? [];
    return from === undefined || to === undefined ? [] : [{ from, to, path: join(folder, name) }];
  });

const upgradePath = (from: string, to: string, steps: readonly UpgradeStep[]): UpgradeStep[] | undefined => {
  if (from === to) return [];
  for (const step of steps.filter((candidate) => candidate.from === from)) {
    const rest = upgradePath(
      step.to,
      to,
      steps.filter((other) => other !== step),
    );
    if (rest !== undefined) return [step, ...rest];
  }
  return undefined;
};

/** Versions from which a chain of scripts leads to this one. */
export const upgradableVersions = (folder = join(ROOT, 'upgrade'), to = projectVersion): string[] => {
  const steps = upgradeSteps(folder);
  return [...new Set(steps.map((step) => step.from))].filter((from) => upgradePath(from, to, steps) !== undefined);
};
