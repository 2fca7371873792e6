import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CompilerBundle extends Script {
  /** What runs the JavaScript of hooks and actions. */
  readonly runtime: Script;
}

interface Script {
  readonly source: string;
  readonly hash: string;
}

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const hashed = (source: string): Script => ({ source, hash: createHash('md5').update(source).digest('hex') });

let bundled: Promise<CompilerBundle> | undefined;

/**
 * What runs in the database, as two scripts: from the sources in a checkout, from dist/ in a packed installation; once, as the process itself has
 * loaded them once. Each declares one name and touches no global, so that it can stand inside a function.
 */
export const bundleCompiler = (): Promise<CompilerBundle> => {
  bundled ??= bundle();
  return bundled;
};

const bundle = async (): Promise<CompilerBundle> => ({
  ...(await script('plv8/compiler.ts', 'dist/plv8/compiler.js', 'pgAiCompiler')),
  runtime: await script('plv8/runtime/main.ts', 'dist/plv8/runtime.js', 'pgAiRuntime'),
});

const script = async (entry: string, built: string, globalName: string): Promise<Script> => {
  if (!existsSync(here(entry))) return hashed(readFileSync(here(built), 'utf8'));
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    // Names stay readable: an error inside the database then names the function it came from.
    minifyWhitespace: true,
    minifySyntax: true,
    treeShaking: true,
  });
  return hashed(result.outputFiles[0]?.text ?? '');
};
