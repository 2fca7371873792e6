import { parseArgs } from 'node:util';
import { actionsCase } from './cases/actions.ts';
import { backend } from './cases/backend.ts';
import { bulk } from './cases/bulk.ts';
import { compileCase } from './cases/compile.ts';
import { events } from './cases/events.ts';
import { firstCallCase } from './cases/first-call.ts';
import { hooksCase } from './cases/hooks.ts';
import { metricsCase } from './cases/metrics.ts';
import { node } from './cases/node.ts';
import { operationCases } from './cases/operations.ts';
import { policiesCase } from './cases/policies.ts';
import { postgraphile } from './cases/postgraphile.ts';
import { size } from './cases/size.ts';
import { tables } from './cases/tables.ts';
import { wal } from './cases/wal.ts';
import { workerCase } from './cases/worker.ts';
import { BASELINES } from './lib/account.ts';
import type { Case } from './lib/case.ts';
import { startBench } from './lib/database.ts';
import { keep } from './lib/keep.ts';
import { meets, type Result } from './lib/result.ts';
import { printTable } from './lib/table.ts';

/**
 * make bench: runs the cases (all, or those whose names are given), prints a table and writes what each has found to results.json.
 * --quick takes shorter turns and smaller tables, and writes nothing. --list names the cases.
 */
const CASES: readonly Case[] = [
  ...operationCases,
  bulk,
  tables,
  size,
  backend,
  firstCallCase,
  compileCase,
  wal,
  hooksCase,
  policiesCase,
  actionsCase,
  metricsCase,
  events,
  workerCase,
  node,
  postgraphile,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});

const chosen = positionals.length === 0 ? CASES : CASES.filter((one) => positionals.includes(one.name));
const unknown = positionals.filter((name) => !CASES.some((one) => one.name === name));

const list = (): void => {
  for (const one of CASES) console.log(`${one.name.padEnd(14)}${one.about}`);
};

const run = async (): Promise<void> => {
  const started = Date.now();
  const say = (line: string): void => console.error(line);
  const bench = await startBench(say);
  const results: Result[] = [];
  const broken: string[] = [];
  try {
    for (const one of chosen) {
      const accounts = () => bench.database('bench', ['account.sql', ...BASELINES]);
      try {
        const found = await one.run({ bench, accounts, quick: values.quick, say });
        results.push(...found);
        if (!values.quick)
          keep(
            one.name,
            found,
            CASES.map(({ name }) => name),
            bench,
          );
      } catch (error) {
        // What the others find out counts all the same.
        broken.push(one.name);
        console.error(error);
      }
    }
  } finally {
    await bench.stop();
  }
  printTable(results);
  const missed = results.filter((result) => meets(result) === false);
  console.log(
    `\n${results.length} comparisons in ${Math.round((Date.now() - started) / 1000)} s; ` +
      (missed.length === 0 ? 'every bar is met.' : `${missed.length} of the bars not met.`),
  );
  if (!values.quick) console.log('Written: bench/results.json');
  if (broken.length === 0) return;
  console.error(`Broke off, see above: ${broken.join(', ')}`);
  process.exitCode = 1;
};

if (values.list || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no case ${name}. The cases:`);
  list();
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  await run();
}
