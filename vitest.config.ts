import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { chooseVariants } from './test/support/variants.ts';

const { variants, missing } = chooseVariants();

/** Tests that say the same on every server run once. */
const once: TestProjectConfiguration[] = [
  { extends: true, test: { name: 'unit', include: ['test/{unit,golden}/**/*.test.ts'], sequence: { groupOrder: 0 } } },
  { extends: true, test: { name: 'dev', include: ['test/dev/**/*.test.ts'], sequence: { groupOrder: 1 } } },
];

/** All others run on every server there is, one server after the other. */
const perServer = variants.map(
  (name, index): TestProjectConfiguration => ({
    extends: true,
    test: {
      name,
      include: ['test/**/*.test.ts'],
      // What does not depend on the server runs on the first one alone.
      exclude: ['test/{unit,golden,dev,support}/**', ...(index === 0 ? [] : ['test/workers/once/**'])],
      globalSetup: ['test/support/servers.ts'],
      sequence: { groupOrder: 2 + index },
    },
  }),
);

export default defineConfig({
  test: {
    projects: [...once, ...perServer],
    reporters: ['default', ['./test/support/reporter.ts', { missing }]],
    passWithNoTests: false,
    maxWorkers: 2,
    // Only what hangs: a machine that does other things beside this may take ten times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    env: { TZ: 'UTC', NO_COLOR: '1' },
  },
});
