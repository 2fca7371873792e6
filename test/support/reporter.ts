import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import type { MissingVariant } from './variants.ts';

/** Says at the end what could not run here and why, then the counts, alone on the last line. */
export default class ClosingReporter implements Reporter {
  readonly #missing: readonly MissingVariant[];

  constructor({ missing = [] }: { missing?: readonly MissingVariant[] } = {}) {
    this.#missing = missing;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that does not load, a hook that fails and an error outside of tests have no test to their name.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const suites = modules.flatMap((module) => [...module.children.allSuites()]);
    const failedSuites = suites.filter((suite) => suite.errors().length > 0).length;
    const counted = count('failed') + broken + failedSuites + errors.length;
    // A server that does not start fails the run before there is any test.
    const failed = reason === 'failed' ? Math.max(counted, 1) : counted;
    const interrupted = reason === 'interrupted' ? '\nThe run was interrupted.\n' : '';
    const closing = `${interrupted}\n${couldNotRun(tests, this.#missing)}${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`;
    // After the summary of the reporter that lists the tests, whichever of the two vitest calls first.
    process.once('exit', () => process.stdout.write(`${closing}\n`));
  }
}

function couldNotRun(tests: readonly TestCase[], missing: readonly MissingVariant[]): string {
  const lines = missing.map(({ what, why }) => `  ${what}\n    ${why}\n`);
  const reasons = new Map<string, string[]>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    // Left out by a filter on the command line, or by a hook that failed, which is reported as such.
    if (result.note === undefined && (test.project.config.testNamePattern || test.options.mode === 'run')) continue;
    const reason = result.note ?? 'skipped in the test itself, without a reason';
    reasons.set(reason, [...(reasons.get(reason) ?? []), `[${test.project.name}] ${test.fullName}`]);
  }
  for (const [reason, names] of reasons) lines.push(...names.map((name) => `  ${name}\n`), `    ${reason}\n`);
  return lines.length === 0 ? '' : `Could not run here:\n${lines.join('')}\n`;
}
