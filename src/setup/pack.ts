// Readies dist/ for `npm pack`: Node refuses to run TypeScript below node_modules, so the command line goes compiled.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../project.ts';

// Two folders below the root, as src/install/ is: what is found relative to the module is found from both.
const outdir = join(projectRoot, 'dist', 'cli');
if (!existsSync(join(projectRoot, 'dist', 'extension')))
  throw new Error('dist/extension is missing: run "make build" first');

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(projectRoot, 'src', 'cli', 'main.ts')],
  outdir,
  bundle: true,
  splitting: true,
  // Dependencies come from npm, as package.json lists them; bundling them would hide their versions and licences.
  packages: 'external',
  platform: 'node',
  target: 'node22.18',
  format: 'esm',
  logLevel: 'warning',
});
