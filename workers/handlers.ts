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
 * @throws HandlersUnusable
 */
export const loadHandlers = async (path: string, entry: URL): Promise<readonly Registered[]> => {
  const root = resolve(path);
  if (!existsSync(root)) throw new HandlersUnusable(`there is no ${root}`);
  answerForPackage(entry);
  for (const file of filesOf(root)) {
    try {
      await import(pathToFileURL(file).href);
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
