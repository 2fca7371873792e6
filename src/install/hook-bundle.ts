import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import pg from 'pg';

/** Begins code that is a module and not the body of a function: see plv8/runtime/main.ts. */
const MODULE = '/* pg-ai module */';
/** What every session that runs the code has to read and evaluate; more than this is a mistake. */
const MOST_BYTES = 1_000_000;
const MANY_BYTES = 200_000;
/** Names that neither plv8 nor pljs knows, or that differ. */
const MISSING =
  /\b(setTimeout|setInterval|fetch|process|Buffer|require|TextEncoder|TextDecoder|URL|structuredClone|crypto|Intl)\b(?=\s*[.(])/g;

export interface HookBundle {
  readonly code: string;
  /** Of the code without its source map. */
  readonly bytes: number;
  readonly mapBytes: number;
  readonly sources: readonly { readonly path: string; readonly bytes: number }[];
  readonly warnings: readonly string[];
}

const common = {
  bundle: true,
  write: false,
  metafile: true,
  platform: 'neutral',
  mainFields: ['module', 'main'] as string[],
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'none',
  treeShaking: true,
  logLevel: 'silent',
} as const;

/** Code in the database has none of Node's modules: said where the bundler only finds nothing of the name. */
const explained = (error: unknown): never => {
  const messages = (error as BuildFailure | undefined)?.errors;
  if (!Array.isArray(messages)) throw error;
  const told = (messages as BuildFailure['errors']).map(({ text, location }) => {
    const place = location === null ? '' : `${location.file}:${location.line}:${location.column}: `;
    const [, name = ''] = /^Could not resolve "(.+)"$/.exec(text) ?? [];
    return `${place}ERROR: ${text}${isBuiltin(name) ? ': code in the database has no modules of Node' : ''}`;
  });
  throw new Error(told.join('\n'), { cause: error });
};

/**
 * Bundles a file and what it imports into code that a row of ai.hooks or ai.meta_actions can hold, with a source map at its end, so that an error names the line of the source.
 * @throws Error where it cannot be bundled, has no default export, or is larger than an engine should be given
 */
export const buildHook = async (file: string): Promise<HookBundle> => {
  const entry = resolve(file);
  const path = relative('.', entry);
  // What errors show to callers is a path from where the build ran, or from the file where that is elsewhere.
  const at = {
    ...common,
    entryPoints: [entry],
    absWorkingDir: path.startsWith('..') || isAbsolute(path) ? dirname(entry) : resolve('.'),
  };
  const result = await build({
    ...at,
    format: 'iife',
    globalName: 'pgAiModule',
    banner: { js: MODULE },
    sourcemap: 'inline',
    sourcesContent: false,
  }).catch(explained);
  // Only of modules esbuild tells what they export.
  const module = await build({ ...at, format: 'esm' });
  if (!Object.values(module.metafile.outputs).some((each) => each.exports.includes('default')))
    throw new Error('it has no default export');
  const code = result.outputFiles[0]?.text ?? '';
  const [own = '', map = ''] = code.split(/(?=\/\/# sourceMappingURL=)/);
  const [output] = Object.values(result.metafile.outputs);
  const bytes = Buffer.byteLength(own);
  if (bytes > MOST_BYTES) throw new Error(`it has ${bytes} bytes, and ${MOST_BYTES} are the most`);
  return {
    code,
    bytes,
    mapBytes: Buffer.byteLength(map),
    sources: Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput })),
    warnings: [
      ...result.warnings.map(({ text }) => text),
      ...(bytes > MANY_BYTES ? [`${bytes} bytes are evaluated in each session that runs it`] : []),
      ...[...new Set([...own.matchAll(MISSING)].map(([, name]) => name))].map(
        (name) => `${name} is not there in the database`,
      ),
    ],
  };
};

export interface HookRow {
  readonly name: string;
  readonly relation: string | undefined;
  readonly operation: string | undefined;
  readonly phase: string;
  readonly position: number | undefined;
  readonly timeoutMs: number | undefined;
}

/** The statement that registers the hook, or puts it in place of the one with its name. */
export const registration = (row: HookRow, code: string): string => {
  const settings = row.timeoutMs === undefined ? {} : { timeout_ms: row.timeoutMs };
  const values = {
    name: pg.escapeLiteral(row.name),
    relation: row.relation === undefined ? 'null' : `${pg.escapeLiteral(row.relation)}::regclass`,
    operation: row.operation === undefined ? 'null' : pg.escapeLiteral(row.operation),
    phase: pg.escapeLiteral(row.phase),
    ...(row.position === undefined ? {} : { position: String(row.position) }),
    language: `'javascript'`,
    settings: pg.escapeLiteral(JSON.stringify(settings)),
    code: dollarQuoted(code),
  };
  const columns = Object.keys(values);
  return `insert into ai.hooks (${columns.join(', ')})
values (${Object.values(values).join(', ')})
on conflict (name) do update set ${columns
    .slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}, function = null;`;
};

export interface ActionRow {
  readonly name: string;
  /** JSON; undefined leaves what a registered action has. */
  readonly inputSchema: string | undefined;
  readonly outputSchema: string | undefined;
}

/** The statement that registers the action, or gives the one with its name this code. */
export const actionRegistration = ({ name, inputSchema, outputSchema }: ActionRow, code: string): string => {
  const values = {
    action_name: pg.escapeLiteral(name),
    language: `'javascript'`,
    ...(inputSchema === undefined ? {} : { input_schema: pg.escapeLiteral(inputSchema) }),
    ...(outputSchema === undefined ? {} : { output_schema: pg.escapeLiteral(outputSchema) }),
    code_template: dollarQuoted(code),
  };
  const columns = Object.keys(values);
  return `insert into ai.meta_actions (${columns.join(', ')})
values (${Object.values(values).join(', ')})
on conflict (action_name) do update set ${columns
    .slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}, steps = null;`;
};

const dollarQuoted = (text: string): string => {
  let tag = '$code$';
  for (let i = 1; text.includes(tag); i++) tag = `$code_${i}$`;
  return `${tag}${text}${tag}`;
};
