import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERRORS, INPUT_ERRORS, TEXTS } from '../errors/registry.ts';
import type { CompilerBundle } from './bundle.ts';

const ROOT = fileURLToPath(new URL('../../sql/', import.meta.url));

/** Folders in the order in which their objects can be created; within a folder the order of names, but for tables that others refer to. */
const FIRST_TABLES = ['declaration.sql'];

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
  return `insert into ai_private.message (code, language, template) values\n${rows.map((row) => `  (${row.map((cell) => quote(cell ?? '')).join(', ')})`).join(',\n')};\n`;
};

const javascript = (bundle: CompilerBundle): string =>
  `insert into ai_private.javascript (name, hash, source) values ('compiler', ${quote(bundle.hash)}, ${quote(bundle.source)});\n`;

export interface ScriptOptions {
  readonly bundle: CompilerBundle;
  /** For CREATE EXTENSION: also marks what pg_dump keeps. */
  readonly asExtension: boolean;
  /** Event triggers need a superuser on most servers; without them ai.compile() does their work on request. */
  readonly eventTriggers: boolean;
}

/** The whole of pg_ai as one script: the files of sql/, one object each, in the order in which they can be created. */
export const installScript = ({ bundle, asExtension, eventTriggers }: ScriptOptions): string => {
  const functions = filesIn('function').map((name) => section(`function/${name}`));
  const triggers = section('trigger/declarations.sql');
  return [
    section('schema/refuse.sql'),
    section('schema/roles.sql'),
    section('schema/schemas.sql'),
    ...filesIn('table').map((name) => section(`table/${name}`)),
    '-- texts of errors, from the registry\n' + messages(),
    '-- the compiler\n' + javascript(bundle),
    // SQL functions may call what is created after them.
    'set local check_function_bodies = off;\n',
    ...functions,
    eventTriggers ? triggers : triggers.slice(0, triggers.indexOf('create event trigger')),
    section('schema/grants.sql'),
    ...(asExtension ? [section('schema/extension.sql')] : []),
    section('schema/finish.sql'),
  ].join('\n');
};
