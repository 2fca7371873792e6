import { existsSync, readdirSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EventRegistry, type Registered } from './registry.ts';

/** The handlers could not be loaded; says which file and why. */
export class HandlersUnusable extends Error {
  override readonly name = 'HandlersUnusable';
}

const KINDS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Imports the handler files of a folder (or one file), which register what they have to say. Files below node_modules, declarations, tests and names that
 * begin with a dot or an underscore are left alone.
 * @param limitMs how long the top level of a file may take
 * @throws HandlersUnusable
 */
export const loadHandlers = async (path: string, entry: URL, limitMs = 60_000): Promise<readonly Registered[]> => {
  const root = resolve(path);
  if (!existsSync(root)) throw new HandlersUnusable(`there is no ${root}`);
  answerForPackage(entry);
  for (const file of filesOf(root)) {
    try {
      await settled(import(pathToFileURL(file).href), limitMs);
    } catch (error) {
      throw new HandlersUnusable(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
  if (EventRegistry.all.length === 0)
    throw new HandlersUnusable(
      `nothing in ${root} registers a handler (EventRegistry.register({ trigger: 'post', … }))`,
    );
  return EventRegistry.all;
};

/**
 * What a file awaits at its top level may never come. Where nothing else is under way, the process would end without a word: it tells so before, and by then it is known.
 * @throws Error where the top level does not come to its end
 */
const settled = async (loading: Promise<unknown>, limitMs: number): Promise<void> => {
  const never = Promise.withResolvers<never>();
  const nothingLeft = (): void =>
    never.reject(new Error('it awaits something at its top level that never comes; nothing else is under way'));
  const late = setTimeout(
    () => never.reject(new Error(`its top level has not come to an end within ${limitMs / 1000} s`)),
    limitMs,
  ).unref();
  process.once('beforeExit', nothingLeft);
  try {
    await Promise.race([loading, never.promise]);
  } finally {
    clearTimeout(late);
    process.off('beforeExit', nothingLeft);
  }
};

const filesOf = (root: string): string[] => {
  if (!statSync(root).isDirectory()) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !/^[._]/.test(name) && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((one) => {
      const path = join(root, one.name);
      if (one.isDirectory()) return filesOf(path);
      return KINDS.includes(extname(path)) && !/\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]s$/.test(one.name) ? [path] : [];
    });
};

let answers = false;

/**
 * `import … from 'pg-ai'` in a handler means the pg-ai that runs it, wherever the handler's file lies and whichever version is installed beside it:
 * what registers and what runs must be the same.
 */
const answerForPackage = (entry: URL): void => {
  if (answers) return;
  answers = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'pg-ai' || specifier === 'pg-ai/workers'
        ? { url: entry.href, shortCircuit: true }
        : next(specifier, context),
  });
};
