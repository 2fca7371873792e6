// Readies dist/ for `npm pack`: Node refuses to run TypeScript below node_modules, so the command line goes compiled.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../project.ts';

// Two folders below the root, as src/install/ is: what is found relative to the module is found from both.
const outdir = join(projectRoot, 'dist', 'cli');
if (!existsSync(join(projectRoot, 'dist', 'extension')))
  throw new Error('dist/extension is missing: run "make build" first');

rmSync(outdir, { recursive: true, force: true });
await build({
  // Together, so that what handlers import is the same module as the command line's.
  entryPoints: {
    main: join(projectRoot, 'src', 'cli', 'main.ts'),
    workers: join(projectRoot, 'workers', 'index.ts'),
  },
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

// What TypeScript has to know of what handlers import.
const types = join(projectRoot, 'dist', 'types');
const project = join(projectRoot, 'dist', 'tsconfig.json');
rmSync(types, { recursive: true, force: true });
writeFileSync(
  project,
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: 'types', rootDir: '..' },
    include: [],
    files: ['../workers/index.ts'],
  }),
);
const compiled = spawnSync(
  process.execPath,
  [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project],
  {
    stdio: 'inherit',
  },
);
if (compiled.status !== 0) throw new Error('the types of what handlers import could not be written');
