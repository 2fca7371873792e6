// `make build`: the files that a server and a packed installation need, in dist/.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, projectVersion } from '../project.ts';
import { bundleCompiler } from './bundle.ts';
import { grammarSchemas } from './grammar-schema.ts';
import { installScript, upgradableVersions, upgradeScript } from './sql.ts';

const dist = (...path: string[]): string => join(projectRoot, 'dist', ...path);

// A file loaded by hand would create the objects without the extension.
const guard = (statement: string): string => `\\echo Use "${statement}" to load this file. \\quit\n\n`;

for (const folder of ['extension', 'plv8', 'schema']) {
  // Scripts of an earlier version must not be installed along.
  rmSync(dist(folder), { recursive: true, force: true });
  mkdirSync(dist(folder), { recursive: true });
}

const bundle = await bundleCompiler();
writeFileSync(dist('plv8', 'compiler.js'), bundle.source);
writeFileSync(dist('plv8', 'runtime.js'), bundle.runtime.source);

copyFileSync(join(projectRoot, 'pg_ai.control'), dist('extension', 'pg_ai.control'));
writeFileSync(
  dist('extension', `pg_ai--${projectVersion}.sql`),
  guard('CREATE EXTENSION pg_ai') + installScript({ bundle, asExtension: true }),
);
for (const from of upgradableVersions()) {
  const script = upgradeScript({ bundle, asExtension: true, from });
  writeFileSync(
    dist('extension', `pg_ai--${from}--${projectVersion}.sql`),
    guard('ALTER EXTENSION pg_ai UPDATE') + script,
  );
}

for (const [name, schema] of Object.entries(grammarSchemas())) {
  writeFileSync(dist('schema', `${name}.json`), schema);
}
