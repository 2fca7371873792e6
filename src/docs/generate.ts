import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project.ts';
import { generatedPages } from './pages.ts';

for (const [path, text] of Object.entries(generatedPages())) {
  writeFileSync(join(projectRoot, path), text);
  process.stdout.write(`docs: ${path}\n`);
}
