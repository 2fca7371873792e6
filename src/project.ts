import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Manifest = { readonly name: string; readonly version: string };

function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return undefined;
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return manifest.name === 'pg-ai' ? manifest : undefined;
}

/** The folder of pg-ai's package.json: the checkout, or node_modules/pg-ai where it is installed as a package. */
export const projectRoot: string = (() => {
  // Found by walking up, because the same module runs from src/ and, bundled, from dist/.
  let folder = dirname(fileURLToPath(import.meta.url));
  while (readManifest(folder) === undefined) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('pg-ai: its package.json is missing; install the package again');
    folder = parent;
  }
  return folder;
})();

export const projectVersion: string = readManifest(projectRoot)?.version ?? '0.0.0';

/** Whether this runs from a checkout (sources at hand) rather than from an installed package. */
export const isCheckout: boolean = existsSync(join(projectRoot, 'src', 'cli', 'main.ts'));

/** Where servers, their data and what is brought for them are kept. Git-ignored in the checkout. */
export function dotFolder(): string {
  return join(isCheckout ? projectRoot : process.cwd(), '.pg-ai');
}
