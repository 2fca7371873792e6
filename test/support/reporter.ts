import { stripVTControlCharacters } from 'node:util';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import type { MissingVariant } from './variants.ts';

/** Says at the end what could not run here and why, then what failed, then the counts, alone on the last line. */
export default class ClosingReporter implements Reporter {
  readonly #missing: readonly MissingVariant[];

  constructor({ missing = [] }: { missing?: readonly MissingVariant[] } = {}) {
    this.#missing = missing;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const failures = whatFailed(modules, errors);
    // A server that does not start fails the run before there is any test.
    const failed = reason === 'failed' ? Math.max(failures.length, 1) : failures.length;
    const closing = [
      reason === 'interrupted' ? 'The run was interrupted.\n' : '',
      section('Could not run here', couldNotRun(tests, this.#missing)),
      // Last of all, for those who see only the end of a long run.
      section('Failed', failures),
      `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`,
    ];
    // After the summary of the reporter that lists the tests, whichever of the two vitest calls first.
    process.once('exit', () => process.stdout.write(`\n${closing.filter(Boolean).join('\n')}\n`));
  }
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;

const DIFF_LINES = 12;

/** The first line, and how what came differs from what was expected, which the first line cuts short. */
const reason = (error: { message: string; diff?: string } | undefined): string => {
  const first = error?.message.split('\n', 1)[0]?.slice(0, 200) ?? '';
  const diff = stripVTControlCharacters(error?.diff ?? '')
    .split('\n')
    .filter((line) => /^[-+](?! (Expected|Received)$)/.test(line))
    .map((line) => `\n      ${line.slice(0, 200)}`);
  const more = diff.length > DIFF_LINES ? `\n      … ${diff.length - DIFF_LINES} lines more` : '';
  return first + diff.slice(0, DIFF_LINES).join('') + more;
};

/** Each failure with its reason. A file that does not load, a hook that fails and an error outside of tests have no test to their name. */
function whatFailed(modules: readonly TestModule[], errors: readonly SerializedError[]): string[] {
  const inModules = modules.flatMap((module) => {
    const where = `[${module.project.name}] ${module.relativeModuleId}`;
    const suites = [...module.children.allSuites()].map((suite) => ({ name: suite.fullName, errors: suite.errors() }));
    const tests = [...module.children.allTests('failed')].map((test) => ({
      name: test.fullName,
      errors: test.result().errors ?? [],
    }));
    return [
      ...(module.errors().length > 0 ? [`${where}\n    ${reason(module.errors()[0])}`] : []),
      ...suites
        .filter((suite) => suite.errors.length > 0)
        .map((suite) => `${where} > ${suite.name}\n    ${reason(suite.errors[0])}`),
      ...tests.map((test) => `${where} > ${test.name}\n    ${reason(test.errors[0])}`),
    ];
  });
  return [...inModules, ...errors.map((error) => `outside of any test\n    ${reason(error)}`)];
}

/** Each test with the servers it could not run on, under its reason. */
function couldNotRun(tests: readonly TestCase[], missing: readonly MissingVariant[]): string[] {
  const reasons = new Map<string, Map<string, string[]>>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    // Left out by a filter on the command line, or by a hook that failed, which is reported as such.
    if (result.note === undefined && (test.project.config.testNamePattern || test.options.mode === 'run')) continue;
    const reason = result.note ?? 'skipped in the test itself, without a reason';
    const named = reasons.get(reason) ?? new Map<string, string[]>();
    reasons.set(reason, named.set(test.fullName, [...(named.get(test.fullName) ?? []), test.project.name]));
  }
  return [
    ...missing.map(({ what, why }) => `${what}\n    ${why}`),
    ...[...reasons].flatMap(([reason, named]) => [
      ...[...named].map(([name, projects]) => `[${projects.join(', ')}] ${name}`),
      `  ${reason}`,
    ]),
  ];
}
