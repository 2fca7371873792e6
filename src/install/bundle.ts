import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CompilerBundle {
  readonly source: string;
  readonly hash: string;
}

const ENTRY = fileURLToPath(new URL('../../plv8/compiler.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/plv8/compiler.js', import.meta.url));

const hashed = (source: string): CompilerBundle => ({ source, hash: createHash('md5').update(source).digest('hex') });

let bundled: Promise<CompilerBundle> | undefined;

/**
 * The compiler as one script for the database: from the sources in a checkout, from dist/ in a packed installation; once, as the process itself has
 * loaded them once. It declares `pgAiCompiler` and touches no global, so that it can stand inside a function.
 */
export const bundleCompiler = (): Promise<CompilerBundle> => {
  bundled ??= bundle();
  return bundled;
};

const bundle = async (): Promise<CompilerBundle> => {
  if (!existsSync(ENTRY)) return hashed(readFileSync(BUILT, 'utf8'));
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'pgAiCompiler',
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
