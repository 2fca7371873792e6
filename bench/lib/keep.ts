import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectVersion } from '../../src/project.ts';
import type { Result } from './result.ts';

const PATH = join(import.meta.dirname, '..', 'results.json');

/** What was measured, by which of the cases that can be named, and when. */
interface Kept extends Result {
  readonly by: string;
  readonly date: string;
}
interface Document {
  readonly machine: object;
  readonly versions: object;
  readonly cases: readonly Kept[];
}

const kept = (): Partial<Document> =>
  existsSync(PATH) ? (JSON.parse(readFileSync(PATH, 'utf8')) as Partial<Document>) : {};

/** Writes what one case has measured to results.json, in place of what it measured before. What another machine or other versions did is not kept beside it. */
export const keep = (
  by: string,
  results: readonly Result[],
  order: readonly string[],
  server: { readonly version: string; readonly javascript: string },
): void => {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    system: process.platform,
  };
  const versions = {
    pg_ai: projectVersion,
    postgresql: server.version,
    javascript: server.javascript,
    node: process.versions.node,
  };
  const before = kept();
  const isSame = JSON.stringify([before.machine, before.versions]) === JSON.stringify([machine, versions]);
  const others = isSame ? (before.cases ?? []).filter((one) => order.includes(one.by) && one.by !== by) : [];
  const date = new Date().toISOString();
  const cases = [...others, ...results.map((result) => ({ ...result, by, date }))].sort(
    (a, b) => order.indexOf(a.by) - order.indexOf(b.by),
  );
  writeFileSync(PATH, `${JSON.stringify({ machine, versions, cases }, null, 2)}\n`);
};
